//! Sittings that complete nothing: free previews of whoever looks around, and lessons that are watched again.

use std::collections::HashMap;

use super::{Sitting, Time, Viewing};
use crate::{
    random::{
        RowRandom,
        distribution::{Weighted, zipf_weight},
    },
    timeline::{self, UtcMicros},
    world::{
        Archetype, CompletedLesson, Lesson, Persona, User, WorldKey,
        catalogue::Catalogue,
        enrollment::{EnrollmentShare, sitting},
        people::People,
    },
};

/// Of a thousand sittings so many are previews.
const PREVIEWS_PER_MILLE: u64 = 550;
/// Draws until one fits; then the last one that was possible at all is taken.
const ATTEMPTS: usize = 200;
/// Nobody sees more than this of a lesson in hundredths, or it would be completed.
const SEEN_MAX: f64 = 0.88;
/// Where half of the people have left, as a share of the lesson, in a course of the best quality.
const DROP_OFF_MEDIAN: f64 = 0.55;
const DROP_OFF_SIGMA: f64 = 0.9;

/// Who can watch what besides studying.
pub(super) struct Browsing<'a> {
    key: &'a WorldKey,
    people: &'a People,
    catalogue: &'a Catalogue,
    viewers: Weighted,
    courses: Weighted,
    /// What somebody has completed and can watch again.
    completed: Vec<(usize, CompletedLesson)>,
    /// When people are busy watching.
    busy: HashMap<usize, Vec<(UtcMicros, UtcMicros)>>,
}

/// A lesson that somebody can watch in some time.
struct Chance<'a> {
    user_row: usize,
    lesson: &'a Lesson,
    from: UtcMicros,
    to: UtcMicros,
}

impl<'a> Browsing<'a> {
    pub(super) fn new(
        key: &'a WorldKey,
        people: &'a People,
        catalogue: &'a Catalogue,
        enrollment: &'a EnrollmentShare,
    ) -> Self {
        let anchor = key.anchor.micros();
        let drawn = enrollment.enrollments.iter().filter(|place| people.users[place.user_row].persona.is_none());
        let completed =
            drawn.flat_map(|place| enrollment.completed_lessons(place).iter().map(|lesson| (place.user_row, *lesson)));
        Self {
            key,
            people,
            catalogue,
            viewers: Weighted::new(people.users.iter().map(curiosity)),
            courses: Weighted::new(catalogue.courses.iter().map(|course| {
                let is_open = course.open_for_enrollment(anchor).is_some_and(|(from, to)| from < to);
                if is_open { zipf_weight(course.row + 1) } else { 0 }
            })),
            completed: completed.collect(),
            busy: HashMap::new(),
        }
    }

    /// Nobody who watches this watches something else meanwhile, as far as they can help it.
    pub(super) fn note(&mut self, viewing: &Viewing) {
        let end = viewing.started_at + sitting(viewing.watched_seconds);
        self.busy.entry(viewing.user_row).or_default().push((viewing.started_at, end));
    }

    /// The sitting of this number.
    pub(super) fn sitting(&self, number: usize) -> Sitting {
        let mut random = self.key.random("browsing", number);
        let is_preview = self.completed.is_empty() || random.chance(PREVIEWS_PER_MILLE);
        let mut possible = None;
        for _ in 0..ATTEMPTS {
            let chance = if is_preview { self.preview(&mut random) } else { self.repetition(&mut random) };
            let Some(found) = chance.and_then(|chance| self.drawn(&chance, &mut random)) else { continue };
            if self.is_free(&found) {
                return found;
            }
            possible = Some(found);
        }
        possible.unwrap_or_else(|| self.by_the_teacher())
    }

    fn preview(&self, random: &mut RowRandom) -> Option<Chance<'a>> {
        let user = &self.people.users[self.viewers.sample(random)];
        let course = &self.catalogue.courses[self.courses.sample(random)];
        let (from, to) = course.open_for_enrollment(self.key.anchor.micros())?;
        let lessons = self.catalogue.lessons_of(course);
        let free = lessons.iter().filter(|lesson| lesson.is_free_preview).count();
        let lesson = lessons.iter().filter(|lesson| lesson.is_free_preview).nth(random.index(free))?;
        let to = to.min(user.present_until(self.key.anchor.micros()));
        Some(Chance { user_row: user.row, lesson, from: from.max(user.created_at), to })
    }

    fn repetition(&self, random: &mut RowRandom) -> Option<Chance<'a>> {
        let (user_row, done) = random.pick(&self.completed);
        let lesson = &self.catalogue.lessons[done.lesson_row];
        let to = self.people.users[*user_row].present_until(self.key.anchor.micros());
        Some(Chance { user_row: *user_row, lesson, from: done.completed_at, to })
    }

    /// How long and when, if there is time for it.
    fn drawn(&self, chance: &Chance<'_>, random: &mut RowRandom) -> Option<Sitting> {
        let quality = f64::from(self.catalogue.courses[chance.lesson.course_row].quality_per_mille) / 1_000.0;
        let share = random.log_normal(DROP_OFF_MEDIAN * quality, DROP_OFF_SIGMA).min(SEEN_MAX);
        let watched_seconds = ((share * chance.lesson.duration_seconds as f64) as i64).max(1);
        let to = chance.to - sitting(watched_seconds);
        (chance.from < to).then(|| Sitting {
            user_row: chance.user_row,
            lesson_row: chance.lesson.row,
            watched_seconds,
            time: Time::StartedAt(timeline::instant(random, chance.from, to)),
        })
    }

    fn is_free(&self, wanted: &Sitting) -> bool {
        let Time::StartedAt(from) = wanted.time else { return true };
        let to = from + sitting(wanted.watched_seconds);
        let busy = self.busy.get(&wanted.user_row).map_or(&[][..], Vec::as_slice);
        busy.iter().all(|(begin, end)| to < *begin || *end < from)
    }

    /// A look at the flagship by its teacher, just before the anchor: always possible.
    fn by_the_teacher(&self) -> Sitting {
        let (user_row, lesson_row) = (Persona::MentorKim.row(), 0);
        let watched_seconds = 1;
        let at = self.key.anchor.micros() - sitting(watched_seconds);
        Sitting { user_row, lesson_row, watched_seconds, time: Time::StartedAt(at) }
    }
}

/// How likely somebody looks around; personas do only what their stories have.
fn curiosity(user: &User) -> u64 {
    let archetype = match user.archetype {
        _ if user.persona.is_some() => return 0,
        Archetype::Learner => 30,
        Archetype::DramaBinger => 14,
        Archetype::Critic => 12,
        Archetype::Mentor => 10,
        Archetype::Walker => 8,
        Archetype::Lurker => 4,
    };
    archetype * (100 + u64::from(user.activity_per_mille))
}
