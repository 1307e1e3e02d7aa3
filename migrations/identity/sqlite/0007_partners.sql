-- Partners, whose programs ask in their own name (domain 3.1, 4.2). Times are UTC microseconds.

-- Of the secret only the Argon2id hash is stored. Scopes are separated by blanks, as in tokens.
CREATE TABLE partners (
  client_id   TEXT    NOT NULL PRIMARY KEY,
  secret_hash TEXT    NOT NULL,
  scopes      TEXT    NOT NULL,
  rate_tier   TEXT    NOT NULL DEFAULT 'STANDARD',
  created_at  INTEGER NOT NULL
);
