//! `updateCourse`.

use kit_database::in_transaction;
use kit_ids::{CategoryId, CourseId, UserId};
use kit_service::Call;

use super::create_course::slug_taken;
use super::{Catalogue, ServiceError, ServiceResult, access, validation};
use crate::domain::{Course, CourseLevel, Price, Rejection};
use crate::{events, store};

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct CourseChange {
    /// Fixed once published.
    pub slug: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What it teaches, to whom.
    pub description: Option<String>,
    /// What it expects.
    pub level: Option<CourseLevel>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Where it belongs.
    pub category_id: Option<CategoryId>,
    /// Replaces the former ones.
    pub instructor_ids: Option<Vec<UserId>>,
    /// The currency is fixed once published.
    pub list_price: Option<Price>,
    /// Address of a picture.
    pub thumbnail_url: Option<String>,
}

impl Catalogue {
    /// Changes a course that is still at the version that the editor saw.
    ///
    /// # Errors
    /// [`ServiceError`]: not the viewer's course, `VERSION_CONFLICT`, `SLUG_TAKEN`, `NOT_FOUND`, or values that cannot be
    /// used.
    pub async fn update_course(
        &self,
        call: &Call,
        id: CourseId,
        expected_version: i64,
        change: &CourseChange,
    ) -> ServiceResult<Course> {
        validate(change)?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (course, _) = access::course_to_change(transaction, &call.viewer, id).await?;
            course.expect_version(expected_version)?;
            let changed = apply(&course, change)?.changed(now);
            if !store::category::exists(&mut *transaction, changed.category_id).await? {
                return Err(Rejection::NotFound { what: "category", field: "categoryId" }.into());
            }
            if let Some(instructors) = &change.instructor_ids {
                access::check_instructors(&call.viewer, instructors)?;
                if changed.is_fixed() && instructors.is_empty() {
                    return Err(Rejection::NotPublishable { missing: "an instructor" }.into());
                }
                store::instructor::replace(transaction, id, instructors).await?;
            }
            store::course::update(transaction, &changed).await.map_err(slug_taken)?;
            events::course(transaction, &call.origin, events::COURSE_UPDATED, &changed).await?;
            Ok(changed)
        })
    }
}

fn validate(change: &CourseChange) -> ServiceResult<()> {
    change.slug.as_deref().map_or(Ok(()), validation::slug)?;
    change.title.as_deref().map_or(Ok(()), validation::title)?;
    change.description.as_deref().map_or(Ok(()), validation::description)?;
    change.language.as_deref().map_or(Ok(()), validation::language)?;
    change.list_price.as_ref().map_or(Ok(()), |price| validation::price(price.amount_minor))?;
    change.instructor_ids.as_deref().map_or(Ok(()), validation::instructors)
}

fn apply(course: &Course, change: &CourseChange) -> ServiceResult<Course> {
    let change = change.clone();
    let changed = Course {
        slug: change.slug.unwrap_or_else(|| course.slug.clone()),
        title: change.title.unwrap_or_else(|| course.title.clone()),
        description: change.description.unwrap_or_else(|| course.description.clone()),
        level: change.level.unwrap_or(course.level),
        language: change.language.unwrap_or_else(|| course.language.clone()),
        category_id: change.category_id.unwrap_or(course.category_id),
        list_price: change.list_price.unwrap_or_else(|| course.list_price.clone()),
        thumbnail_url: change.thumbnail_url.or_else(|| course.thumbnail_url.clone()),
        ..course.clone()
    };
    if course.is_fixed() && changed.slug != course.slug {
        return Err(ServiceError::Invalid("`slug` is fixed once a course is published".to_owned()));
    }
    if course.is_fixed() && changed.list_price.currency != course.list_price.currency {
        return Err(ServiceError::Invalid(
            "the currency of `listPrice` is fixed once a course is published".to_owned(),
        ));
    }
    Ok(changed)
}
