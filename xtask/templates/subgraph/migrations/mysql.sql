-- What each person stands by. Times are UTC microseconds.

CREATE TABLE mottoes (
  user_id    BINARY(16)   NOT NULL PRIMARY KEY,
  motto      VARCHAR(200) NOT NULL,
  changed_at BIGINT       NOT NULL
) ENGINE = InnoDB;
