-- What people are told (domain 3.1). Times are UTC microseconds.

CREATE TABLE notifications (
  id         BINARY(16)    NOT NULL PRIMARY KEY,
  user_id    BINARY(16)    NOT NULL,
  kind       VARCHAR(64)   NOT NULL,
  title      VARCHAR(200)  NOT NULL,
  body       VARCHAR(2000) NOT NULL,
  link       VARCHAR(2048),
  created_at BIGINT        NOT NULL,
  read_at    BIGINT,
  CONSTRAINT notifications_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX notifications_user ON notifications (user_id, created_at, id);
