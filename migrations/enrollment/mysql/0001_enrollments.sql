-- Who may learn what, and how it was paid for (domain 3.3). Times are UTC microseconds, money is in minor units.

CREATE TABLE plans (
  id           BINARY(16)   NOT NULL PRIMARY KEY,
  name         VARCHAR(120) NOT NULL,
  amount_minor BIGINT       NOT NULL CHECK (amount_minor >= 0),
  currency     VARCHAR(3)   NOT NULL,
  period       VARCHAR(8)   NOT NULL CHECK (period IN ('MONTH', 'YEAR')),
  active       BIGINT       NOT NULL CHECK (active IN (0, 1)),
  created_at   BIGINT       NOT NULL,
  CONSTRAINT plans_name_unique UNIQUE (name)
) ENGINE = InnoDB;

-- `live_user_id` is the user's id while the membership is ACTIVE or PAST_DUE and null after: at most one live
-- membership per user, on engines with and without partial indexes alike.
CREATE TABLE memberships (
  id                 BINARY(16)  NOT NULL PRIMARY KEY,
  user_id            BINARY(16)  NOT NULL,
  live_user_id       BINARY(16),
  plan_id            BINARY(16)  NOT NULL,
  status             VARCHAR(16) NOT NULL CHECK (status IN ('ACTIVE', 'PAST_DUE', 'CANCELED', 'EXPIRED')),
  started_at         BIGINT      NOT NULL,
  current_period_end BIGINT      NOT NULL,
  auto_renew         BIGINT      NOT NULL CHECK (auto_renew IN (0, 1)),
  renew_attempts     BIGINT      NOT NULL DEFAULT 0,
  notified_end       BIGINT,
  payment_token      VARCHAR(255),
  CONSTRAINT memberships_live_unique UNIQUE (live_user_id),
  CONSTRAINT memberships_period CHECK (current_period_end > started_at),
  CONSTRAINT memberships_plan_id_fk FOREIGN KEY (plan_id) REFERENCES plans (id)
) ENGINE = InnoDB;
CREATE INDEX memberships_user ON memberships (user_id, started_at);
CREATE INDEX memberships_due ON memberships (status, current_period_end);

CREATE TABLE orders (
  id           BINARY(16)   NOT NULL PRIMARY KEY,
  user_id      BINARY(16)   NOT NULL,
  amount_minor BIGINT       NOT NULL CHECK (amount_minor >= 0),
  currency     VARCHAR(3)   NOT NULL,
  status       VARCHAR(16)  NOT NULL CHECK (status IN ('PENDING', 'PAID', 'FAILED', 'REFUNDED')),
  course_id    BINARY(16),
  membership_id BINARY(16),
  payment_ref  VARCHAR(120),
  created_at   BIGINT       NOT NULL,
  CONSTRAINT orders_payment_unique UNIQUE (payment_ref),
  CONSTRAINT orders_subject CHECK ((course_id IS NULL) <> (membership_id IS NULL))
) ENGINE = InnoDB;
CREATE INDEX orders_user ON orders (user_id, created_at);
CREATE INDEX orders_membership ON orders (membership_id, created_at);

CREATE TABLE enrollments (
  id           BINARY(16)  NOT NULL PRIMARY KEY,
  user_id      BINARY(16)  NOT NULL,
  course_id    BINARY(16)  NOT NULL,
  source       VARCHAR(16) NOT NULL CHECK (source IN ('PURCHASE', 'SUBSCRIPTION', 'FREE', 'ADMIN_GRANT')),
  enrolled_at  BIGINT      NOT NULL,
  completed_at BIGINT,
  revoked_at   BIGINT,
  order_id     BINARY(16),
  CONSTRAINT enrollments_user_course_unique UNIQUE (user_id, course_id),
  CONSTRAINT enrollments_order_unique UNIQUE (order_id),
  CONSTRAINT enrollments_order_id_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE = InnoDB;
CREATE INDEX enrollments_recent ON enrollments (user_id, enrolled_at, id);
CREATE INDEX enrollments_course ON enrollments (course_id);

CREATE TABLE course_progress (
  user_id           BINARY(16) NOT NULL,
  course_id         BINARY(16) NOT NULL,
  completed_lessons BIGINT     NOT NULL CHECK (completed_lessons >= 0),
  watched_seconds   BIGINT     NOT NULL CHECK (watched_seconds >= 0),
  last_activity_at  BIGINT,
  PRIMARY KEY (user_id, course_id)
) ENGINE = InnoDB;

CREATE TABLE completed_lessons (
  user_id      BINARY(16) NOT NULL,
  lesson_id    BINARY(16) NOT NULL,
  course_id    BINARY(16) NOT NULL,
  completed_at BIGINT     NOT NULL,
  PRIMARY KEY (user_id, lesson_id)
) ENGINE = InnoDB;
CREATE INDEX completed_lessons_course ON completed_lessons (user_id, course_id);
CREATE INDEX completed_lessons_lesson ON completed_lessons (lesson_id);

-- Replicas of what learning publishes: prices to charge, and the lessons in their order.
CREATE TABLE course_prices (
  course_id    BINARY(16)  NOT NULL PRIMARY KEY,
  amount_minor BIGINT      NOT NULL CHECK (amount_minor >= 0),
  currency     VARCHAR(3)  NOT NULL,
  status       VARCHAR(16) NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  seq          BIGINT      NOT NULL
) ENGINE = InnoDB;

CREATE TABLE course_lessons (
  lesson_id BINARY(16) NOT NULL PRIMARY KEY,
  course_id BINARY(16) NOT NULL,
  position  BIGINT     NOT NULL
) ENGINE = InnoDB;
CREATE INDEX course_lessons_course ON course_lessons (course_id, position);
