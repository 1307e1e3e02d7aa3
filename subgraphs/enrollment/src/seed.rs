//! enrollment's share of the demonstration world, and its replicas of what learning publishes about it.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{
    BulkInsert, DemonstrationError, MembershipStatus, OrderSubject, Progress, Seeder, Table, World, row, table,
};

const NAME: &str = "enrollment";
/// With what the demonstration provider charges when a membership of the world is renewed.
const DEMONSTRATION_TOKEN: &str = "tok_demonstration";
/// Replicas begin before the first event of an aggregate, so that any event replaces them.
const BEFORE_EVENTS: i64 = 0;

const PLANS: Table = table! {
    plans
    key { id: Bytes }
    columns { name: Text, amount_minor: Integer, currency: Text, period: Text, active: Integer, created_at: Integer }
};
const MEMBERSHIPS: Table = table! {
    memberships
    key { id: Bytes }
    columns {
        user_id: Bytes, live_user_id: Bytes, plan_id: Bytes, status: Text, started_at: Integer,
        current_period_end: Integer, auto_renew: Integer, renew_attempts: Integer, payment_token: Text
    }
};
const ORDERS: Table = table! {
    orders
    key { id: Bytes }
    columns {
        user_id: Bytes, amount_minor: Integer, currency: Text, status: Text, course_id: Bytes, membership_id: Bytes,
        payment_ref: Text, created_at: Integer
    }
};
const ENROLLMENTS: Table = table! {
    enrollments
    key { id: Bytes }
    columns {
        user_id: Bytes, course_id: Bytes, source: Text, enrolled_at: Integer, completed_at: Integer, order_id: Bytes
    }
};
const COURSE_PROGRESS: Table = table! {
    course_progress
    key { user_id: Bytes, course_id: Bytes }
    columns { completed_lessons: Integer, watched_seconds: Integer, last_activity_at: Integer }
};
const COMPLETED_LESSONS: Table = table! {
    completed_lessons
    key { user_id: Bytes, lesson_id: Bytes }
    columns { course_id: Bytes, completed_at: Integer }
};
const COURSE_PRICES: Table = table! {
    course_prices
    key { course_id: Bytes }
    columns { amount_minor: Integer, currency: Text, status: Text, seq: Integer }
};
const COURSE_LESSONS: Table = table! {
    course_lessons
    key { lesson_id: Bytes }
    columns { course_id: Bytes, position: Integer }
};

/// Writes the plans, memberships, orders, enrolments and progress of the world.
pub(crate) struct EnrollmentSeeder;

#[async_trait]
impl Seeder for EnrollmentSeeder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[PLANS, MEMBERSHIPS, ORDERS, ENROLLMENTS, COURSE_PROGRESS, COMPLETED_LESSONS, COURSE_PRICES, COURSE_LESSONS]
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        seed_memberships(world, database, progress).await?;
        seed_orders(world, database, progress).await?;
        seed_enrollments(world, database, progress).await?;
        seed_completed_lessons(world, database, progress).await?;
        seed_replicas(world, database, progress).await
    }
}

async fn seed_memberships(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let mut plans = BulkInsert::new(database, PLANS, progress.table(NAME, "plans", world.plans().len()));
    for plan in world.plans() {
        let row =
            row![plan.id, plan.name, plan.price_minor, plan.currency, plan.period.name(), plan.active, plan.created_at];
        plans.push(row).await?;
    }
    plans.finish().await?;
    let rows = world.memberships();
    let mut memberships = BulkInsert::new(database, MEMBERSHIPS, progress.table(NAME, "memberships", rows.len()));
    for membership in rows {
        let is_live = matches!(membership.status, MembershipStatus::Active | MembershipStatus::PastDue);
        let row = row![
            membership.id,
            membership.user_id,
            is_live.then_some(membership.user_id),
            membership.plan_id,
            membership.status.name(),
            membership.started_at,
            membership.current_period_end,
            membership.auto_renew,
            i64::from(membership.renew_attempts),
            DEMONSTRATION_TOKEN
        ];
        memberships.push(row).await?;
    }
    memberships.finish().await
}

async fn seed_orders(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let mut orders = BulkInsert::new(database, ORDERS, progress.table(NAME, "orders", world.orders().len()));
    for order in world.orders() {
        let (course, membership) = match order.subject {
            OrderSubject::Course(id) => (Some(id), None),
            OrderSubject::Membership(id) => (None, Some(id)),
        };
        let row = row![
            order.id,
            order.user_id,
            order.amount_minor,
            order.currency,
            order.status.name(),
            course,
            membership,
            &order.payment_ref,
            order.created_at
        ];
        orders.push(row).await?;
    }
    orders.finish().await
}

async fn seed_enrollments(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.enrollments();
    let mut enrollments = BulkInsert::new(database, ENROLLMENTS, progress.table(NAME, "enrollments", rows.len()));
    for place in rows {
        let row = row![
            place.id,
            place.user_id,
            place.course_id,
            place.source.name(),
            place.enrolled_at,
            place.completed_at,
            place.order_id
        ];
        enrollments.push(row).await?;
    }
    enrollments.finish().await?;
    let begun = rows.iter().filter(|place| place.completed_lessons > 0);
    let mut course_progress =
        BulkInsert::new(database, COURSE_PROGRESS, progress.table(NAME, "course_progress", begun.clone().count()));
    for place in begun {
        let row = row![
            place.user_id,
            place.course_id,
            i64::from(place.completed_lessons),
            place.watched_seconds,
            place.last_activity_at
        ];
        course_progress.push(row).await?;
    }
    course_progress.finish().await
}

async fn seed_completed_lessons(
    world: &World,
    database: &Database,
    progress: &Progress,
) -> Result<(), DemonstrationError> {
    let count = world.enrollments().iter().map(|place| world.completed_lessons(place).len()).sum();
    let mut lessons = BulkInsert::new(database, COMPLETED_LESSONS, progress.table(NAME, "completed_lessons", count));
    for place in world.enrollments() {
        for lesson in world.completed_lessons(place) {
            lessons.push(row![place.user_id, lesson.lesson_id, place.course_id, lesson.completed_at]).await?;
        }
    }
    lessons.finish().await
}

async fn seed_replicas(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let mut prices =
        BulkInsert::new(database, COURSE_PRICES, progress.table(NAME, "course_prices", world.courses().len()));
    for course in world.courses() {
        let status = course.status.name();
        prices.push(row![course.id, course.list_price_minor, course.currency, status, BEFORE_EVENTS]).await?;
    }
    prices.finish().await?;
    let mut lessons =
        BulkInsert::new(database, COURSE_LESSONS, progress.table(NAME, "course_lessons", world.lessons().len()));
    for lesson in world.lessons() {
        lessons.push(row![lesson.id, lesson.course_id, i64::from(lesson.position)]).await?;
    }
    lessons.finish().await
}
