//! `courses`.

use kit_paging::{Page, PageRequest};
use kit_viewer::{Scope, Viewer};

use super::{Catalogue, ServiceResult};
use crate::domain::{Category, Course, CourseFilter, CourseSort, CourseStatus};
use crate::store;
use kit_ids::CategoryId;

impl Catalogue {
    /// A page of the courses that the filter lets through, and their number when it is wanted. Of what is not published,
    /// only the viewer's own, or all for administrators.
    ///
    /// # Errors
    /// [`super::ServiceError`]: nobody is signed in who could own unpublished courses, or the database failed.
    pub async fn courses(
        &self,
        viewer: &Viewer,
        mut filter: CourseFilter,
        sort: CourseSort,
        page: &PageRequest,
        counted: bool,
    ) -> ServiceResult<(Page<Course>, Option<i64>)> {
        if filter.status != CourseStatus::Published && !viewer.has_scope(Scope::Admin) {
            filter.instructor_ids.push(viewer.require_user()?.id);
        }
        let rows = store::course_list::page(&self.database, &filter, sort, page).await?;
        let total = match counted {
            true => Some(store::course_list::count(&self.database, &filter).await?),
            false => None,
        };
        Ok((page.page(rows), total))
    }

    /// The categories directly below one, or the top ones.
    ///
    /// # Errors
    /// [`super::ServiceError`]: the database failed.
    pub async fn categories(&self, parent: Option<CategoryId>) -> ServiceResult<Vec<Category>> {
        Ok(store::category::below(&self.database, parent).await?)
    }
}
