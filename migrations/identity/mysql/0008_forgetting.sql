-- What binds nobody any more is found by its age, and where somebody has signed in from by their history (domain 3.1).

CREATE INDEX login_failures_age ON login_failures (window_start_at);
CREATE INDEX sessions_age ON sessions (created_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at);
