//! Courses: who teaches what, since when, at which price and how well.

use std::collections::HashSet;

use kit_ids::{CategoryId, CourseId, UserId};
use serde::Serialize;

use super::{
    Category, Lesson,
    subjects::{Phrase, SUBJECTS, Subject},
    wording::{self, Language, TITLES, TitlePattern},
};
use crate::{
    random::RowRandom,
    timeline::{self, DAY, HOUR, UtcMicros},
    world::{Persona, WorldKey, mint, people::People},
};

/// The most popular course: long, paid, taught by mentor_kim, and 22 of its 25 lessons are done by learner_lee (88 %).
pub(in crate::world) const FLAGSHIP: usize = 0;
/// Of twelve courses one is still a draft and one archived.
const STATUS_CYCLE: usize = 12;
/// Every fifth course is free.
const FREE_CYCLE: usize = 5;
/// Instructors of one course at most.
const INSTRUCTORS_MAX: usize = 3;
/// Titles tried before a part number makes one unique.
const TITLE_ATTEMPTS: u32 = 60;

/// Whether a course can be found and taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of learning's `CourseStatus` (domain.md 2.2)")]
pub enum CourseStatus {
    Draft,
    Published,
    Archived,
}

impl CourseStatus {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Archived => "ARCHIVED",
        }
    }
}

/// How much a course expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of learning's `CourseLevel` (domain.md 2.2)")]
pub enum CourseLevel {
    Beginner,
    Intermediate,
    Advanced,
}

impl CourseLevel {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beginner => "BEGINNER",
            Self::Intermediate => "INTERMEDIATE",
            Self::Advanced => "ADVANCED",
        }
    }
}

/// A course. Popularity is Zipf by row: row 0 is the most popular.
#[derive(Clone, Debug, Serialize)]
pub struct Course {
    /// The row in [`World::courses`](crate::World::courses).
    pub row: usize,
    /// The course's id.
    pub id: CourseId,
    /// When it was drafted.
    pub created_at: UtcMicros,
    /// The unique slug.
    pub slug: String,
    /// The unique title, in the course's language.
    pub title: String,
    /// Three sentences, in the course's language.
    pub description: String,
    /// How much it expects.
    pub level: CourseLevel,
    /// The language it is taught in.
    pub language: Language,
    /// Whether it can be found and taken.
    pub status: CourseStatus,
    /// The row of its category.
    pub category_row: usize,
    /// The id of its category.
    pub category_id: CategoryId,
    /// The rows of its instructors, the first teacher first.
    pub instructor_rows: Vec<usize>,
    /// The ids of its instructors, in the same order.
    pub instructor_ids: Vec<UserId>,
    /// The price in won, which has no smaller unit; 0 is free.
    pub list_price_minor: i64,
    /// ISO 4217.
    pub currency: &'static str,
    /// When it was published; never for a draft.
    pub published_at: Option<UtcMicros>,
    /// When it was taken off the list.
    pub archived_at: Option<UtcMicros>,
    /// The last change.
    pub updated_at: UtcMicros,
    /// How good it is, in thousandths: drives completion here and ratings elsewhere.
    pub quality_per_mille: u16,
    /// The row of its first lesson; the others follow.
    pub first_lesson_row: usize,
    /// How many lessons it has.
    pub lesson_count: u32,
    /// The length of all its lessons.
    pub total_duration_seconds: i64,
}

impl Course {
    /// The part of time in which people could enrol, if it was ever published.
    #[must_use]
    pub fn open_for_enrollment(&self, anchor: UtcMicros) -> Option<(UtcMicros, UtcMicros)> {
        self.published_at.map(|from| (from, self.archived_at.unwrap_or(anchor)))
    }
}

/// A course before its lessons are known.
pub(super) struct CourseDraft {
    pub(super) course: Course,
    pub(super) subject: &'static Subject,
}

impl CourseDraft {
    pub(super) fn into_course(self, lessons: &[Lesson]) -> Course {
        Course {
            first_lesson_row: lessons[0].row,
            lesson_count: lessons.len() as u32,
            total_duration_seconds: lessons.iter().map(|lesson| lesson.duration_seconds).sum(),
            ..self.course
        }
    }
}

/// Titles and slugs in use: a topic under a pattern is taken once, in whichever language.
#[derive(Default)]
pub(super) struct Titles(HashSet<(&'static str, &'static str)>);

struct Chosen {
    topic: Phrase,
    pattern: &'static TitlePattern,
    part: usize,
}

pub(super) fn draft(
    key: &WorldKey,
    row: usize,
    categories: &[Category],
    people: &People,
    titles: &mut Titles,
) -> CourseDraft {
    let mut random = key.random("courses", row);
    let status = status(row);
    let times = Times::draw(key, row, status, &mut random);
    let id = mint(times.created_at, &mut random);
    let language = if row == FLAGSHIP || random.chance(700) { Language::Korean } else { Language::English };
    let category = if row == FLAGSHIP { &categories[1] } else { random.pick(categories) };
    let subject = SUBJECTS[category.row];
    let chosen = titles.choose(row, subject, &mut random);
    let level = chosen.pattern.level;
    let instructor_rows = instructors(row, times.created_at, people, &mut random);
    let course = Course {
        row,
        id,
        created_at: times.created_at,
        slug: wording::slug(chosen.topic, chosen.pattern, chosen.part),
        title: wording::title(chosen.topic, chosen.pattern, chosen.part, language),
        description: wording::description(chosen.topic, subject, level, language, &mut random),
        level,
        language,
        status,
        category_row: category.row,
        category_id: category.id,
        instructor_ids: instructor_rows.iter().map(|instructor| people.users[*instructor].id).collect(),
        instructor_rows,
        list_price_minor: price(row, level, &mut random),
        currency: "KRW",
        published_at: times.published_at,
        archived_at: times.archived_at,
        updated_at: times.archived_at.or(times.published_at).unwrap_or(times.created_at + HOUR),
        quality_per_mille: random.per_mille(640.0, 170.0),
        first_lesson_row: 0,
        lesson_count: 0,
        total_duration_seconds: 0,
    };
    CourseDraft { course, subject }
}

impl Titles {
    /// A topic and pattern that no earlier course has; when luck runs out, the last one drawn with a part number.
    fn choose(&mut self, row: usize, subject: &'static Subject, random: &mut RowRandom) -> Chosen {
        let mut drawn = (subject.topics[1], &TITLES[0]);
        if row != FLAGSHIP {
            for _ in 0..TITLE_ATTEMPTS {
                drawn = (*random.pick(&subject.topics), random.pick(&TITLES));
                if !self.0.contains(&(drawn.0.en, drawn.1.slug)) {
                    break;
                }
            }
        }
        let (topic, pattern) = drawn;
        // The row keeps the part number unique without counting the parts before it.
        let part = if self.0.insert((topic.en, pattern.slug)) { 1 } else { row };
        Chosen { topic, pattern, part }
    }
}

fn status(row: usize) -> CourseStatus {
    match row % STATUS_CYCLE {
        10 => CourseStatus::Draft,
        11 => CourseStatus::Archived,
        _ => CourseStatus::Published,
    }
}

struct Times {
    created_at: UtcMicros,
    published_at: Option<UtcMicros>,
    archived_at: Option<UtcMicros>,
}

impl Times {
    /// Drafts are recent, archived courses had their time, and the flagship has been there from the beginning.
    fn draw(key: &WorldKey, row: usize, status: CourseStatus, random: &mut RowRandom) -> Self {
        let (opening, anchor) = (key.opening(), key.anchor.micros());
        let (from, to) = match status {
            _ if row == FLAGSHIP => (opening + 5 * DAY, opening + 20 * DAY),
            CourseStatus::Draft => (anchor - 21 * DAY, anchor - DAY),
            CourseStatus::Published => (opening + 5 * DAY, anchor - 12 * DAY),
            CourseStatus::Archived => (opening + 5 * DAY, anchor - 150 * DAY),
        };
        let created_at = timeline::instant(random, from, to);
        let publication = timeline::instant(random, created_at + DAY, created_at + 9 * DAY);
        let archiving = timeline::instant(random, publication + 90 * DAY, anchor - DAY);
        Self {
            created_at,
            published_at: (status != CourseStatus::Draft).then_some(publication),
            archived_at: (status == CourseStatus::Archived).then_some(archiving),
        }
    }
}

/// mentor_kim teaches the flagship; the others fall to whoever was there when the course was drafted.
fn instructors(row: usize, created_at: UtcMicros, people: &People, random: &mut RowRandom) -> Vec<usize> {
    if row == FLAGSHIP {
        return vec![Persona::MentorKim.row()];
    }
    let present: Vec<usize> =
        people.instructors.iter().copied().filter(|user| people.users[*user].created_at < created_at).collect();
    let wanted = match random.below(100) {
        0..78 => 1,
        78..95 => 2,
        _ => INSTRUCTORS_MAX,
    };
    let mut chosen = Vec::with_capacity(wanted);
    for _ in 0..wanted {
        let instructor = *random.pick(&present);
        if !chosen.contains(&instructor) {
            chosen.push(instructor);
        }
    }
    chosen
}

/// Prices end in 900 won, rise with the level, and every fifth course is free.
fn price(row: usize, level: CourseLevel, random: &mut RowRandom) -> i64 {
    let base = match level {
        CourseLevel::Beginner => 19_900,
        CourseLevel::Intermediate => 39_900,
        CourseLevel::Advanced => 69_900,
    };
    if row % FREE_CYCLE == 2 { 0 } else { base + 10_000 * random.between(0, 3) }
}
