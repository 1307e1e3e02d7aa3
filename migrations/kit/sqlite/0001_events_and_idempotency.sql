-- What every subgraph has besides its own tables: events out and in (P13), and repeated mutations (P7).
-- Times are UTC microseconds.

-- The last sequence number of each aggregate that has published.
CREATE TABLE event_sequences (
  subject  TEXT    NOT NULL PRIMARY KEY,
  last_seq INTEGER NOT NULL CHECK (last_seq > 0)
);

-- Events that were written in the transaction of their cause, until and after the relay has published them.
CREATE TABLE outbox (
  position       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  event_id       BLOB    NOT NULL CHECK (length(event_id) = 16),
  subject        TEXT    NOT NULL,
  seq            INTEGER NOT NULL,
  type           TEXT    NOT NULL,
  data           TEXT    NOT NULL,
  correlation_id TEXT    NOT NULL,
  causation_id   TEXT,
  traceparent    TEXT,
  replay         INTEGER NOT NULL CHECK (replay IN (0, 1)),
  occurred_at    INTEGER NOT NULL,
  published_at   INTEGER,
  CONSTRAINT outbox_event_unique UNIQUE (event_id),
  CONSTRAINT outbox_subject_seq_unique UNIQUE (subject, seq)
);
CREATE INDEX outbox_unpublished ON outbox (published_at, position);
CREATE INDEX outbox_correlation ON outbox (correlation_id);

-- Events whose effect has happened here.
CREATE TABLE inbox (
  consumer     TEXT    NOT NULL,
  event_id     BLOB    NOT NULL CHECK (length(event_id) = 16),
  processed_at INTEGER NOT NULL,
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_processed ON inbox (processed_at);

-- Events whose effect has failed so far, and how often.
CREATE TABLE delivery_failures (
  consumer  TEXT    NOT NULL,
  event_id  BLOB    NOT NULL CHECK (length(event_id) = 16),
  attempts  INTEGER NOT NULL CHECK (attempts > 0),
  failed_at INTEGER NOT NULL,
  PRIMARY KEY (consumer, event_id)
);

-- Events that were given up; an administrator can replay them.
CREATE TABLE dead_letters (
  consumer    TEXT    NOT NULL,
  event_id    BLOB    NOT NULL CHECK (length(event_id) = 16),
  event       TEXT    NOT NULL,
  error       TEXT    NOT NULL,
  attempts    INTEGER NOT NULL,
  failed_at   INTEGER NOT NULL,
  replayed_at INTEGER,
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX dead_letters_recent ON dead_letters (replayed_at, failed_at);

-- What mutations with an idempotency key have answered.
CREATE TABLE idempotency (
  viewer     TEXT    NOT NULL,
  client_key TEXT    NOT NULL,
  input_hash BLOB    NOT NULL CHECK (length(input_hash) = 32),
  payload    TEXT,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (viewer, client_key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
