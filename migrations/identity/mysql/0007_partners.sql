-- Partners, whose programs ask in their own name (domain 3.1, 4.2). Times are UTC microseconds.

-- Of the secret only the Argon2id hash is stored. Scopes are separated by blanks, as in tokens.
CREATE TABLE partners (
  client_id   VARCHAR(64)  NOT NULL PRIMARY KEY,
  secret_hash VARCHAR(255) NOT NULL,
  scopes      VARCHAR(500) NOT NULL,
  rate_tier   VARCHAR(16)  NOT NULL DEFAULT 'STANDARD',
  created_at  BIGINT       NOT NULL
) ENGINE = InnoDB;
