-- Proofs that somebody has a telephone number (domain 3.1, 4.2). Times are UTC microseconds.

-- Of the code and of the token that follows it only hashes are stored.
CREATE TABLE phone_verifications (
  id          BINARY(16)  NOT NULL PRIMARY KEY,
  phone       VARCHAR(16) NOT NULL,
  code_hash   BINARY(32)  NOT NULL,
  attempts    BIGINT      NOT NULL DEFAULT 0,
  created_at  BIGINT      NOT NULL,
  expires_at  BIGINT      NOT NULL,
  verified_at BIGINT,
  token_hash  BINARY(32),
  used_at     BIGINT,
  CONSTRAINT phone_verifications_token_unique UNIQUE (token_hash)
) ENGINE = InnoDB;
CREATE INDEX phone_verifications_phone ON phone_verifications (phone, created_at);
CREATE INDEX phone_verifications_age ON phone_verifications (created_at);
