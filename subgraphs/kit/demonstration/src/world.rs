//! The world as data: one module per share, computed from the key alone.

mod catalogue;
mod enrollment;
mod names;
mod people;
mod persona;
mod places;
mod sign_ins;
mod viewing;

use std::{fmt, sync::OnceLock};

use kit_ids::{Id, MediaFileId};
use serde::{Deserialize, Serialize};

use self::{catalogue::Catalogue, enrollment::EnrollmentShare, people::People};
pub use self::{
    catalogue::{Category, Course, CourseLevel, CourseStatus, Language, Lesson},
    enrollment::{
        BillingPeriod, CompletedLesson, Enrollment, EnrollmentSource, Membership, MembershipStatus, Order, OrderStatus,
        OrderSubject, Plan,
    },
    people::{Archetype, Company, Role, Team, User, UserStatus},
    persona::Persona,
    places::{CITIES, City, GridPoint},
    sign_ins::{LoginEvent, LoginKind},
    viewing::{Viewing, ViewingEvent, ViewingEventKind},
};
use crate::{
    Anchor, Profile, Seed,
    random::RowRandom,
    timeline::{HISTORY, MILLISECOND, UtcMicros},
};

/// Everything the world depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorldKey {
    /// How much exists.
    pub profile: Profile,
    /// Which of the worlds of this size.
    pub seed: Seed,
    /// When "now" is.
    pub anchor: Anchor,
}

impl WorldKey {
    /// The instant the platform opened: nothing is older.
    pub(crate) const fn opening(&self) -> UtcMicros {
        self.anchor.micros() - HISTORY
    }

    pub(crate) fn random(&self, table: &str, row: usize) -> RowRandom {
        RowRandom::new(self.seed, table, row as u64)
    }
}

impl fmt::Display for WorldKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (seed {}, anchor {})", self.profile, self.seed, self.anchor)
    }
}

/// The demonstration world. Rows are numbered from 0; `row` fields index the slices returned here.
#[derive(Debug)]
pub struct World {
    key: WorldKey,
    people: OnceLock<People>,
    catalogue: OnceLock<Catalogue>,
    enrollment: OnceLock<EnrollmentShare>,
    viewings: OnceLock<Vec<Viewing>>,
}

impl World {
    /// The world of this key. Nothing is computed yet.
    #[must_use]
    pub const fn new(key: WorldKey) -> Self {
        Self {
            key,
            people: OnceLock::new(),
            catalogue: OnceLock::new(),
            enrollment: OnceLock::new(),
            viewings: OnceLock::new(),
        }
    }

    /// What this world was made from.
    #[must_use]
    pub const fn key(&self) -> &WorldKey {
        &self.key
    }

    /// The generator of a row, for what a subgraph decorates its own tables with.
    #[must_use]
    pub fn random(&self, table: &str, row: usize) -> RowRandom {
        self.key.random(table, row)
    }

    /// All companies.
    #[must_use]
    pub fn companies(&self) -> &[Company] {
        &self.people().companies
    }

    /// All teams.
    #[must_use]
    pub fn teams(&self) -> &[Team] {
        &self.people().teams
    }

    /// All users, the personas first.
    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.people().users
    }

    /// The account of a persona.
    #[must_use]
    pub fn persona(&self, persona: Persona) -> &User {
        &self.users()[persona.row()]
    }

    /// The rows of the users who mentor, mentor_kim first.
    #[must_use]
    pub fn mentors(&self) -> &[usize] {
        &self.people().mentors
    }

    /// The rows of the users who teach courses, mentor_kim first.
    #[must_use]
    pub fn instructors(&self) -> &[usize] {
        &self.people().instructors
    }

    /// The sign-in history of a user, in order of time (computed at each call).
    #[must_use]
    pub fn login_events(&self, user: &User) -> Vec<LoginEvent> {
        sign_ins::of(&self.key, user)
    }

    /// All categories, parents before children.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.catalogue().categories
    }

    /// All courses, the most popular first.
    #[must_use]
    pub fn courses(&self) -> &[Course] {
        &self.catalogue().courses
    }

    /// All lessons, by course and position.
    #[must_use]
    pub fn lessons(&self) -> &[Lesson] {
        &self.catalogue().lessons
    }

    /// The lessons of a course, in order of position.
    #[must_use]
    pub fn lessons_of(&self, course: &Course) -> &[Lesson] {
        self.catalogue().lessons_of(course)
    }

    /// The file of a kind, such as `THUMBNAIL`, that a lesson has in media.
    #[must_use]
    pub fn file_of(&self, lesson: &Lesson, kind: &str) -> MediaFileId {
        mint(lesson.created_at, &mut self.random(kind, lesson.row))
    }

    /// The picture of a course, which is that of its first lesson and open to everyone; nothing without lessons.
    #[must_use]
    pub fn thumbnail_of(&self, course: &Course) -> Option<MediaFileId> {
        self.lessons_of(course).first().map(|lesson| self.file_of(lesson, "THUMBNAIL"))
    }

    /// The membership plans on offer.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.enrollment().plans
    }

    /// All memberships; nobody has two.
    #[must_use]
    pub fn memberships(&self) -> &[Membership] {
        &self.enrollment().memberships
    }

    /// All enrolments; nobody enrols twice in a course.
    #[must_use]
    pub fn enrollments(&self) -> &[Enrollment] {
        &self.enrollment().enrollments
    }

    /// All orders: one PAID per purchased enrolment or membership, and some that came to nothing.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        &self.enrollment().orders
    }

    /// The lessons an enrolled user has completed, in order.
    #[must_use]
    pub fn completed_lessons(&self, enrollment: &Enrollment) -> &[CompletedLesson] {
        self.enrollment().completed_lessons(enrollment)
    }

    /// All sittings of people with lessons.
    #[must_use]
    pub fn viewings(&self) -> &[Viewing] {
        self.viewings.get_or_init(|| viewing::all(&self.key, self.people(), self.catalogue(), self.enrollment()))
    }

    /// What happens in a sitting, in order (computed at each call).
    #[must_use]
    pub fn viewing_events(&self, viewing: &Viewing) -> Vec<ViewingEvent> {
        viewing::events(&self.key, viewing, self.lessons()[viewing.lesson_row].duration_seconds)
    }

    fn people(&self) -> &People {
        self.people.get_or_init(|| People::new(&self.key))
    }

    fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::new(&self.key, self.people()))
    }

    fn enrollment(&self) -> &EnrollmentShare {
        self.enrollment.get_or_init(|| EnrollmentShare::new(&self.key, self.people(), self.catalogue()))
    }
}

/// The bytes of a ULID with this time.
fn ulid_bytes(at: UtcMicros, random: &mut RowRandom) -> [u8; 16] {
    ((u128::from(milliseconds(at)) << 80) | random.ulid_entropy()).to_be_bytes()
}

fn milliseconds(at: UtcMicros) -> u64 {
    u64::try_from(at / MILLISECOND).expect("invariant: the world lies after 1970")
}

/// The id of a row: its time is the row's `created_at`, its entropy the row's generator.
pub fn mint<Kind>(created_at: UtcMicros, random: &mut RowRandom) -> Id<Kind> {
    Id::from_bytes(ulid_bytes(created_at, random))
}
