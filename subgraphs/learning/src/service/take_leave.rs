//! Courses without an instructor who is gone.

use kit_database::{DatabaseError, Transaction};
use kit_events::Origin;
use kit_ids::{CourseId, UserId};

use crate::{events, store};

/// Takes a person off the instructors of their courses. A course that is or was open to everyone keeps its last one.
pub(crate) async fn take_leave(
    transaction: &mut Transaction,
    person: UserId,
    (at, origin): (i64, &Origin),
) -> Result<(), DatabaseError> {
    // In one order, so that two who leave at once do not wait for each other.
    for id in store::instructor::courses_of(&mut *transaction, person).await? {
        leave(transaction, person, id, (at, origin)).await?;
    }
    Ok(())
}

async fn leave(
    transaction: &mut Transaction,
    person: UserId,
    id: CourseId,
    (at, origin): (i64, &Origin),
) -> Result<(), DatabaseError> {
    let Some(course) = store::course::locked(transaction, id).await? else { return Ok(()) };
    let instructors = store::instructor::of_courses(&mut *transaction, &[id]).await?;
    let (gone, left): (Vec<UserId>, Vec<UserId>) =
        instructors.into_iter().map(|(_, user)| user).partition(|user| *user == person);
    if gone.is_empty() || (left.is_empty() && course.is_fixed()) {
        return Ok(());
    }
    store::instructor::replace(transaction, id, &left).await?;
    let now = at.max(course.updated_at);
    let changed = course.changed(now);
    store::course::update(transaction, &changed).await?;
    events::course(transaction, origin, events::COURSE_UPDATED, &changed).await
}
