//! Enrolling in a course: free, by membership, or by paying (domain 3.3).
//!
//! A charge cannot be undone by a rollback, so paying takes three steps: an order is written as pending, the provider is
//! asked outside of any transaction, and one transaction then writes what the charge bought. When a concurrent request
//! has won meanwhile, the charge is paid back.

mod purchase;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::{Clock, CourseId, EnrollmentId, IdGenerator, OrderId, UserId};
use kit_service::Call;
use kit_viewer::Refusal;
use thiserror::Error;

use super::payment::PaymentPort;
use crate::domain::{
    Enrollment, EnrollmentSource, Named, Order, OrderStatus, Plan, Price, PriceReason, Standing, quote,
};
use crate::events;
use crate::store::{courses, enrollments, memberships, orders};

const MUTATION: &str = "enrollInCourse";

/// What `enrollInCourse` needs.
#[derive(Clone)]
pub(crate) struct EnrollRequest {
    pub(crate) course_id: CourseId,
    /// The price that the viewer was shown.
    pub(crate) expected_price: Option<Price>,
    pub(crate) payment_token: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// Why nobody was enrolled.
#[derive(Debug, Error)]
pub(crate) enum EnrollError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the idempotency key must have 1 to 128 bytes")]
    InvalidIdempotencyKey,
    #[error("the idempotency key was used for another request; choose a new one")]
    IdempotencyConflict,
    #[error("there is no such course")]
    NotFound,
    #[error("the course is not open for enrolment")]
    NotPublished,
    #[error("you have a place in this course already")]
    AlreadyEnrolled,
    #[error("the price has changed; read it again and confirm")]
    PriceChanged,
    #[error("the payment was declined; use another means of payment")]
    PaymentDeclined,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Enrols people.
#[derive(Clone)]
pub(crate) struct Enrolling {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) payments: Arc<dyn PaymentPort>,
}

/// What is to be done about a request.
enum Decision {
    Repeated(EnrollmentId),
    Enrolled(Enrollment),
    Charge(Order),
}

impl Enrolling {
    /// Enrols the viewer and answers the enrolment. A repetition under the same key answers the first one; refusals are
    /// not kept, so that the request can be made again when their cause is gone.
    pub(crate) async fn enroll(&self, request: &EnrollRequest, call: &Call) -> Result<Enrollment, EnrollError> {
        let user = call.viewer.require_user()?.id;
        let key = idempotency_key(user, request)?;
        let decision = in_transaction!(self.database, |transaction| {
            self.decide(transaction, user, request, key.as_ref(), call).await
        });
        match decision {
            Ok(Decision::Enrolled(enrollment)) => Ok(enrollment),
            Ok(Decision::Repeated(id)) => self.known(id).await,
            Ok(Decision::Charge(order)) => self.purchase(order, request, key.as_ref(), call).await,
            Err(error) => Err(error),
        }
    }

    /// Enrols at once when nothing is to be paid. Otherwise it writes a pending order and leaves the key without an
    /// answer, so that it is claimed again together with what the charge buys.
    async fn decide(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        request: &EnrollRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> Result<Decision, EnrollError> {
        let now = self.clock.now();
        let ticket = match claimed(transaction, key, now).await? {
            Claimed::First(ticket) => ticket,
            Claimed::Repeated(id) => return Ok(Decision::Repeated(id)),
        };
        let offer = courses::offer(&mut *transaction, request.course_id).await?.ok_or(EnrollError::NotFound)?;
        if !enrollments::of_user_in(&mut *transaction, user, &[request.course_id]).await?.is_empty() {
            return Err(EnrollError::AlreadyEnrolled);
        }
        if !offer.is_published {
            return Err(EnrollError::NotPublished);
        }
        let memberships = memberships::of_users(&mut *transaction, &[user]).await?;
        let is_member = memberships.iter().any(|membership| membership.gives_access_at(now));
        let quote = quote(offer.list_price, Standing { is_enrolled: false, is_member });
        if request.expected_price.is_some_and(|expected| expected != quote.amount) {
            return Err(EnrollError::PriceChanged);
        }
        let source = match quote.reason {
            PriceReason::List => {
                let (id, status) = (self.ids.mint(), OrderStatus::Pending);
                let order = Order { id, user_id: user, amount: quote.amount, status, created_at: now };
                orders::insert(&mut *transaction, &order).await?;
                return Ok(Decision::Charge(order));
            }
            PriceReason::Subscribed => EnrollmentSource::Subscription,
            PriceReason::Free | PriceReason::AlreadyOwned => EnrollmentSource::Free,
        };
        let enrollment = self.place(user, request.course_id, source, None);
        write(transaction, &enrollment, ticket, call).await?;
        Ok(Decision::Enrolled(enrollment))
    }
    /// The plans on offer.
    pub(crate) async fn plans(&self) -> Result<Vec<Plan>, DatabaseError> {
        memberships::plans_on_offer(&self.database).await
    }

    fn place(
        &self,
        user_id: UserId,
        course_id: CourseId,
        source: EnrollmentSource,
        order_id: Option<OrderId>,
    ) -> Enrollment {
        let (id, enrolled_at) = (self.ids.mint(), self.clock.now());
        Enrollment { id, user_id, course_id, source, enrolled_at, completed_at: None, order_id }
    }

    async fn known(&self, id: EnrollmentId) -> Result<Enrollment, EnrollError> {
        enrollments::by_ids(&self.database, &[id]).await?.pop().ok_or(EnrollError::NotFound)
    }
}

/// What a key turns out to be; a request without one is always the first.
enum Claimed {
    First(Option<Ticket>),
    Repeated(EnrollmentId),
}

async fn claimed(
    transaction: &mut Transaction,
    key: Option<&IdempotencyKey>,
    now: i64,
) -> Result<Claimed, EnrollError> {
    let Some(key) = key else { return Ok(Claimed::First(None)) };
    match claim(transaction, key, now).await? {
        Claim::First(ticket) => Ok(Claimed::First(Some(ticket))),
        Claim::Repeated(id) => Ok(Claimed::Repeated(id)),
        Claim::Conflict => Err(EnrollError::IdempotencyConflict),
    }
}

/// Writes the enrolment, tells of it and keeps it as the key's answer.
async fn write(
    transaction: &mut Transaction,
    enrollment: &Enrollment,
    ticket: Option<Ticket>,
    call: &Call,
) -> Result<(), EnrollError> {
    enrollments::insert(transaction, enrollment).await.map_err(taken)?;
    outbox::append(transaction, &call.origin, events::enrollment_created(enrollment)).await?;
    if let Some(ticket) = ticket {
        ticket.store(transaction, &enrollment.id).await?;
    }
    Ok(())
}

fn taken(error: DatabaseError) -> EnrollError {
    match error.unique_constraint() {
        Some(enrollments::USER_COURSE_UNIQUE) => EnrollError::AlreadyEnrolled,
        _ => error.into(),
    }
}

fn idempotency_key(user: UserId, request: &EnrollRequest) -> Result<Option<IdempotencyKey>, EnrollError> {
    let Some(client_key) = &request.idempotency_key else { return Ok(None) };
    let expected = request.expected_price.map(|price| (price.amount_minor, price.currency.name()));
    let input = (request.course_id, expected, &request.payment_token);
    let key = IdempotencyKey::new(&user.to_string(), client_key, MUTATION, &input)?;
    key.map(Some).ok_or(EnrollError::InvalidIdempotencyKey)
}
