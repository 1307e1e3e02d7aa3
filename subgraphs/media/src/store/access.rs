//! `course_places` and `memberships`: what enrollment tells.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::{CourseId, MembershipId, UserId};

const PLACES: &str =
    "SELECT course_id, source FROM course_places WHERE user_id = ? AND course_id IN (..) AND is_revoked = 0";
const MEMBERSHIPS: &str = "SELECT access_end, is_over FROM memberships WHERE user_id = ?";
const KEEP_PLACE: Upsert =
    Upsert::into("course_places").key(&["user_id", "course_id"]).replace(&["source", "is_revoked"]).newest_by("seq");
const KEEP_MEMBERSHIP: Upsert =
    Upsert::into("memberships").key(&["id"]).replace(&["user_id", "access_end", "is_over"]).newest_by("seq");

/// The name of a place that lasts as long as a membership does.
pub(crate) const BY_MEMBERSHIP: &str = "SUBSCRIPTION";

/// A membership, as far as it opens courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MembershipAccess {
    pub(crate) access_end: i64,
    /// It has ended, whatever its end was to be.
    pub(crate) is_over: bool,
}

/// A person's places in these courses, with how they were come by.
pub(crate) async fn places(
    on: impl Executor<'_>,
    user: UserId,
    courses: &[CourseId],
) -> Result<Vec<(CourseId, String)>, DatabaseError> {
    let rows = on.query(PLACES).bind(user).bind_list(courses.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("course_id")?, row.get("source")?))).collect()
}

/// A person's memberships.
pub(crate) async fn memberships(on: impl Executor<'_>, user: UserId) -> Result<Vec<MembershipAccess>, DatabaseError> {
    let rows = on.query(MEMBERSHIPS).bind(user).fetch_all().await?;
    let read = |row: &kit_database::Row| {
        Ok(MembershipAccess { access_end: row.get("access_end")?, is_over: row.get("is_over")? })
    };
    rows.iter().map(read).collect()
}

/// Keeps what was told of a place, unless something later has been heard.
pub(crate) async fn keep_place(
    transaction: &mut Transaction,
    (user, course): (UserId, CourseId),
    source: &str,
    is_revoked: bool,
    seq: i64,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP_PLACE).bind(user).bind(course).bind(source).bind(is_revoked);
    keep.bind(seq).execute().await.map(drop)
}

/// Keeps what was told of a membership, unless something later has been heard.
pub(crate) async fn keep_membership(
    transaction: &mut Transaction,
    id: MembershipId,
    user: UserId,
    access: MembershipAccess,
    seq: i64,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP_MEMBERSHIP).bind(id).bind(user).bind(access.access_end);
    keep.bind(access.is_over).bind(seq).execute().await.map(drop)
}
