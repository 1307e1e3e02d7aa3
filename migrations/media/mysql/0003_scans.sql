-- Verified files that a scanner has not found clean (AS-057). While `finding` is null the file waits, and `due_at` is when
-- it is looked at next; afterwards it is in quarantine, and `due_at` is when its bytes go.

CREATE TABLE scans (
  file_id    BINARY(16) NOT NULL PRIMARY KEY,
  object_key VARCHAR(255) NOT NULL,
  attempts   BIGINT NOT NULL,
  due_at     BIGINT NOT NULL,
  finding    VARCHAR(800),
  CONSTRAINT scans_file_id_fk FOREIGN KEY (file_id) REFERENCES media_files (id)
) ENGINE = InnoDB;
CREATE INDEX scans_due ON scans (due_at);
