-- Mails about sign-ins from where an account was never used before (AS-071), not yet sent. Times are UTC microseconds.

CREATE TABLE sign_in_mails (
  id         BINARY(16) NOT NULL PRIMARY KEY,
  user_id    BINARY(16) NOT NULL,
  at         BIGINT     NOT NULL,
  ip         VARCHAR(45),
  user_agent VARCHAR(400),
  attempts   BIGINT     NOT NULL DEFAULT 0,
  next_at    BIGINT     NOT NULL,
  CONSTRAINT sign_in_mails_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX sign_in_mails_due ON sign_in_mails (next_at);
