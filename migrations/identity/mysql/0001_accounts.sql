-- Users, what they sign in with, and what they did (domain 3.1). Times are UTC microseconds.

CREATE TABLE companies (
  id         BINARY(16)   NOT NULL PRIMARY KEY,
  name       VARCHAR(120) NOT NULL,
  created_at BIGINT       NOT NULL,
  CONSTRAINT companies_name_unique UNIQUE (name)
) ENGINE = InnoDB;

CREATE TABLE teams (
  id               BINARY(16)   NOT NULL PRIMARY KEY,
  company_id       BINARY(16)   NOT NULL,
  name             VARCHAR(120) NOT NULL,
  invite_code_hash BINARY(32)   NOT NULL,
  created_at       BIGINT       NOT NULL,
  CONSTRAINT teams_company_name_unique UNIQUE (company_id, name),
  CONSTRAINT teams_company_id_fk FOREIGN KEY (company_id) REFERENCES companies (id)
) ENGINE = InnoDB;

CREATE TABLE users (
  id                BINARY(16)    NOT NULL PRIMARY KEY,
  handle            VARCHAR(32)   NOT NULL,
  handle_changed_at BIGINT,
  email             VARCHAR(254)  NOT NULL,
  email_verified_at BIGINT,
  phone             VARCHAR(20),
  display_name      VARCHAR(100)  NOT NULL,
  avatar_url        VARCHAR(2048),
  bio               VARCHAR(2000),
  interests         VARCHAR(2000) NOT NULL DEFAULT '[]',
  company_id        BINARY(16),
  team_id           BINARY(16),
  nx                BIGINT,
  ny                BIGINT,
  status            VARCHAR(16)   NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DEACTIVATED')),
  version           BIGINT        NOT NULL DEFAULT 1,
  created_at        BIGINT        NOT NULL,
  CONSTRAINT users_handle_unique UNIQUE (handle),
  CONSTRAINT users_email_unique UNIQUE (email),
  CONSTRAINT users_phone_unique UNIQUE (phone),
  CONSTRAINT users_company_id_fk FOREIGN KEY (company_id) REFERENCES companies (id),
  CONSTRAINT users_team_id_fk FOREIGN KEY (team_id) REFERENCES teams (id)
) ENGINE = InnoDB;
CREATE INDEX users_company ON users (company_id);
CREATE INDEX users_team ON users (team_id);

-- A handle that its user has given up stays reserved for 90 days.
CREATE TABLE reserved_handles (
  handle         VARCHAR(32) NOT NULL PRIMARY KEY,
  user_id        BINARY(16)  NOT NULL,
  reserved_until BIGINT      NOT NULL,
  CONSTRAINT reserved_handles_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;

CREATE TABLE credentials (
  user_id BINARY(16)   NOT NULL PRIMARY KEY,
  phc     VARCHAR(255) NOT NULL,
  CONSTRAINT credentials_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;

CREATE TABLE user_roles (
  user_id BINARY(16)  NOT NULL,
  role    VARCHAR(16) NOT NULL CHECK (role IN ('MENTEE', 'MENTOR', 'INSTRUCTOR', 'MODERATOR', 'ADMIN', 'OPS', 'PARTNER')),
  PRIMARY KEY (user_id, role),
  CONSTRAINT user_roles_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX user_roles_role ON user_roles (role);

CREATE TABLE sessions (
  id             BINARY(16)   NOT NULL PRIMARY KEY,
  user_id        BINARY(16)   NOT NULL,
  family_id      BINARY(16)   NOT NULL,
  device         VARCHAR(200),
  ip             VARCHAR(45),
  created_at     BIGINT       NOT NULL,
  last_used_at   BIGINT       NOT NULL,
  revoked_at     BIGINT,
  revoked_reason VARCHAR(40),
  CONSTRAINT sessions_family_unique UNIQUE (family_id),
  CONSTRAINT sessions_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX sessions_user ON sessions (user_id, revoked_at);

-- Only the SHA-256 of a token is stored. A used token keeps the hash of its one successor (RFC 9700 section 4.14).
CREATE TABLE refresh_tokens (
  hash           BINARY(32) NOT NULL PRIMARY KEY,
  family_id      BINARY(16) NOT NULL,
  user_id        BINARY(16) NOT NULL,
  issued_at      BIGINT     NOT NULL,
  expires_at     BIGINT     NOT NULL,
  used_at        BIGINT,
  successor_hash BINARY(32),
  CONSTRAINT refresh_tokens_successor_unique UNIQUE (successor_hash),
  CONSTRAINT refresh_tokens_family_id_fk FOREIGN KEY (family_id) REFERENCES sessions (family_id),
  CONSTRAINT refresh_tokens_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

CREATE TABLE login_events (
  id         BINARY(16)   NOT NULL PRIMARY KEY,
  user_id    BINARY(16)   NOT NULL,
  kind       VARCHAR(24)  NOT NULL CHECK (kind IN ('LOGIN', 'LOGOUT', 'REFRESH_REUSE', 'PASSWORD_RESET', 'LOGIN_FAILED')),
  at         BIGINT       NOT NULL,
  ip         VARCHAR(45),
  user_agent VARCHAR(400),
  session_id BINARY(16),
  CONSTRAINT login_events_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
CREATE INDEX login_events_user ON login_events (user_id, at, id);

-- Failed sign-ins by account and address, also for accounts that do not exist (hence a hash, not a user).
CREATE TABLE login_failures (
  subject_hash    BINARY(32) NOT NULL PRIMARY KEY,
  failures        BIGINT     NOT NULL,
  window_start_at BIGINT     NOT NULL,
  blocked_until   BIGINT
) ENGINE = InnoDB;
