-- Users, what they sign in with, and what they did (domain 3.1). Times are UTC microseconds.

CREATE TABLE companies (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT companies_name_unique UNIQUE (name)
);

CREATE TABLE teams (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  company_id       BLOB    NOT NULL REFERENCES companies (id),
  name             TEXT    NOT NULL,
  invite_code_hash BLOB    NOT NULL,
  created_at       INTEGER NOT NULL,
  CONSTRAINT teams_company_name_unique UNIQUE (company_id, name)
);

CREATE TABLE users (
  id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  handle            TEXT    NOT NULL,
  handle_changed_at INTEGER,
  email             TEXT    NOT NULL,
  email_verified_at INTEGER,
  phone             TEXT,
  display_name      TEXT    NOT NULL,
  avatar_url        TEXT,
  bio               TEXT,
  interests         TEXT    NOT NULL DEFAULT '[]',
  company_id        BLOB    REFERENCES companies (id),
  team_id           BLOB    REFERENCES teams (id),
  nx                INTEGER,
  ny                INTEGER,
  status            TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DEACTIVATED')),
  version           INTEGER NOT NULL DEFAULT 1,
  created_at        INTEGER NOT NULL,
  CONSTRAINT users_handle_unique UNIQUE (handle),
  CONSTRAINT users_email_unique UNIQUE (email),
  CONSTRAINT users_phone_unique UNIQUE (phone)
);
CREATE INDEX users_company ON users (company_id);
CREATE INDEX users_team ON users (team_id);

-- A handle that its user has given up stays reserved for 90 days.
CREATE TABLE reserved_handles (
  handle         TEXT    NOT NULL PRIMARY KEY,
  user_id        BLOB    NOT NULL REFERENCES users (id),
  reserved_until INTEGER NOT NULL
);

CREATE TABLE credentials (
  user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
  phc     TEXT NOT NULL
);

CREATE TABLE user_roles (
  user_id BLOB NOT NULL REFERENCES users (id),
  role    TEXT NOT NULL CHECK (role IN ('MENTEE', 'MENTOR', 'INSTRUCTOR', 'MODERATOR', 'ADMIN', 'OPS', 'PARTNER')),
  PRIMARY KEY (user_id, role)
);
CREATE INDEX user_roles_role ON user_roles (role);

CREATE TABLE sessions (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id        BLOB    NOT NULL REFERENCES users (id),
  family_id      BLOB    NOT NULL,
  device         TEXT,
  ip             TEXT,
  created_at     INTEGER NOT NULL,
  last_used_at   INTEGER NOT NULL,
  revoked_at     INTEGER,
  revoked_reason TEXT,
  CONSTRAINT sessions_family_unique UNIQUE (family_id)
);
CREATE INDEX sessions_user ON sessions (user_id, revoked_at);

-- Only the SHA-256 of a token is stored. A used token keeps the hash of its one successor (RFC 9700 section 4.14).
CREATE TABLE refresh_tokens (
  hash           BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  family_id      BLOB    NOT NULL REFERENCES sessions (family_id),
  user_id        BLOB    NOT NULL REFERENCES users (id),
  issued_at      INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  used_at        INTEGER,
  successor_hash BLOB,
  CONSTRAINT refresh_tokens_successor_unique UNIQUE (successor_hash)
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

CREATE TABLE login_events (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id    BLOB    NOT NULL REFERENCES users (id),
  kind       TEXT    NOT NULL CHECK (kind IN ('LOGIN', 'LOGOUT', 'REFRESH_REUSE', 'PASSWORD_RESET', 'LOGIN_FAILED')),
  at         INTEGER NOT NULL,
  ip         TEXT,
  user_agent TEXT,
  session_id BLOB
);
CREATE INDEX login_events_user ON login_events (user_id, at, id);

-- Failed sign-ins by account and address, also for accounts that do not exist (hence a hash, not a user).
CREATE TABLE login_failures (
  subject_hash    BLOB    NOT NULL PRIMARY KEY CHECK (length(subject_hash) = 32),
  failures        INTEGER NOT NULL,
  window_start_at INTEGER NOT NULL,
  blocked_until   INTEGER
);
