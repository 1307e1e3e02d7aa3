//! Who takes which course, on what ground, and how far they got. Enrollment writes these rows.

mod membership;
mod order;
mod progress;

use std::collections::HashSet;

use kit_ids::{CourseId, EnrollmentId, OrderId, UserId};
use serde::Serialize;

pub(in crate::world) use self::progress::{Glance, sitting};
use self::{
    membership::Memberships,
    order::Orders,
    progress::{Attempt, Budget, Extent},
};
pub use self::{
    membership::{BillingPeriod, Membership, MembershipStatus, Plan},
    order::{Order, OrderStatus, OrderSubject},
    progress::CompletedLesson,
};
use super::{
    Archetype, Course, CourseStatus, Persona, User, WorldKey,
    catalogue::{Catalogue, FLAGSHIP},
    mint,
    people::People,
};
use crate::{
    random::{
        RowRandom,
        distribution::{Weighted, zipf_weight},
    },
    timeline::{self, HOUR, UtcMicros},
};

/// Draws of a pair that may be taken, too late or one's own course; then the first free pair is taken instead.
const PAIR_ATTEMPTS: u32 = 300;
/// Enrolments in a thousand that an administrator gave.
const GRANTS_PER_MILLE: u64 = 10;
/// Lessons of the flagship that learner_lee has done: 22 of 25 are 88 %.
const LEE_FLAGSHIP_LESSONS: usize = 22;

/// The ground on which somebody is enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of enrollment's `EnrollmentSource` (domain.md 2.3)")]
pub enum EnrollmentSource {
    Purchase,
    Subscription,
    Free,
    AdminGrant,
}

impl EnrollmentSource {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "PURCHASE",
            Self::Subscription => "SUBSCRIPTION",
            Self::Free => "FREE",
            Self::AdminGrant => "ADMIN_GRANT",
        }
    }
}

/// A user in a course, with the progress made.
#[derive(Clone, Debug, Serialize)]
pub struct Enrollment {
    /// The row in [`World::enrollments`](crate::World::enrollments).
    pub row: usize,
    /// The enrolment's id.
    pub id: EnrollmentId,
    /// When the user enrolled.
    pub enrolled_at: UtcMicros,
    /// The row of the user.
    pub user_row: usize,
    /// The id of the user.
    pub user_id: UserId,
    /// The row of the course.
    pub course_row: usize,
    /// The id of the course.
    pub course_id: CourseId,
    /// The ground.
    pub source: EnrollmentSource,
    /// The order that paid for it, when the source is a purchase.
    pub order_id: Option<OrderId>,
    /// When the last lesson was completed, if all are.
    pub completed_at: Option<UtcMicros>,
    /// How many lessons are completed: the first ones of the course.
    pub completed_lessons: u32,
    /// The seconds watched of completed lessons.
    pub watched_seconds: i64,
    /// When a lesson was completed last, if any was.
    pub last_activity_at: Option<UtcMicros>,
    /// A look into the lesson after the completed ones.
    #[serde(skip)]
    pub(super) glance: Option<Glance>,
    /// Where its completed lessons start in the share's list.
    #[serde(skip)]
    pub(super) first_completed: usize,
}

/// Enrollment's share of the world.
#[derive(Debug, Serialize)]
pub(super) struct EnrollmentShare {
    pub(super) plans: Vec<Plan>,
    pub(super) memberships: Vec<Membership>,
    pub(super) enrollments: Vec<Enrollment>,
    pub(super) orders: Vec<Order>,
    pub(super) completed_lessons: Vec<CompletedLesson>,
}

impl EnrollmentShare {
    pub(super) fn new(key: &WorldKey, people: &People, catalogue: &Catalogue) -> Self {
        let mut orders = Orders::default();
        let plans = membership::plans(key);
        let memberships = Memberships::new(key, people, &plans, &mut orders);
        let mut draws = Draws {
            key,
            people,
            catalogue,
            memberships: &memberships,
            learners: Weighted::new(people.users.iter().map(eagerness)),
            courses: Weighted::new(catalogue.courses.iter().map(popularity)),
            taken: HashSet::new(),
            orders,
            completed_lessons: Vec::new(),
            budget: Budget::of(key.profile),
        };
        let told = told_by_personas();
        let enrollments = (0..key.profile.counts().enrollments)
            .map(|row| match told.get(row) {
                Some((persona, course, extent)) => draws.told(row, *persona, *course, *extent),
                None => draws.drawn(row),
            })
            .collect();
        let (orders, completed_lessons) = (draws.orders.into_rows(), draws.completed_lessons);
        Self { plans, memberships: memberships.rows, enrollments, orders, completed_lessons }
    }

    pub(super) fn completed_lessons(&self, enrollment: &Enrollment) -> &[CompletedLesson] {
        &self.completed_lessons[enrollment.first_completed..][..enrollment.completed_lessons as usize]
    }
}

/// The enrolments that make the personas' stories: whose, the course's row, and how far.
const fn told_by_personas() -> [(Persona, usize, Extent); 13] {
    [
        (Persona::LearnerLee, FLAGSHIP, Extent::Daily(LEE_FLAGSHIP_LESSONS)),
        (Persona::LearnerLee, 1, Extent::Everything),
        (Persona::LearnerLee, 2, Extent::Exactly(1)),
        (Persona::LearnerLee, 3, Extent::Drawn),
        (Persona::LearnerLee, 4, Extent::Drawn),
        (Persona::LearnerLee, 6, Extent::Exactly(0)),
        (Persona::MemberPark, FLAGSHIP, Extent::Drawn),
        (Persona::MemberPark, 3, Extent::Drawn),
        (Persona::MemberPark, 5, Extent::Everything),
        (Persona::CriticChoi, 2, Extent::Drawn),
        (Persona::CriticChoi, 4, Extent::Drawn),
        (Persona::WalkerJung, 7, Extent::Exactly(1)),
        (Persona::PendingMentor, FLAGSHIP, Extent::Everything),
    ]
}

/// How eager somebody is to enrol; personas enrol only as their stories have it.
fn eagerness(user: &User) -> u64 {
    let archetype = match user.archetype {
        _ if user.persona.is_some() => return 0,
        Archetype::Learner => 30,
        Archetype::Mentor => 15,
        Archetype::Critic => 8,
        Archetype::DramaBinger => 6,
        Archetype::Walker => 4,
        Archetype::Lurker => 1,
    };
    archetype * (100 + u64::from(user.activity_per_mille))
}

fn popularity(course: &Course) -> u64 {
    if course.status == CourseStatus::Draft { 0 } else { zipf_weight(course.row + 1) }
}

struct Draws<'a> {
    key: &'a WorldKey,
    people: &'a People,
    catalogue: &'a Catalogue,
    memberships: &'a Memberships,
    learners: Weighted,
    courses: Weighted,
    taken: HashSet<(usize, usize)>,
    orders: Orders,
    completed_lessons: Vec<CompletedLesson>,
    budget: Budget,
}

impl Draws<'_> {
    fn told(&mut self, row: usize, persona: Persona, course: usize, extent: Extent) -> Enrollment {
        let mut random = self.key.random("enrollments", row);
        self.enrollment(row, persona.row(), course, extent, &mut random)
    }

    fn drawn(&mut self, row: usize) -> Enrollment {
        let mut random = self.key.random("enrollments", row);
        let pair = (0..PAIR_ATTEMPTS)
            .map(|_| (self.learners.sample(&mut random), self.courses.sample(&mut random)))
            .find(|(user, course)| self.is_possible(*user, *course))
            .or_else(|| self.first_free_pair())
            .expect("invariant: a profile has more users times courses than enrolments");
        self.enrollment(row, pair.0, pair.1, Extent::Drawn, &mut random)
    }

    fn first_free_pair(&self) -> Option<(usize, usize)> {
        let courses = self.catalogue.courses.iter().filter(|course| course.status != CourseStatus::Draft);
        let users = || self.people.users.iter().filter(|user| user.persona.is_none());
        courses
            .flat_map(|course| users().map(|user| (user.row, course.row)))
            .find(|(user, course)| self.is_possible(*user, *course))
    }

    /// Not enrolled yet, not one's own course, and both existed together for a while.
    fn is_possible(&self, user: usize, course: usize) -> bool {
        let (from, to) = self.window(user, course);
        from + HOUR < to
            && !self.taken.contains(&(user, course))
            && !self.catalogue.courses[course].instructor_rows.contains(&user)
    }

    /// When this user could enrol in this course; member_park's enrolments all fall within the membership.
    fn window(&self, user: usize, course: usize) -> (UtcMicros, UtcMicros) {
        let anchor = self.key.anchor.micros();
        let (opened, closed) = self.catalogue.courses[course].open_for_enrollment(anchor).unwrap_or((anchor, anchor));
        let arrived = match self.memberships.of(user) {
            Some(membership) if user == Persona::MemberPark.row() => membership.started_at,
            _ => self.people.users[user].created_at,
        };
        (opened.max(arrived), closed.min(self.people.users[user].present_until(anchor)))
    }

    fn enrollment(
        &mut self,
        row: usize,
        user: usize,
        course: usize,
        extent: Extent,
        random: &mut RowRandom,
    ) -> Enrollment {
        self.taken.insert((user, course));
        let (from, to) = self.window(user, course);
        // Stories need time to happen: they begin in the first third of what there is.
        let is_told = self.people.users[user].persona.is_some();
        let enrolled_at = timeline::instant(random, from, if is_told { from + (to - from) / 3 } else { to });
        let id = mint(enrolled_at, random);
        let (user, course) = (&self.people.users[user], &self.catalogue.courses[course]);
        let source = self.source(user, course, enrolled_at, random);
        let order_id = (source == EnrollmentSource::Purchase)
            .then(|| self.orders.for_course(self.key, row, user, course, enrolled_at));
        let lessons = self.catalogue.lessons_of(course);
        let attempt = Attempt { enrollment_row: row, user, course, lessons, enrolled_at };
        let progress = progress::draw(self.key, &attempt, extent, &mut self.budget);
        let first_completed = self.completed_lessons.len();
        let enrollment = Enrollment {
            row,
            id,
            enrolled_at,
            user_row: user.row,
            user_id: user.id,
            course_row: course.row,
            course_id: course.id,
            source,
            order_id,
            completed_at: progress.completed_at(lessons),
            completed_lessons: progress.completed.len() as u32,
            watched_seconds: progress.completed.iter().map(|lesson| lesson.watched_seconds).sum(),
            last_activity_at: progress.completed.last().map(|lesson| lesson.completed_at),
            glance: progress.glance,
            first_completed,
        };
        self.completed_lessons.extend(progress.completed);
        enrollment
    }

    /// The rule of `enrollInCourse` (domain.md 3.3), and the odd gift.
    fn source(&self, user: &User, course: &Course, at: UtcMicros, random: &mut RowRandom) -> EnrollmentSource {
        let is_gift = random.chance(GRANTS_PER_MILLE) && user.persona.is_none();
        if course.list_price_minor == 0 {
            EnrollmentSource::Free
        } else if is_gift {
            EnrollmentSource::AdminGrant
        } else if self.memberships.of(user.row).is_some_and(|membership| membership.gives_access_at(at)) {
            EnrollmentSource::Subscription
        } else {
            EnrollmentSource::Purchase
        }
    }
}
