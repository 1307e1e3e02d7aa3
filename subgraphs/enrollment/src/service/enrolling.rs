//! Enrolling in a course: free, by membership, by paying, or by an administrator (domain 3.3).

#[cfg(test)]
mod tests;

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::{CourseId, EnrollmentId, OrderId, UserId};
use kit_names::Named;
use kit_service::Call;
use kit_viewer::Scope;

use super::payment::Payer;
use super::till::Settled;
use super::{ServiceError, ServiceResult, Till};
use crate::domain::{
    Enrollment, EnrollmentSource, Membership, Order, OrderSubject, Price, PriceReason, Standing, quote,
};
use crate::events;
use crate::store::courses::{self, CourseOffer};
use crate::store::{enrollments, memberships};

/// What `enrollInCourse` needs.
#[derive(Clone)]
pub(crate) struct EnrollRequest {
    pub(crate) course_id: CourseId,
    /// The price that the viewer was shown.
    pub(crate) expected_price: Option<Price>,
    pub(crate) payment_token: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// What `grantEnrollment` needs.
#[derive(Clone)]
pub(crate) struct GrantRequest {
    pub(crate) user_id: UserId,
    pub(crate) course_id: CourseId,
    pub(crate) idempotency_key: Option<String>,
}

/// Enrols people.
#[derive(Clone)]
pub(crate) struct Enrolling {
    pub(crate) till: Till,
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
    pub(crate) async fn enroll(&self, request: &EnrollRequest, call: &Call) -> ServiceResult<Enrollment> {
        let user = call.viewer.require_user()?.id;
        let expected = request.expected_price.map(|price| (price.amount_minor, price.currency.name()));
        let input = (request.course_id, expected, &request.payment_token);
        let key = IdempotencyKey::of_call(user, request.idempotency_key.as_deref(), "enrollInCourse", &input)?;
        let decision = in_transaction!(self.till.database, |transaction| {
            self.decide(transaction, user, request, key.as_ref(), call).await
        });
        match decision? {
            Decision::Enrolled(enrollment) => Ok(enrollment),
            Decision::Repeated(id) => self.known(id).await,
            Decision::Charge(order) => self.purchase(order, request, key.as_ref(), call).await,
        }
    }

    /// Enrols a person without payment, for administrators.
    pub(crate) async fn grant(&self, request: &GrantRequest, call: &Call) -> ServiceResult<Enrollment> {
        let admin = call.viewer.require_scope(Scope::Admin)?.id;
        let (user, course) = (request.user_id, request.course_id);
        let key =
            IdempotencyKey::of_call(admin, request.idempotency_key.as_deref(), "grantEnrollment", &(user, course))?;
        let granted: ServiceResult<_> = in_transaction!(self.till.database, |transaction| {
            let ticket = match claim(transaction, key.as_ref(), self.till.clock.now()).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok(Settled::Repeated(id)),
            };
            open_offer(transaction, user, course).await?;
            let enrollment = self.place(user, course, EnrollmentSource::AdminGrant, None);
            Ok(Settled::Done(write(transaction, enrollment, ticket, call).await?))
        });
        match granted? {
            Settled::Done(enrollment) => Ok(enrollment),
            Settled::Repeated(id) => self.known(id).await,
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
    ) -> ServiceResult<Decision> {
        let ticket = match claim(transaction, key, self.till.clock.now()).await? {
            Claim::First(ticket) => ticket,
            Claim::Repeated(id) => return Ok(Decision::Repeated(id)),
        };
        let offer = open_offer(transaction, user, request.course_id).await?;
        let memberships = memberships::of_users(&mut *transaction, &[user]).await?;
        let is_member = Membership::current(memberships, self.till.clock.now()).is_some();
        let quote = quote(offer.list_price, Standing { is_enrolled: false, is_member });
        if request.expected_price.is_some_and(|expected| expected != quote.amount) {
            return Err(ServiceError::PriceChanged);
        }
        let source = match quote.reason {
            PriceReason::List => {
                let subject = OrderSubject::Course(request.course_id);
                return Ok(Decision::Charge(self.till.open(transaction, user, quote.amount, subject).await?));
            }
            PriceReason::Subscribed => EnrollmentSource::Subscription,
            PriceReason::Free | PriceReason::AlreadyOwned => EnrollmentSource::Free,
        };
        let enrollment = self.place(user, request.course_id, source, None);
        Ok(Decision::Enrolled(write(transaction, enrollment, ticket, call).await?))
    }

    /// Charges a pending order and enrols its owner. A charge that bought nothing is paid back.
    async fn purchase(
        &self,
        order: Order,
        request: &EnrollRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> ServiceResult<Enrollment> {
        let token = request.payment_token.as_deref().unwrap_or_default();
        let reference = self.till.charge(&order, token, Payer::Present).await?;
        let bought = in_transaction!(self.till.database, |transaction| {
            let ticket = match claim(transaction, key, self.till.clock.now()).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok(Settled::Repeated(id)),
            };
            let place = self.place(order.user_id, request.course_id, EnrollmentSource::Purchase, Some(order.id));
            self.till.paid(transaction, &order, &reference, &call.origin).await?;
            Ok(Settled::Done(write(transaction, place, ticket, call).await?))
        });
        match self.till.close(&order, &reference, bought).await? {
            Settled::Done(bought) => Ok(bought),
            Settled::Repeated(id) => self.known(id).await,
        }
    }

    fn place(
        &self,
        user_id: UserId,
        course_id: CourseId,
        source: EnrollmentSource,
        order_id: Option<OrderId>,
    ) -> Enrollment {
        let (id, enrolled_at) = (self.till.ids.mint(), self.till.clock.now());
        Enrollment { id, user_id, course_id, source, enrolled_at, completed_at: None, revoked_at: None, order_id }
    }

    async fn known(&self, id: EnrollmentId) -> ServiceResult<Enrollment> {
        let found = enrollments::by_ids(&self.till.database, &[id]).await?.pop();
        found.ok_or(ServiceError::NotFound { what: "enrolment any more", field: "idempotencyKey" })
    }
}

/// The offer of a course that is open to a person.
async fn open_offer(transaction: &mut Transaction, user: UserId, course: CourseId) -> ServiceResult<CourseOffer> {
    let offer = courses::offer(&mut *transaction, course).await?;
    let offer = offer.ok_or(ServiceError::NotFound { what: "course", field: "courseId" })?;
    if !enrollments::of_user_in(&mut *transaction, user, &[course]).await?.is_empty() {
        return Err(ServiceError::AlreadyEnrolled);
    }
    if offer.is_published { Ok(offer) } else { Err(ServiceError::NotPublished) }
}

/// Writes the enrolment, tells of it and keeps it as the key's answer.
async fn write(
    transaction: &mut Transaction,
    enrollment: Enrollment,
    ticket: Ticket,
    call: &Call,
) -> ServiceResult<Enrollment> {
    let enrollment = enrollments::give(transaction, enrollment).await.map_err(taken)?;
    outbox::append(transaction, &call.origin, events::enrollment_created(&enrollment)).await?;
    ticket.store(transaction, &enrollment.id).await?;
    Ok(enrollment)
}

fn taken(error: DatabaseError) -> ServiceError {
    match error.unique_constraint() {
        Some(enrollments::USER_COURSE_UNIQUE) => ServiceError::AlreadyEnrolled,
        _ => error.into(),
    }
}
