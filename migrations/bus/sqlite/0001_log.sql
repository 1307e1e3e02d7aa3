-- The embedded event log (P13): one file that all subgraphs of one host append to and read. Times are UTC microseconds.
-- It has no MySQL twin: there, positions can become visible out of order, and a reader would skip events.

CREATE TABLE bus_log (
  position     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  shard        INTEGER NOT NULL,
  event        TEXT    NOT NULL,
  published_at INTEGER NOT NULL
);
CREATE INDEX bus_log_shard ON bus_log (shard, position);

-- How far each consumer has come in each shard.
CREATE TABLE bus_offsets (
  consumer TEXT    NOT NULL,
  shard    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (consumer, shard)
);

-- Up to where in its outbox each subgraph has published here.
CREATE TABLE bus_watermarks (
  source   TEXT    NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
);
