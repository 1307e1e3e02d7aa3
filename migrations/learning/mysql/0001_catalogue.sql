-- Categories, courses and their lessons (domain 3.2). Times are UTC microseconds, money is in minor units.

CREATE TABLE categories (
  id         BINARY(16)   NOT NULL PRIMARY KEY,
  slug       VARCHAR(120) NOT NULL,
  name       VARCHAR(120) NOT NULL,
  parent_id  BINARY(16),
  created_at BIGINT       NOT NULL,
  CONSTRAINT categories_slug_unique UNIQUE (slug),
  CONSTRAINT categories_parent_id_fk FOREIGN KEY (parent_id) REFERENCES categories (id)
) ENGINE = InnoDB;
CREATE INDEX categories_parent ON categories (parent_id);

CREATE TABLE courses (
  id               BINARY(16)    NOT NULL PRIMARY KEY,
  slug             VARCHAR(120)  NOT NULL,
  title            VARCHAR(200)  NOT NULL,
  description      TEXT          NOT NULL,
  level            VARCHAR(16)   NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
  language         VARCHAR(16)   NOT NULL,
  status           VARCHAR(16)   NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  category_id      BINARY(16)    NOT NULL,
  thumbnail_url    VARCHAR(2048),
  list_price_minor BIGINT        NOT NULL CHECK (list_price_minor >= 0),
  currency         VARCHAR(3)    NOT NULL,
  lesson_count     BIGINT        NOT NULL DEFAULT 0 CHECK (lesson_count >= 0),
  total_duration   BIGINT        NOT NULL DEFAULT 0 CHECK (total_duration >= 0),
  version          BIGINT        NOT NULL DEFAULT 1,
  created_at       BIGINT        NOT NULL,
  published_at     BIGINT,
  updated_at       BIGINT        NOT NULL,
  CONSTRAINT courses_slug_unique UNIQUE (slug),
  CONSTRAINT courses_published_has_lesson CHECK (status <> 'PUBLISHED' OR lesson_count >= 1),
  CONSTRAINT courses_category_id_fk FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE = InnoDB;
CREATE INDEX courses_category ON courses (category_id, status);
CREATE INDEX courses_newest ON courses (status, published_at, id);
CREATE INDEX courses_title ON courses (status, title, id);
CREATE INDEX courses_price ON courses (status, list_price_minor, id);

CREATE TABLE course_instructors (
  course_id BINARY(16) NOT NULL,
  user_id   BINARY(16) NOT NULL,
  position  BIGINT     NOT NULL CHECK (position >= 1),
  PRIMARY KEY (course_id, user_id),
  CONSTRAINT course_instructors_position_unique UNIQUE (course_id, position),
  CONSTRAINT course_instructors_course_id_fk FOREIGN KEY (course_id) REFERENCES courses (id)
) ENGINE = InnoDB;
CREATE INDEX course_instructors_user ON course_instructors (user_id);

-- Positions are dense, 1 to n. A move passes through negative positions, so that the unique key holds at every step.
CREATE TABLE lessons (
  id               BINARY(16)   NOT NULL PRIMARY KEY,
  course_id        BINARY(16)   NOT NULL,
  position         BIGINT       NOT NULL CHECK (position <> 0),
  title            VARCHAR(200) NOT NULL,
  summary          TEXT,
  duration_seconds BIGINT       NOT NULL CHECK (duration_seconds >= 0),
  is_free_preview  BIGINT       NOT NULL CHECK (is_free_preview IN (0, 1)),
  created_at       BIGINT       NOT NULL,
  updated_at       BIGINT       NOT NULL,
  CONSTRAINT lessons_position_unique UNIQUE (course_id, position),
  CONSTRAINT lessons_course_id_fk FOREIGN KEY (course_id) REFERENCES courses (id)
) ENGINE = InnoDB;
