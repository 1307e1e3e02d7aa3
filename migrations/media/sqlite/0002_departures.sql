-- People whose accounts were closed, as identity tells (PS-17): addresses that they were given open nothing any more.

CREATE TABLE departures (
  user_id     BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
  departed_at INTEGER NOT NULL
);
