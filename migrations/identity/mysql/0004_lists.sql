-- Lists of people in each of their orders (domain 2.1, P6).

CREATE INDEX users_newest ON users (created_at, id);
CREATE INDEX users_display_name ON users (display_name, id);
CREATE INDEX users_team_display_name ON users (team_id, display_name, id);
