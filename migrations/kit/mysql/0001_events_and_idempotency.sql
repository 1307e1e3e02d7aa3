-- What every subgraph has besides its own tables: events out and in (P13), and repeated mutations (P7).
-- Times are UTC microseconds.

-- The last sequence number of each aggregate that has published.
CREATE TABLE event_sequences (
  subject  VARCHAR(64) NOT NULL PRIMARY KEY,
  last_seq BIGINT      NOT NULL CHECK (last_seq > 0)
) ENGINE = InnoDB;

-- Events that were written in the transaction of their cause, until and after the relay has published them.
CREATE TABLE outbox (
  position       BIGINT       NOT NULL PRIMARY KEY AUTO_INCREMENT,
  event_id       BINARY(16)   NOT NULL,
  subject        VARCHAR(64)  NOT NULL,
  seq            BIGINT       NOT NULL,
  type           VARCHAR(120) NOT NULL,
  data           LONGTEXT     NOT NULL,
  correlation_id VARCHAR(64)  NOT NULL,
  causation_id   VARCHAR(64),
  traceparent    VARCHAR(64),
  replay         BIGINT       NOT NULL CHECK (replay IN (0, 1)),
  occurred_at    BIGINT       NOT NULL,
  published_at   BIGINT,
  CONSTRAINT outbox_event_unique UNIQUE (event_id),
  CONSTRAINT outbox_subject_seq_unique UNIQUE (subject, seq)
) ENGINE = InnoDB;
CREATE INDEX outbox_unpublished ON outbox (published_at, position);
CREATE INDEX outbox_correlation ON outbox (correlation_id);

-- Events whose effect has happened here.
CREATE TABLE inbox (
  consumer     VARCHAR(64) NOT NULL,
  event_id     BINARY(16)  NOT NULL,
  processed_at BIGINT      NOT NULL,
  PRIMARY KEY (consumer, event_id)
) ENGINE = InnoDB;
CREATE INDEX inbox_processed ON inbox (processed_at);

-- Events whose effect has failed so far, and how often.
CREATE TABLE delivery_failures (
  consumer  VARCHAR(64) NOT NULL,
  event_id  BINARY(16)  NOT NULL,
  attempts  BIGINT      NOT NULL CHECK (attempts > 0),
  failed_at BIGINT      NOT NULL,
  PRIMARY KEY (consumer, event_id)
) ENGINE = InnoDB;

-- Events that were given up; an administrator can replay them.
CREATE TABLE dead_letters (
  consumer    VARCHAR(64) NOT NULL,
  event_id    BINARY(16)  NOT NULL,
  event       LONGTEXT    NOT NULL,
  error       TEXT        NOT NULL,
  attempts    BIGINT      NOT NULL,
  failed_at   BIGINT      NOT NULL,
  replayed_at BIGINT,
  PRIMARY KEY (consumer, event_id)
) ENGINE = InnoDB;
CREATE INDEX dead_letters_recent ON dead_letters (replayed_at, failed_at);

-- What mutations with an idempotency key have answered.
CREATE TABLE idempotency (
  viewer     VARCHAR(64)  NOT NULL,
  client_key VARCHAR(128) NOT NULL,
  input_hash BINARY(32)   NOT NULL,
  payload    LONGTEXT,
  expires_at BIGINT       NOT NULL,
  PRIMARY KEY (viewer, client_key)
) ENGINE = InnoDB;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
