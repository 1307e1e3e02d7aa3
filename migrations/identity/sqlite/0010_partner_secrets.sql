-- What partners may do and until when, and their secrets, two of which may be valid while one follows the other. Times are
-- UTC microseconds.

ALTER TABLE partners ADD COLUMN id BLOB CHECK (length(id) = 16);
ALTER TABLE partners ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- The part of the graph that the partner sees; null when its tokens are for no contract.
ALTER TABLE partners ADD COLUMN contract TEXT;
ALTER TABLE partners ADD COLUMN operations_per_second INTEGER NOT NULL DEFAULT 20;
ALTER TABLE partners ADD COLUMN cost_per_minute INTEGER NOT NULL DEFAULT 100000;
ALTER TABLE partners ADD COLUMN expires_at INTEGER;
ALTER TABLE partners ADD COLUMN disabled_at INTEGER;
ALTER TABLE partners ADD COLUMN last_used_at INTEGER;
UPDATE partners SET id = randomblob(16), name = client_id, contract = 'partner';
CREATE UNIQUE INDEX partners_id_unique ON partners (id);

-- Of a secret only a hash is stored: `sha256:` of one that was generated, Argon2id of one that somebody chose.
CREATE TABLE partner_secrets (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  client_id    TEXT    NOT NULL REFERENCES partners (client_id),
  hash         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER
);
CREATE INDEX partner_secrets_of_client ON partner_secrets (client_id);
INSERT INTO partner_secrets (id, client_id, hash, created_at)
  SELECT randomblob(16), client_id, secret_hash, created_at FROM partners;
ALTER TABLE partners DROP COLUMN secret_hash;
ALTER TABLE partners DROP COLUMN rate_tier;
