-- Other passwords for those who have forgotten theirs (domain 3.1, 4.2). Times are UTC microseconds.

-- What was asked for and not yet answered by mail; also for addresses without an account, so that time does not tell.
CREATE TABLE password_reset_requests (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  email        TEXT    NOT NULL,
  requested_at INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER NOT NULL
);
CREATE INDEX password_reset_requests_due ON password_reset_requests (next_at);

-- Only the SHA-256 of a token is stored.
CREATE TABLE password_resets (
  hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  user_id    BLOB    NOT NULL REFERENCES users (id),
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
);
CREATE INDEX password_resets_user ON password_resets (user_id);
