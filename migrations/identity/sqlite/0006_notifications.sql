-- What people are told (domain 3.1). Times are UTC microseconds.

CREATE TABLE notifications (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id    BLOB    NOT NULL REFERENCES users (id),
  kind       TEXT    NOT NULL,
  title      TEXT    NOT NULL,
  body       TEXT    NOT NULL,
  link       TEXT,
  created_at INTEGER NOT NULL,
  read_at    INTEGER
);
CREATE INDEX notifications_user ON notifications (user_id, created_at, id);
