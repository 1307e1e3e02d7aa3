-- Proofs that somebody has a telephone number (domain 3.1, 4.2). Times are UTC microseconds.

-- Of the code and of the token that follows it only hashes are stored.
CREATE TABLE phone_verifications (
  id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  phone       TEXT    NOT NULL,
  code_hash   BLOB    NOT NULL CHECK (length(code_hash) = 32),
  attempts    INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  verified_at INTEGER,
  token_hash  BLOB    CHECK (length(token_hash) = 32),
  used_at     INTEGER,
  CONSTRAINT phone_verifications_token_unique UNIQUE (token_hash)
);
CREATE INDEX phone_verifications_phone ON phone_verifications (phone, created_at);
CREATE INDEX phone_verifications_age ON phone_verifications (created_at);
