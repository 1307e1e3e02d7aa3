-- What partners may do and until when, and their secrets, two of which may be valid while one follows the other. Times are
-- UTC microseconds.

ALTER TABLE partners ADD COLUMN id BINARY(16);
ALTER TABLE partners ADD COLUMN name VARCHAR(100) NOT NULL DEFAULT '';
-- The part of the graph that the partner sees; null when its tokens are for no contract.
ALTER TABLE partners ADD COLUMN contract VARCHAR(64);
ALTER TABLE partners ADD COLUMN operations_per_second BIGINT NOT NULL DEFAULT 20;
ALTER TABLE partners ADD COLUMN cost_per_minute BIGINT NOT NULL DEFAULT 100000;
ALTER TABLE partners ADD COLUMN expires_at BIGINT;
ALTER TABLE partners ADD COLUMN disabled_at BIGINT;
ALTER TABLE partners ADD COLUMN last_used_at BIGINT;
UPDATE partners SET id = UNHEX(MD5(client_id)), name = client_id, contract = 'partner';
CREATE UNIQUE INDEX partners_id_unique ON partners (id);

-- Of a secret only a hash is stored: `sha256:` of one that was generated, Argon2id of one that somebody chose.
CREATE TABLE partner_secrets (
  id           BINARY(16)   NOT NULL PRIMARY KEY,
  client_id    VARCHAR(64)  NOT NULL,
  hash         VARCHAR(255) NOT NULL,
  created_at   BIGINT       NOT NULL,
  expires_at   BIGINT,
  last_used_at BIGINT,
  CONSTRAINT partner_secrets_client_id_fk FOREIGN KEY (client_id) REFERENCES partners (client_id)
) ENGINE = InnoDB;
INSERT INTO partner_secrets (id, client_id, hash, created_at)
  SELECT UNHEX(MD5(CONCAT(client_id, ' secret'))), client_id, secret_hash, created_at FROM partners;
ALTER TABLE partners DROP COLUMN secret_hash;
ALTER TABLE partners DROP COLUMN rate_tier;
