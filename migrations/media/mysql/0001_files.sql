-- Files, how they come, and what is known of who may play what they belong to (domain 3.4). Times are UTC microseconds.

-- `object_key` is where the bytes lie; several files of one content may share it. `storage_key` is the file's own path.
CREATE TABLE media_files (
  id               BINARY(16) NOT NULL PRIMARY KEY,
  owner_kind       VARCHAR(3) CHECK (owner_kind IN ('les', 'eps', 'mov')),
  owner_id         BINARY(16),
  kind             VARCHAR(16) NOT NULL CHECK (kind IN ('VIDEO', 'AUDIO', 'SUBTITLE', 'POSTER', 'THUMBNAIL', 'ATTACHMENT')),
  status           VARCHAR(16) NOT NULL CHECK (status IN ('PENDING', 'READY', 'FAILED', 'DELETED')),
  file_name        VARCHAR(255) NOT NULL,
  content_type     VARCHAR(120) NOT NULL,
  byte_size        BIGINT NOT NULL CHECK (byte_size > 0),
  sha256           BINARY(32) NOT NULL,
  storage_key      VARCHAR(255) NOT NULL,
  object_key       VARCHAR(255),
  duration_seconds BIGINT CHECK (duration_seconds >= 0),
  uploader_id      BINARY(16) NOT NULL,
  is_public        BIGINT NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
  created_at       BIGINT NOT NULL,
  ready_at         BIGINT,
  deleted_at       BIGINT,
  purged_at        BIGINT,
  CONSTRAINT media_files_storage_key_unique UNIQUE (storage_key),
  CONSTRAINT media_files_ready CHECK (status <> 'READY' OR (object_key IS NOT NULL AND ready_at IS NOT NULL)),
  CONSTRAINT media_files_owner CHECK ((owner_kind IS NULL) = (owner_id IS NULL))
) ENGINE = InnoDB;
CREATE INDEX media_files_owned ON media_files (owner_id, kind, status);
CREATE INDEX media_files_uploader ON media_files (uploader_id, created_at, id);
CREATE INDEX media_files_object ON media_files (object_key);
CREATE INDEX media_files_deleted ON media_files (status, deleted_at);

-- An announced file. `part_count` is 0 when it comes in one piece. While somebody puts the parts together, or tells that
-- they are gone, `claimed_until` keeps others from it.
CREATE TABLE uploads (
  id            BINARY(16) NOT NULL PRIMARY KEY,
  file_id       BINARY(16) NOT NULL,
  uploader_id   BINARY(16) NOT NULL,
  byte_size     BIGINT NOT NULL,
  part_bytes    BIGINT NOT NULL,
  part_count    BIGINT NOT NULL,
  storage_id    VARCHAR(1024),
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  object_key    VARCHAR(255),
  received_at   BIGINT,
  submitted_at  BIGINT,
  completed_at  BIGINT,
  failed_at     BIGINT,
  claimed_until BIGINT,
  CONSTRAINT uploads_file_unique UNIQUE (file_id),
  CONSTRAINT uploads_file_id_fk FOREIGN KEY (file_id) REFERENCES media_files (id)
) ENGINE = InnoDB;
CREATE INDEX uploads_open ON uploads (completed_at, failed_at, expires_at);

CREATE TABLE upload_parts (
  upload_id  BINARY(16) NOT NULL,
  number     BIGINT NOT NULL CHECK (number >= 1),
  byte_size  BIGINT NOT NULL,
  etag       VARCHAR(255) NOT NULL,
  object_key VARCHAR(255) NOT NULL,
  PRIMARY KEY (upload_id, number),
  CONSTRAINT upload_parts_upload_id_fk FOREIGN KEY (upload_id) REFERENCES uploads (id)
) ENGINE = InnoDB;

-- What a person keeps here, against their quota.
CREATE TABLE upload_usage (
  user_id BINARY(16) NOT NULL PRIMARY KEY,
  bytes   BIGINT NOT NULL CHECK (bytes >= 0),
  files   BIGINT NOT NULL CHECK (files >= 0)
) ENGINE = InnoDB;

-- What learning tells.
CREATE TABLE playables (
  id              BINARY(16) NOT NULL PRIMARY KEY,
  kind            VARCHAR(16) NOT NULL CHECK (kind IN ('les', 'eps', 'mov')),
  course_id       BINARY(16),
  is_free_preview BIGINT NOT NULL CHECK (is_free_preview IN (0, 1))
) ENGINE = InnoDB;
CREATE INDEX playables_course ON playables (course_id);

CREATE TABLE courses (
  id     BINARY(16) NOT NULL PRIMARY KEY,
  status VARCHAR(16) NOT NULL,
  seq    BIGINT NOT NULL
) ENGINE = InnoDB;

-- What enrollment tells.
CREATE TABLE course_places (
  user_id    BINARY(16) NOT NULL,
  course_id  BINARY(16) NOT NULL,
  source     VARCHAR(16) NOT NULL,
  is_revoked BIGINT NOT NULL CHECK (is_revoked IN (0, 1)),
  seq        BIGINT NOT NULL,
  PRIMARY KEY (user_id, course_id)
) ENGINE = InnoDB;

CREATE TABLE memberships (
  id         BINARY(16) NOT NULL PRIMARY KEY,
  user_id    BINARY(16) NOT NULL,
  access_end BIGINT NOT NULL,
  is_over    BIGINT NOT NULL CHECK (is_over IN (0, 1)),
  seq        BIGINT NOT NULL
) ENGINE = InnoDB;
CREATE INDEX memberships_user ON memberships (user_id, access_end);

-- Where the fragments of a film lie within it, as JSON, for HTTP Live Streaming.
CREATE TABLE segment_indexes (
  file_id  BINARY(16) NOT NULL PRIMARY KEY,
  segments MEDIUMTEXT NOT NULL,
  CONSTRAINT segment_indexes_file_id_fk FOREIGN KEY (file_id) REFERENCES media_files (id)
) ENGINE = InnoDB;
