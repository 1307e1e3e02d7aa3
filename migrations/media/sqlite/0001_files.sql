-- Files, how they come, and what is known of who may play what they belong to (domain 3.4). Times are UTC microseconds.

-- `object_key` is where the bytes lie; several files of one content may share it. `storage_key` is the file's own path.
CREATE TABLE media_files (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  owner_kind       TEXT    CHECK (owner_kind IN ('les', 'eps', 'mov')),
  owner_id         BLOB,
  kind             TEXT    NOT NULL CHECK (kind IN ('VIDEO', 'AUDIO', 'SUBTITLE', 'POSTER', 'THUMBNAIL', 'ATTACHMENT')),
  status           TEXT    NOT NULL CHECK (status IN ('PENDING', 'READY', 'FAILED', 'DELETED')),
  file_name        TEXT    NOT NULL,
  content_type     TEXT    NOT NULL,
  byte_size        INTEGER NOT NULL CHECK (byte_size > 0),
  sha256           BLOB    NOT NULL CHECK (length(sha256) = 32),
  storage_key      TEXT    NOT NULL,
  object_key       TEXT,
  duration_seconds INTEGER CHECK (duration_seconds >= 0),
  uploader_id      BLOB    NOT NULL,
  is_public        INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
  created_at       INTEGER NOT NULL,
  ready_at         INTEGER,
  deleted_at       INTEGER,
  purged_at        INTEGER,
  CONSTRAINT media_files_storage_key_unique UNIQUE (storage_key),
  CONSTRAINT media_files_ready CHECK (status <> 'READY' OR (object_key IS NOT NULL AND ready_at IS NOT NULL)),
  CONSTRAINT media_files_owner CHECK ((owner_kind IS NULL) = (owner_id IS NULL))
);
CREATE INDEX media_files_owned ON media_files (owner_id, kind, status);
CREATE INDEX media_files_uploader ON media_files (uploader_id, created_at, id);
CREATE INDEX media_files_object ON media_files (object_key);
CREATE INDEX media_files_deleted ON media_files (status, deleted_at);

-- An announced file. `part_count` is 0 when it comes in one piece. While somebody puts the parts together, or tells that
-- they are gone, `claimed_until` keeps others from it.
CREATE TABLE uploads (
  id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  file_id       BLOB    NOT NULL REFERENCES media_files (id),
  uploader_id   BLOB    NOT NULL,
  byte_size     INTEGER NOT NULL,
  part_bytes    INTEGER NOT NULL,
  part_count    INTEGER NOT NULL,
  storage_id    TEXT,
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  object_key    TEXT,
  received_at   INTEGER,
  submitted_at  INTEGER,
  completed_at  INTEGER,
  failed_at     INTEGER,
  claimed_until INTEGER,
  CONSTRAINT uploads_file_unique UNIQUE (file_id)
);
CREATE INDEX uploads_open ON uploads (completed_at, failed_at, expires_at);

CREATE TABLE upload_parts (
  upload_id  BLOB    NOT NULL REFERENCES uploads (id),
  number     INTEGER NOT NULL CHECK (number >= 1),
  byte_size  INTEGER NOT NULL,
  etag       TEXT    NOT NULL,
  object_key TEXT    NOT NULL,
  PRIMARY KEY (upload_id, number)
);

-- What a person keeps here, against their quota.
CREATE TABLE upload_usage (
  user_id BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
  bytes   INTEGER NOT NULL CHECK (bytes >= 0),
  files   INTEGER NOT NULL CHECK (files >= 0)
);

-- What learning tells.
CREATE TABLE playables (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  kind            TEXT    NOT NULL CHECK (kind IN ('les', 'eps', 'mov')),
  course_id       BLOB,
  is_free_preview INTEGER NOT NULL CHECK (is_free_preview IN (0, 1))
);
CREATE INDEX playables_course ON playables (course_id);

CREATE TABLE courses (
  id     BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  status TEXT    NOT NULL,
  seq    INTEGER NOT NULL
);

-- What enrollment tells.
CREATE TABLE course_places (
  user_id    BLOB    NOT NULL,
  course_id  BLOB    NOT NULL,
  source     TEXT    NOT NULL,
  is_revoked INTEGER NOT NULL CHECK (is_revoked IN (0, 1)),
  seq        INTEGER NOT NULL,
  PRIMARY KEY (user_id, course_id)
);

CREATE TABLE memberships (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id    BLOB    NOT NULL,
  access_end INTEGER NOT NULL,
  is_over    INTEGER NOT NULL CHECK (is_over IN (0, 1)),
  seq        INTEGER NOT NULL
);
CREATE INDEX memberships_user ON memberships (user_id, access_end);

-- Where the fragments of a film lie within it, as JSON, for HTTP Live Streaming.
CREATE TABLE segment_indexes (
  file_id  BLOB NOT NULL PRIMARY KEY REFERENCES media_files (id),
  segments TEXT NOT NULL
);
