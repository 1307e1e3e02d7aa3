//! What resolvers read many of at once (P16).

use std::collections::{BTreeMap, HashMap};

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{CourseId, EnrollmentId, OrderId, PlanId, UserId};

use crate::domain::{Enrollment, Membership, Order, Plan};
use crate::store::{enrollments, memberships, orders};

/// The loaders of one request.
pub(crate) fn loaders(database: &Database) -> Loaders {
    Loaders::new()
        .with(EnrollmentById(database.clone()))
        .with(EnrollmentInCourse(database.clone()))
        .with(MembershipsOfUser(database.clone()))
        .with(OrderById(database.clone()))
        .with(PlanById(database.clone()))
}

/// Enrolments by id.
pub(crate) struct EnrollmentById(Database);

impl BatchLoad for EnrollmentById {
    type Key = EnrollmentId;
    type Value = Enrollment;
    type Error = DatabaseError;

    async fn load(&self, ids: &[EnrollmentId]) -> Result<HashMap<EnrollmentId, Enrollment>, DatabaseError> {
        Ok(enrollments::by_ids(&self.0, ids).await?.into_iter().map(|found| (found.id, found)).collect())
    }
}

/// A person's enrolment in a course; one statement for each person, and a request has one viewer.
pub(crate) struct EnrollmentInCourse(Database);

impl BatchLoad for EnrollmentInCourse {
    type Key = (UserId, CourseId);
    type Value = Enrollment;
    type Error = DatabaseError;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Enrollment>, DatabaseError> {
        let mut courses: BTreeMap<[u8; 16], Vec<CourseId>> = BTreeMap::new();
        for (user, course) in keys {
            courses.entry(user.to_bytes()).or_default().push(*course);
        }
        let mut found = HashMap::new();
        for (user, courses) in courses {
            let enrollments = enrollments::of_user_in(&self.0, UserId::from_bytes(user), &courses).await?;
            found.extend(enrollments.into_iter().map(|one| ((one.user_id, one.course_id), one)));
        }
        Ok(found)
    }
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

/// Orders by id.
pub(crate) struct OrderById(Database);

impl BatchLoad for OrderById {
    type Key = OrderId;
    type Value = Order;
    type Error = DatabaseError;

    async fn load(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, Order>, DatabaseError> {
        Ok(orders::by_ids(&self.0, ids).await?.into_iter().map(|found| (found.id, found)).collect())
    }
}

/// Plans by id.
pub(crate) struct PlanById(Database);

impl BatchLoad for PlanById {
    type Key = PlanId;
    type Value = Plan;
    type Error = DatabaseError;

    async fn load(&self, ids: &[PlanId]) -> Result<HashMap<PlanId, Plan>, DatabaseError> {
        Ok(memberships::plans_by_ids(&self.0, ids).await?.into_iter().map(|found| (found.id, found)).collect())
    }
}
