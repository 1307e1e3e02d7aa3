-- Who may learn what, and how it was paid for (domain 3.3). Times are UTC microseconds, money is in minor units.

CREATE TABLE plans (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name         TEXT    NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency     TEXT    NOT NULL,
  period       TEXT    NOT NULL CHECK (period IN ('MONTH', 'YEAR')),
  active       INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at   INTEGER NOT NULL,
  CONSTRAINT plans_name_unique UNIQUE (name)
);

-- `live_user_id` is the user's id while the membership is ACTIVE or PAST_DUE and null after: at most one live
-- membership per user, on engines with and without partial indexes alike.
CREATE TABLE memberships (
  id                 BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id            BLOB    NOT NULL,
  live_user_id       BLOB,
  plan_id            BLOB    NOT NULL REFERENCES plans (id),
  status             TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'PAST_DUE', 'CANCELED', 'EXPIRED')),
  started_at         INTEGER NOT NULL,
  current_period_end INTEGER NOT NULL,
  auto_renew         INTEGER NOT NULL CHECK (auto_renew IN (0, 1)),
  renew_attempts     INTEGER NOT NULL DEFAULT 0,
  notified_end       INTEGER,
  payment_token      TEXT,
  CONSTRAINT memberships_live_unique UNIQUE (live_user_id),
  CONSTRAINT memberships_period CHECK (current_period_end > started_at)
);
CREATE INDEX memberships_user ON memberships (user_id, started_at);
CREATE INDEX memberships_due ON memberships (status, current_period_end);

CREATE TABLE orders (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id      BLOB    NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency     TEXT    NOT NULL,
  status       TEXT    NOT NULL CHECK (status IN ('PENDING', 'PAID', 'FAILED', 'REFUNDED')),
  course_id    BLOB,
  membership_id BLOB,
  payment_ref  TEXT,
  created_at   INTEGER NOT NULL,
  CONSTRAINT orders_payment_unique UNIQUE (payment_ref),
  CONSTRAINT orders_subject CHECK ((course_id IS NULL) <> (membership_id IS NULL))
);
CREATE INDEX orders_user ON orders (user_id, created_at);
CREATE INDEX orders_membership ON orders (membership_id, created_at);

CREATE TABLE enrollments (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id      BLOB    NOT NULL,
  course_id    BLOB    NOT NULL,
  source       TEXT    NOT NULL CHECK (source IN ('PURCHASE', 'SUBSCRIPTION', 'FREE', 'ADMIN_GRANT')),
  enrolled_at  INTEGER NOT NULL,
  completed_at INTEGER,
  revoked_at   INTEGER,
  order_id     BLOB    REFERENCES orders (id),
  CONSTRAINT enrollments_user_course_unique UNIQUE (user_id, course_id),
  CONSTRAINT enrollments_order_unique UNIQUE (order_id)
);
CREATE INDEX enrollments_recent ON enrollments (user_id, enrolled_at, id);
CREATE INDEX enrollments_course ON enrollments (course_id);

CREATE TABLE course_progress (
  user_id           BLOB    NOT NULL,
  course_id         BLOB    NOT NULL,
  completed_lessons INTEGER NOT NULL CHECK (completed_lessons >= 0),
  watched_seconds   INTEGER NOT NULL CHECK (watched_seconds >= 0),
  last_activity_at  INTEGER,
  PRIMARY KEY (user_id, course_id)
);

CREATE TABLE completed_lessons (
  user_id      BLOB    NOT NULL,
  lesson_id    BLOB    NOT NULL,
  course_id    BLOB    NOT NULL,
  completed_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, lesson_id)
);
CREATE INDEX completed_lessons_course ON completed_lessons (user_id, course_id);
CREATE INDEX completed_lessons_lesson ON completed_lessons (lesson_id);

-- Replicas of what learning publishes: prices to charge, and the lessons in their order.
CREATE TABLE course_prices (
  course_id    BLOB    NOT NULL PRIMARY KEY CHECK (length(course_id) = 16),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency     TEXT    NOT NULL,
  status       TEXT    NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  seq          INTEGER NOT NULL
);

CREATE TABLE course_lessons (
  lesson_id BLOB    NOT NULL PRIMARY KEY CHECK (length(lesson_id) = 16),
  course_id BLOB    NOT NULL,
  position  INTEGER NOT NULL
);
CREATE INDEX course_lessons_course ON course_lessons (course_id, position);
