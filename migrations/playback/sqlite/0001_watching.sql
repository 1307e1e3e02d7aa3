-- Who watches what, how far and how much (domain 3.5). Times are UTC microseconds. The sixteen bytes of a playable's id
-- are unique whatever it is: they are the key, and what it is stands beside them.

-- How many sessions each person has begun. Beginning one locks the row, so that a person's sessions begin one by one.
CREATE TABLE watchers (
  user_id  BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
  sessions INTEGER NOT NULL CHECK (sessions >= 0)
);

-- `live_slot` numbers a person's sessions while they last and is null after: at most three at a time, on engines with
-- and without partial indexes alike. `last_seq`, `last_position_ms`, `last_event_at` and `is_playing` say where the
-- player was after the event with the highest number.
CREATE TABLE playback_sessions (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id          BLOB    NOT NULL,
  playable_id      BLOB    NOT NULL CHECK (length(playable_id) = 16),
  playable_kind    TEXT    NOT NULL CHECK (playable_kind IN ('les', 'eps', 'mov')),
  started_at       INTEGER NOT NULL,
  last_activity_at INTEGER NOT NULL,
  ended_at         INTEGER,
  end_reason       TEXT    CHECK (end_reason IN ('STOPPED', 'IDLE', 'DISPLACED')),
  live_slot        INTEGER CHECK (live_slot IN (1, 2, 3)),
  last_position_ms INTEGER NOT NULL CHECK (last_position_ms >= 0),
  last_seq         INTEGER NOT NULL DEFAULT 0,
  last_event_at    INTEGER NOT NULL DEFAULT 0,
  is_playing       INTEGER NOT NULL DEFAULT 0 CHECK (is_playing IN (0, 1)),
  event_count      INTEGER NOT NULL DEFAULT 0,
  watched_ms       INTEGER NOT NULL DEFAULT 0,
  view_settled     INTEGER NOT NULL DEFAULT 0 CHECK (view_settled IN (0, 1)),
  device           TEXT,
  CONSTRAINT playback_sessions_live_unique UNIQUE (user_id, live_slot),
  CONSTRAINT playback_sessions_live CHECK ((ended_at IS NULL) = (live_slot IS NOT NULL)),
  CONSTRAINT playback_sessions_end CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  CONSTRAINT playback_sessions_order CHECK (ended_at IS NULL OR ended_at >= started_at),
  CONSTRAINT playback_sessions_count CHECK (event_count <= last_seq)
);
CREATE INDEX playback_sessions_recent ON playback_sessions (user_id, started_at, id);
CREATE INDEX playback_sessions_idle ON playback_sessions (ended_at, last_activity_at);

CREATE TABLE playback_events (
  session_id  BLOB    NOT NULL REFERENCES playback_sessions (id),
  seq         INTEGER NOT NULL CHECK (seq > 0),
  kind        TEXT    NOT NULL CHECK (kind IN ('PLAY', 'PAUSE', 'SEEK', 'HEARTBEAT', 'RATE_CHANGE', 'BUFFER_START',
                                               'BUFFER_END', 'STOP', 'COMPLETE', 'ERROR')),
  position_ms INTEGER NOT NULL CHECK (position_ms >= 0),
  happened_at INTEGER NOT NULL,
  detail      TEXT,
  PRIMARY KEY (session_id, seq)
);

-- `watched_bitmap` has a bit for each second, the lowest of a byte first. `left_bucket` is the hundredth in which the
-- person left last. A row that was made to be locked and not written yet has `updated_at` 0.
CREATE TABLE watch_progress (
  user_id         BLOB    NOT NULL CHECK (length(user_id) = 16),
  playable_id     BLOB    NOT NULL CHECK (length(playable_id) = 16),
  playable_kind   TEXT    NOT NULL CHECK (playable_kind IN ('les', 'eps', 'mov')),
  position_ms     INTEGER NOT NULL DEFAULT 0 CHECK (position_ms >= 0),
  watched_bitmap  BLOB    NOT NULL,
  watched_seconds INTEGER NOT NULL DEFAULT 0 CHECK (watched_seconds >= 0),
  completed_at    INTEGER,
  left_bucket     INTEGER CHECK (left_bucket BETWEEN 0 AND 99),
  updated_at      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, playable_id)
);
CREATE INDEX watch_progress_recent ON watch_progress (user_id, updated_at, playable_id);

-- Replica of what the owners of playables publish, and of what media says of their files.
CREATE TABLE playable_meta (
  playable_id      BLOB    NOT NULL PRIMARY KEY CHECK (length(playable_id) = 16),
  playable_kind    TEXT    NOT NULL CHECK (playable_kind IN ('les', 'eps', 'mov')),
  duration_seconds INTEGER CHECK (duration_seconds > 0),
  media_seconds    INTEGER CHECK (media_seconds > 0),
  course_id        BLOB,
  is_removed       INTEGER NOT NULL DEFAULT 0 CHECK (is_removed IN (0, 1)),
  seq              INTEGER NOT NULL DEFAULT 0
);

-- How much each playable is watched, by day (UTC, numbered from 1970); day 0 stands for all time. `begun` counts people.
CREATE TABLE view_stats (
  playable_id   BLOB    NOT NULL CHECK (length(playable_id) = 16),
  day           INTEGER NOT NULL CHECK (day >= 0),
  playable_kind TEXT    NOT NULL CHECK (playable_kind IN ('les', 'eps', 'mov')),
  views         INTEGER NOT NULL CHECK (views >= 0),
  begun         INTEGER NOT NULL CHECK (begun >= 0),
  completions   INTEGER NOT NULL CHECK (completions >= 0),
  watched_ms    INTEGER NOT NULL CHECK (watched_ms >= 0),
  uniques_hll   BLOB    CHECK (length(uniques_hll) = 1024),
  PRIMARY KEY (playable_id, day)
);
CREATE INDEX view_stats_top ON view_stats (day, views, playable_id);

-- The views of the last day, each with its person: at most one a day, and the charts of the last hour and day.
CREATE TABLE counted_views (
  playable_id   BLOB    NOT NULL CHECK (length(playable_id) = 16),
  user_id       BLOB    NOT NULL,
  counted_at    INTEGER NOT NULL,
  playable_kind TEXT    NOT NULL CHECK (playable_kind IN ('les', 'eps', 'mov')),
  PRIMARY KEY (playable_id, user_id, counted_at)
);
CREATE INDEX counted_views_recent ON counted_views (counted_at, playable_id);

CREATE TABLE retention (
  playable_id BLOB    NOT NULL CHECK (length(playable_id) = 16),
  bucket      INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 99),
  viewers     INTEGER NOT NULL CHECK (viewers >= 0),
  drop_offs   INTEGER NOT NULL CHECK (drop_offs >= 0),
  PRIMARY KEY (playable_id, bucket)
);

-- How long each person watched, by hour.
CREATE TABLE watch_time (
  user_id    BLOB    NOT NULL CHECK (length(user_id) = 16),
  hour_start INTEGER NOT NULL,
  watched_ms INTEGER NOT NULL CHECK (watched_ms >= 0),
  PRIMARY KEY (user_id, hour_start)
);
