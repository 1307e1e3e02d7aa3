//! `createCourse`.

use kit_database::idempotency::{Claim, IdempotencyKey, claim};
use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_ids::{CategoryId, CourseId, UserId};
use kit_service::Call;
use serde::Serialize;

use super::{Catalogue, ServiceError, ServiceResult, access, validation};
use crate::domain::{Course, CourseLevel, CourseStatus, Price, Rejection, slug_of_title};
use crate::store;

/// What a draft is made of.
#[derive(Debug, Clone, Serialize)]
pub struct NewCourse {
    /// Made from the title when left out.
    pub slug: Option<String>,
    /// Its title.
    pub title: String,
    /// What it teaches, to whom.
    pub description: String,
    /// What it expects.
    #[serde(serialize_with = "level_name")]
    pub level: CourseLevel,
    /// BCP 47 tag.
    pub language: String,
    /// Where it belongs.
    pub category_id: CategoryId,
    /// Who teaches it, in order of appearance.
    pub instructor_ids: Vec<UserId>,
    /// What it costs.
    pub list_price: Price,
    /// Address of a picture.
    pub thumbnail_url: Option<String>,
}

fn level_name<S: serde::Serializer>(level: &CourseLevel, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.name())
}

impl Catalogue {
    /// Makes a draft; under an idempotency key only once (P7).
    ///
    /// # Errors
    /// [`ServiceError`]: the viewer is neither among the instructors nor an administrator, `SLUG_TAKEN`, `NOT_FOUND` for
    /// the category, or values that cannot be used.
    pub async fn create_course(&self, call: &Call, new: &NewCourse, key: Option<&str>) -> ServiceResult<Course> {
        access::check_instructors(&call.viewer, &new.instructor_ids)?;
        validate(new)?;
        let key = idempotency_key(call, key, "createCourse", new)?;
        let course = self.draft(new);
        in_transaction!(self.database, |transaction| {
            match claim::<CourseId>(transaction, key.as_ref(), course.created_at).await? {
                Claim::First(ticket) => {
                    insert(transaction, &course, &new.instructor_ids).await?;
                    ticket.store(transaction, &course.id).await?;
                    Ok(course.clone())
                }
                Claim::Repeated(id) => {
                    let missing = Rejection::NotFound { what: "course", field: "idempotencyKey" };
                    Ok(store::course::by_ids(&mut *transaction, &[id]).await?.pop().ok_or(missing)?)
                }
            }
        })
    }

    fn draft(&self, new: &NewCourse) -> Course {
        let (id, now): (CourseId, i64) = (self.ids.mint(), self.clock.now());
        let text = id.to_string();
        let slug = new.slug.clone().unwrap_or_else(|| slug_of_title(&new.title, &text[text.len() - 10..]));
        Course {
            id,
            slug,
            title: new.title.clone(),
            description: new.description.clone(),
            level: new.level,
            language: new.language.clone(),
            status: CourseStatus::Draft,
            category_id: new.category_id,
            thumbnail_url: new.thumbnail_url.clone(),
            list_price: new.list_price.clone(),
            lesson_count: 0,
            total_duration: 0,
            version: 1,
            created_at: now,
            published_at: None,
            updated_at: now,
        }
    }
}

fn validate(new: &NewCourse) -> ServiceResult<()> {
    if let Some(slug) = &new.slug {
        validation::slug(slug)?;
    }
    validation::title(&new.title)?;
    validation::description(&new.description)?;
    validation::language(&new.language)?;
    validation::price(new.list_price.amount_minor)?;
    validation::instructors(&new.instructor_ids)
}

async fn insert(transaction: &mut Transaction, course: &Course, instructors: &[UserId]) -> ServiceResult<()> {
    if !store::category::exists(&mut *transaction, course.category_id).await? {
        return Err(Rejection::NotFound { what: "category", field: "categoryId" }.into());
    }
    store::course::insert(transaction, course).await.map_err(slug_taken)?;
    Ok(store::instructor::replace(transaction, course.id, instructors).await?)
}

/// What a unique slug means to the editor.
pub(super) fn slug_taken(error: DatabaseError) -> ServiceError {
    match error {
        DatabaseError::Unique { constraint } if constraint == "courses_slug_unique" => Rejection::SlugTaken.into(),
        other => other.into(),
    }
}

/// The key of a mutation that the client may repeat; nothing when it sent none.
pub(super) fn idempotency_key(
    call: &Call,
    key: Option<&str>,
    mutation: &str,
    input: &impl Serialize,
) -> ServiceResult<Option<IdempotencyKey>> {
    Ok(IdempotencyKey::of_call(call.viewer.require_user()?.id, key, mutation, input)?)
}
