//! Buying a membership, and no longer renewing it (S0-SUB-1, domain 3.3).

#[cfg(test)]
mod tests;

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::{MembershipId, PlanId, UserId};
use kit_service::Call;

use super::payment::Payer;
use super::till::Settled;
use super::{ServiceError, ServiceResult, Till};
use crate::domain::{Membership, Order, OrderSubject, Plan, SubscriptionStatus};
use crate::events::{self, MembershipEvent};
use crate::store::memberships;

/// What `subscribe` needs.
#[derive(Clone)]
pub(crate) struct SubscribeRequest {
    pub(crate) plan_id: PlanId,
    pub(crate) payment_token: String,
    pub(crate) auto_renew: bool,
    pub(crate) idempotency_key: Option<String>,
}

/// Sells memberships.
#[derive(Clone)]
pub(crate) struct Subscribing {
    pub(crate) till: Till,
}

enum Decision {
    Repeated(MembershipId),
    Charge(Order, Membership),
}

impl Subscribing {
    /// The plans on offer.
    pub(crate) async fn plans(&self) -> Result<Vec<Plan>, DatabaseError> {
        memberships::plans_on_offer(&self.till.database).await
    }

    /// Charges the viewer for a first period and answers the membership. A repetition under the same key answers the
    /// first one.
    pub(crate) async fn subscribe(&self, request: &SubscribeRequest, call: &Call) -> ServiceResult<Membership> {
        let user = call.viewer.require_user()?.id;
        let input = (request.plan_id, &request.payment_token, request.auto_renew);
        let key = IdempotencyKey::of_call(user, request.idempotency_key.as_deref(), "subscribe", &input)?;
        let decision = in_transaction!(self.till.database, |transaction| {
            self.decide(transaction, user, request, key.as_ref(), call).await
        });
        match decision? {
            Decision::Repeated(id) => self.known(id).await,
            Decision::Charge(order, membership) => self.purchase(order, membership, request, key.as_ref(), call).await,
        }
    }

    /// Stops renewing the viewer's membership; it lasts to the end of the period. One that was stopped stays so.
    pub(crate) async fn cancel(&self, call: &Call) -> ServiceResult<Membership> {
        let event = MembershipEvent::Canceled;
        self.change(call, event, |found| Membership {
            status: SubscriptionStatus::Canceled,
            auto_renew: false,
            ..found
        })
        .await
    }

    /// Takes back a cancellation before the period ends. A membership that is to be renewed stays as it is.
    pub(crate) async fn resume(&self, call: &Call) -> ServiceResult<Membership> {
        self.change(call, MembershipEvent::Resumed, |found| match found.status {
            SubscriptionStatus::PastDue => found,
            _ => Membership { status: SubscriptionStatus::Active, auto_renew: true, ..found },
        })
        .await
    }

    async fn change(
        &self,
        call: &Call,
        event: MembershipEvent,
        change: impl Fn(Membership) -> Membership + Sync,
    ) -> ServiceResult<Membership> {
        let user = call.viewer.require_user()?.id;
        in_transaction!(self.till.database, |transaction| {
            let now = self.till.clock.now();
            let found = memberships::of_users(&mut *transaction, &[user]).await?;
            let before = Membership::current(found, now).ok_or(ServiceError::NoMembership)?;
            let after = change(before.clone());
            if after != before {
                if !memberships::change(transaction, &before, &after).await? {
                    // A renewal was faster; what it made of the membership is read anew by a second request.
                    return Err(ServiceError::NoMembership);
                }
                outbox::append(transaction, &call.origin, events::membership(event, &after, now)).await?;
            }
            Ok(after)
        })
    }

    async fn decide(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        request: &SubscribeRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> ServiceResult<Decision> {
        if let Claim::Repeated(id) = claim(transaction, key, self.till.clock.now()).await? {
            return Ok(Decision::Repeated(id));
        }
        let plan = memberships::plans_by_ids(&mut *transaction, &[request.plan_id]).await?.pop();
        let plan = plan.filter(|plan| plan.active).ok_or(ServiceError::NotFound { what: "plan", field: "planId" })?;
        let now = self.till.clock.now();
        for found in memberships::of_users(&mut *transaction, &[user]).await? {
            if found.gives_access_at(now) {
                return Err(ServiceError::MembershipExists);
            }
            // It is over, though the worker that says so has not come by yet.
            let over = Membership { status: SubscriptionStatus::Expired, ..found.clone() };
            if memberships::change(transaction, &found, &over).await? {
                let event = events::membership(MembershipEvent::Expired, &over, now);
                outbox::append(transaction, &call.origin, event).await?;
            }
        }
        let membership = Membership {
            id: self.till.ids.mint(),
            user_id: user,
            plan_id: plan.id,
            status: SubscriptionStatus::Active,
            started_at: now,
            current_period_end: plan.period.end_of(now),
            auto_renew: request.auto_renew,
            renew_attempts: 0,
            notified_end: None,
        };
        let subject = OrderSubject::Membership(membership.id);
        let order = self.till.open(transaction, user, plan.price, subject).await?;
        Ok(Decision::Charge(order, membership))
    }

    async fn purchase(
        &self,
        order: Order,
        membership: Membership,
        request: &SubscribeRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> ServiceResult<Membership> {
        let reference = self.till.charge(&order, &request.payment_token, Payer::Present).await?;
        let bought = in_transaction!(self.till.database, |transaction| {
            let ticket = match claim(transaction, key, self.till.clock.now()).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok(Settled::Repeated(id)),
            };
            self.till.paid(transaction, &order, &reference, &call.origin).await?;
            write(transaction, &membership, &request.payment_token, ticket, call).await?;
            Ok(Settled::Done(membership.clone()))
        });
        match self.till.close(&order, &reference, bought).await? {
            Settled::Done(bought) => Ok(bought),
            Settled::Repeated(id) => self.known(id).await,
        }
    }

    async fn known(&self, id: MembershipId) -> ServiceResult<Membership> {
        memberships::by_ids(&self.till.database, &[id]).await?.pop().ok_or(ServiceError::NoMembership)
    }
}

/// Writes the membership, tells of it and keeps it as the key's answer.
async fn write(
    transaction: &mut Transaction,
    membership: &Membership,
    payment_token: &str,
    ticket: Ticket,
    call: &Call,
) -> ServiceResult<()> {
    memberships::insert(transaction, membership, payment_token).await.map_err(taken)?;
    let event = events::membership(MembershipEvent::Started, membership, membership.started_at);
    outbox::append(transaction, &call.origin, event).await?;
    ticket.store(transaction, &membership.id).await?;
    Ok(())
}

fn taken(error: DatabaseError) -> ServiceError {
    match error.unique_constraint() {
        Some(memberships::LIVE_UNIQUE) => ServiceError::MembershipExists,
        _ => error.into(),
    }
}
