//! Values that the tables could not hold.

use kit_ids::UserId;

use super::{ServiceError, ServiceResult};
use crate::domain::{CATEGORY_NAME_LENGTH_MAX, DESCRIPTION_BYTES_MAX, INSTRUCTORS_MAX, TITLE_LENGTH_MAX, is_slug};

/// Longest lesson: a day, in seconds.
pub(super) const DURATION_MAX: i64 = 86_400;
/// Longest language tag: what RFC 5646, section 4.4.1, lets most tags fit in, and the column holds.
const LANGUAGE_LENGTH_MAX: usize = 16;

pub(super) fn title(text: &str) -> ServiceResult<()> {
    let fits = !text.trim().is_empty() && text.chars().count() <= TITLE_LENGTH_MAX;
    check(fits, || format!("`title` needs 1 to {TITLE_LENGTH_MAX} characters"))
}

pub(super) fn category_name(text: &str) -> ServiceResult<()> {
    let fits = !text.trim().is_empty() && text.chars().count() <= CATEGORY_NAME_LENGTH_MAX;
    check(fits, || format!("`name` needs 1 to {CATEGORY_NAME_LENGTH_MAX} characters"))
}

pub(super) fn description(text: &str) -> ServiceResult<()> {
    let fits = text.len() <= DESCRIPTION_BYTES_MAX;
    check(fits, || format!("a description has at most {DESCRIPTION_BYTES_MAX} bytes of UTF-8"))
}

pub(super) fn slug(text: &str) -> ServiceResult<()> {
    check(is_slug(text), || "`slug` needs lower-case letters and digits, with single hyphens between words".to_owned())
}

pub(super) fn language(tag: &str) -> ServiceResult<()> {
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let fits = tag.len() <= LANGUAGE_LENGTH_MAX && tag.split('-').all(is_subtag);
    check(fits, || "`language` needs a BCP 47 tag such as `ko` or `en-GB`".to_owned())
}

pub(super) fn price(amount_minor: i64) -> ServiceResult<()> {
    check(amount_minor >= 0, || "`listPrice.amountMinor` needs 0 or more".to_owned())
}

pub(super) fn duration(seconds: i64) -> ServiceResult<()> {
    check((0..=DURATION_MAX).contains(&seconds), || format!("`durationSeconds` needs 0 to {DURATION_MAX}"))
}

pub(super) fn instructors(ids: &[UserId]) -> ServiceResult<()> {
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let fits = distinct.len() == ids.len() && ids.len() <= INSTRUCTORS_MAX;
    check(fits, || format!("`instructorIds` needs at most {INSTRUCTORS_MAX} ids, each of them once"))
}

fn check(holds: bool, message: impl FnOnce() -> String) -> ServiceResult<()> {
    if holds { Ok(()) } else { Err(ServiceError::Invalid(message())) }
}
