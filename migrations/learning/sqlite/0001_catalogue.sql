-- Categories, courses and their lessons (domain 3.2). Times are UTC microseconds, money is in minor units.

CREATE TABLE categories (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  slug       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  parent_id  BLOB    REFERENCES categories (id),
  created_at INTEGER NOT NULL,
  CONSTRAINT categories_slug_unique UNIQUE (slug)
);
CREATE INDEX categories_parent ON categories (parent_id);

CREATE TABLE courses (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  slug             TEXT    NOT NULL,
  title            TEXT    NOT NULL,
  description      TEXT    NOT NULL,
  level            TEXT    NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
  language         TEXT    NOT NULL,
  status           TEXT    NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  category_id      BLOB    NOT NULL REFERENCES categories (id),
  thumbnail_url    TEXT,
  list_price_minor INTEGER NOT NULL CHECK (list_price_minor >= 0),
  currency         TEXT    NOT NULL,
  lesson_count     INTEGER NOT NULL DEFAULT 0 CHECK (lesson_count >= 0),
  total_duration   INTEGER NOT NULL DEFAULT 0 CHECK (total_duration >= 0),
  version          INTEGER NOT NULL DEFAULT 1,
  created_at       INTEGER NOT NULL,
  published_at     INTEGER,
  updated_at       INTEGER NOT NULL,
  CONSTRAINT courses_slug_unique UNIQUE (slug),
  CONSTRAINT courses_published_has_lesson CHECK (status <> 'PUBLISHED' OR lesson_count >= 1)
);
CREATE INDEX courses_category ON courses (category_id, status);
CREATE INDEX courses_newest ON courses (status, published_at, id);
CREATE INDEX courses_title ON courses (status, title, id);
CREATE INDEX courses_price ON courses (status, list_price_minor, id);

CREATE TABLE course_instructors (
  course_id BLOB    NOT NULL REFERENCES courses (id),
  user_id   BLOB    NOT NULL,
  position  INTEGER NOT NULL CHECK (position >= 1),
  PRIMARY KEY (course_id, user_id),
  CONSTRAINT course_instructors_position_unique UNIQUE (course_id, position)
);
CREATE INDEX course_instructors_user ON course_instructors (user_id);

-- Positions are dense, 1 to n. A move passes through negative positions, so that the unique key holds at every step.
CREATE TABLE lessons (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  course_id        BLOB    NOT NULL REFERENCES courses (id),
  position         INTEGER NOT NULL CHECK (position <> 0),
  title            TEXT    NOT NULL,
  summary          TEXT,
  duration_seconds INTEGER NOT NULL CHECK (duration_seconds >= 0),
  is_free_preview  INTEGER NOT NULL CHECK (is_free_preview IN (0, 1)),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  CONSTRAINT lessons_position_unique UNIQUE (course_id, position)
);
