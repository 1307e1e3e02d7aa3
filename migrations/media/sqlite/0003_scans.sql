-- Verified files that a scanner has not found clean (AS-057). While `finding` is null the file waits, and `due_at` is when
-- it is looked at next; afterwards it is in quarantine, and `due_at` is when its bytes go.

CREATE TABLE scans (
  file_id    BLOB    NOT NULL PRIMARY KEY REFERENCES media_files (id),
  object_key TEXT    NOT NULL,
  attempts   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  finding    TEXT
);
CREATE INDEX scans_due ON scans (due_at);
