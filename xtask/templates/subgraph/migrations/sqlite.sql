-- What each person stands by. Times are UTC microseconds.

CREATE TABLE mottoes (
  user_id    BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
  motto      TEXT    NOT NULL,
  changed_at INTEGER NOT NULL
);
