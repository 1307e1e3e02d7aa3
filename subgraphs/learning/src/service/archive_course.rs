//! `archiveCourse`.

use kit_database::in_transaction;
use kit_ids::CourseId;
use kit_service::Call;

use super::{Catalogue, ServiceResult, access};
use crate::domain::Course;
use crate::{events, store};

impl Catalogue {
    /// Takes a course out of the catalogue. One that is out stays as it is, and nothing is told.
    ///
    /// # Errors
    /// [`super::ServiceError`]: not the viewer's course, or `NOT_FOUND`.
    pub async fn archive_course(&self, call: &Call, id: CourseId) -> ServiceResult<Course> {
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (course, _) = access::course_to_change(transaction, &call.viewer, id).await?;
            let archived = course.archived(now);
            if archived != course {
                store::course::update(transaction, &archived).await?;
                events::course(transaction, &call.origin, events::COURSE_ARCHIVED, &archived).await?;
            }
            Ok(archived)
        })
    }
}
