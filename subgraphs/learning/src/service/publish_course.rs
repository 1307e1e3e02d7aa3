//! `publishCourse`.

use kit_database::in_transaction;
use kit_ids::CourseId;
use kit_service::Call;

use super::{Catalogue, ServiceResult, access};
use crate::domain::Course;
use crate::{events, store};

impl Catalogue {
    /// Opens a course to everyone. One that is open stays as it is, and nothing is told.
    ///
    /// # Errors
    /// [`super::ServiceError`]: not the viewer's course, `NOT_PUBLISHABLE`, or `NOT_FOUND`.
    pub async fn publish_course(&self, call: &Call, id: CourseId) -> ServiceResult<Course> {
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (course, instructors) = access::course_to_change(transaction, &call.viewer, id).await?;
            let published = course.published(instructors.len(), now)?;
            if published != course {
                store::course::update(transaction, &published).await?;
                events::course(transaction, &call.origin, events::COURSE_PUBLISHED, &published).await?;
            }
            Ok(published)
        })
    }
}
