//! Where writing begins.

use async_graphql::{Context, ID, InputObject, Object};
use kit_graph::{GraphResult, Money, RequireUser, authenticated};
use kit_ids::CourseId;
use kit_service::CallContext;

use super::enrollment::Enrollment;
use super::payload::{EnrollInCoursePayload, user_error};
use super::values::price;
use crate::service::enrolling::{EnrollRequest, Enrolling};

/// What `enrollInCourse` needs.
#[derive(InputObject)]
pub(crate) struct EnrollInCourseInput {
    /// The course.
    course_id: CourseId,
    /// The price shown to the viewer; another one is refused rather than charged.
    expected_price: Option<Money>,
    /// From the payment provider; needed when there is something to pay.
    payment_token: Option<String>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    client_mutation_id: Option<String>,
}

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Enrols the viewer: free, by membership, or by paying.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn enroll_in_course(
        &self,
        ctx: &Context<'_>,
        input: EnrollInCourseInput,
    ) -> GraphResult<Option<EnrollInCoursePayload>> {
        let request = EnrollRequest {
            course_id: input.course_id,
            expected_price: input.expected_price.map(price),
            payment_token: input.payment_token,
            idempotency_key: input.idempotency_key.map(|key| key.0),
        };
        Ok(Some(match ctx.data_unchecked::<Enrolling>().enroll(&request, ctx.call()).await {
            Ok(enrollment) => EnrollInCoursePayload::done(Enrollment(enrollment), input.client_mutation_id),
            Err(error) => EnrollInCoursePayload::refused([user_error(&error)?], input.client_mutation_id),
        }))
    }
}
