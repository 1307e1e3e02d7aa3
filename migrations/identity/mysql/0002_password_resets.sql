-- Other passwords for those who have forgotten theirs (domain 3.1, 4.2). Times are UTC microseconds.

-- What was asked for and not yet answered by mail; also for addresses without an account, so that time does not tell.
CREATE TABLE password_reset_requests (
  id           BINARY(16)   NOT NULL PRIMARY KEY,
  email        VARCHAR(254) NOT NULL,
  requested_at BIGINT       NOT NULL,
  attempts     BIGINT       NOT NULL DEFAULT 0,
  next_at      BIGINT       NOT NULL
) ENGINE = InnoDB;
CREATE INDEX password_reset_requests_due ON password_reset_requests (next_at);

-- Only the SHA-256 of a token is stored.
CREATE TABLE password_resets (
  hash       BINARY(32) NOT NULL PRIMARY KEY,
  user_id    BINARY(16) NOT NULL,
  expires_at BIGINT     NOT NULL,
  used_at    BIGINT,
  CONSTRAINT password_resets_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX password_resets_user ON password_resets (user_id);
