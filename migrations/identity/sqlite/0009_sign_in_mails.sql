-- Mails about sign-ins from where an account was never used before (AS-071), not yet sent. Times are UTC microseconds.

CREATE TABLE sign_in_mails (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id    BLOB    NOT NULL REFERENCES users (id),
  at         INTEGER NOT NULL,
  ip         TEXT,
  user_agent TEXT,
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER NOT NULL
);
CREATE INDEX sign_in_mails_due ON sign_in_mails (next_at);
