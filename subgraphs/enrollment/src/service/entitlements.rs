//! Whether a person may use courses: asked by other subgraphs while their own projection does not know (domain 3.4).

#[cfg(test)]
mod tests;

use kit_ids::{CourseId, UserId};
use kit_service::Call;

use super::{ServiceError, ServiceResult, Till};
use crate::domain::{EnrollmentSource, Membership};
use crate::store::{enrollments, memberships};

/// Courses of one question.
pub(crate) const COURSES_MAX: usize = 100;

/// Whether a person may use a course, and by what right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entitlement {
    pub(crate) course_id: CourseId,
    /// None when there is no right.
    pub(crate) source: Option<EnrollmentSource>,
    /// Until when; none means without end.
    pub(crate) expires_at: Option<i64>,
}

/// Answers in the order of the question, for services only.
pub(crate) async fn entitlements(
    till: &Till,
    user: UserId,
    courses: &[CourseId],
    call: &Call,
) -> ServiceResult<Vec<Entitlement>> {
    call.viewer.require_service()?;
    if courses.len() > COURSES_MAX {
        return Err(ServiceError::Invalid("at most 100 resources can be asked for at once"));
    }
    let places = enrollments::of_user_in(&till.database, user, courses).await?;
    let memberships = memberships::of_users(&till.database, &[user]).await?;
    let membership = Membership::current(memberships, till.clock.now());
    let decide = |course_id: CourseId| {
        let place = places.iter().find(|place| place.course_id == course_id);
        // A place by membership lasts as long as the membership does.
        let own = place.filter(|place| place.source != EnrollmentSource::Subscription);
        match (own, &membership) {
            (Some(place), _) => Entitlement { course_id, source: Some(place.source), expires_at: None },
            (None, Some(membership)) => Entitlement {
                course_id,
                source: Some(EnrollmentSource::Subscription),
                expires_at: Some(membership.access_end()),
            },
            (None, None) => Entitlement { course_id, source: None, expires_at: None },
        }
    };
    Ok(courses.iter().copied().map(decide).collect())
}
