//! What resolvers read many of at once (P16).

use std::collections::HashMap;

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{CourseId, EnrollmentId, LessonId, MembershipId, OrderId, PlanId, UserId};
use kit_paging::{Window, WindowLoad, Windows};
use kit_service::batch_loader;

use crate::domain::{CourseProgress, Enrollment, Membership, Order, Plan};
use crate::store::{enrollments, lessons, memberships, orders, progress};

/// The order of a person's enrolments: newest first.
pub(crate) use crate::store::enrollments::{NEWEST as ENROLLMENTS_ORDER, position as enrollment_position};

/// The loaders of one request.
pub(crate) fn loaders(database: &Database) -> Loaders {
    let database = || database.clone();
    Loaders::new()
        .with(EnrollmentById(database()))
        .with(EnrollmentInCourse(database()))
        .with(EnrollmentCountInCourse(database()))
        .with(EnrollmentCountOfUser(database()))
        .with(Windows(EnrollmentsOfUser(database())))
        .with(ProgressInCourse(database()))
        .with(NextLessonInCourse(database()))
        .with(MembershipById(database()))
        .with(MembershipsOfUser(database()))
        .with(OrderById(database()))
        .with(PlanById(database()))
}

batch_loader!(
    /// An enrolment.
    pub(crate) EnrollmentById: EnrollmentId => Enrollment, |database, ids| enrollments::by_ids(database, ids),
    |found| (found.id, found)
);
batch_loader!(
    /// How many are enrolled in a course; missing when nobody is.
    pub(crate) EnrollmentCountInCourse: CourseId => i64, |database, ids| enrollments::count_in_courses(database, ids),
    |count| count
);
batch_loader!(
    /// A membership.
    pub(crate) MembershipById: MembershipId => Membership, |database, ids| memberships::by_ids(database, ids),
    |found| (found.id, found)
);
batch_loader!(
    /// An order.
    pub(crate) OrderById: OrderId => Order, |database, ids| orders::by_ids(database, ids), |found| (found.id, found)
);
batch_loader!(
    /// A plan.
    pub(crate) PlanById: PlanId => Plan,
    |database, ids| memberships::plans_by_ids(database, ids), |found| (found.id, found)
);

/// Declares a loader of what a person has in a course. Each person costs a statement, and a request has one viewer.
macro_rules! loader_in_course {
    ($(#[$doc:meta])* $name:ident => $value:ty, $read:path, $entry:expr) => {
        $(#[$doc])*
        pub(crate) struct $name(Database);

        impl BatchLoad for $name {
            type Key = (UserId, CourseId);
            type Value = $value;
            type Error = DatabaseError;

            async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, $value>, DatabaseError> {
                let mut found = HashMap::with_capacity(keys.len());
                for (user, courses) in by_user(keys) {
                    let rows = $read(&self.0, user, &courses).await?;
                    found.extend(rows.into_iter().map($entry).map(|(course, value)| ((user, course), value)));
                }
                Ok(found)
            }
        }
    };
}

loader_in_course!(
    /// A person's enrolment in a course.
    EnrollmentInCourse => Enrollment, enrollments::of_user_in, |found| (found.course_id, found)
);
loader_in_course!(
    /// How far a person is in a course; missing when it was not begun.
    ProgressInCourse => CourseProgress, progress::of_user_in, |found| found
);
loader_in_course!(
    /// The first lesson of a course that a person has not completed; missing when all are.
    NextLessonInCourse => LessonId, lessons::next_of_user_in, |found| found
);

fn by_user(keys: &[(UserId, CourseId)]) -> HashMap<UserId, Vec<CourseId>> {
    let mut courses: HashMap<UserId, Vec<CourseId>> = HashMap::new();
    for (user, course) in keys {
        courses.entry(*user).or_default().push(*course);
    }
    courses
}

/// A person's memberships that are not over.
pub(crate) struct MembershipsOfUser(Database);

impl BatchLoad for MembershipsOfUser {
    type Key = UserId;
    type Value = Vec<Membership>;
    type Error = DatabaseError;

    async fn load(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Membership>>, DatabaseError> {
        let mut found: HashMap<UserId, Vec<Membership>> = HashMap::new();
        for membership in memberships::of_users(&self.0, users).await? {
            found.entry(membership.user_id).or_default().push(membership);
        }
        Ok(found)
    }
}

/// How many enrolments a person has: all, or the completed or open ones only; missing when none.
pub(crate) struct EnrollmentCountOfUser(Database);

impl BatchLoad for EnrollmentCountOfUser {
    type Key = (UserId, Option<bool>);
    type Value = i64;
    type Error = DatabaseError;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, i64>, DatabaseError> {
        let mut counts = HashMap::with_capacity(keys.len());
        for completed in [None, Some(false), Some(true)] {
            let users: Vec<UserId> = keys.iter().filter(|key| key.1 == completed).map(|key| key.0).collect();
            if !users.is_empty() {
                let counted = enrollments::count_of_users(&self.0, &users, completed).await?;
                counts.extend(counted.into_iter().map(|(user, count)| ((user, completed), count)));
            }
        }
        Ok(counts)
    }
}

/// A person's enrolments, page by page.
#[derive(Clone)]
pub(crate) struct EnrollmentsOfUser(Database);

impl WindowLoad for EnrollmentsOfUser {
    type Parent = UserId;
    type Filter = Option<bool>;
    type Row = Enrollment;
    type Error = DatabaseError;

    async fn load_windows(
        &self,
        users: &[UserId],
        window: &Window<Option<bool>>,
    ) -> Result<Vec<(UserId, Enrollment)>, DatabaseError> {
        enrollments::windows(&self.0, users, window).await
    }
}
