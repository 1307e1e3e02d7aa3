//! What becomes of memberships in time: announced to end, renewed, or over (S0-SUB-2, domain 3.3).

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use kit_database::in_transaction;
use kit_events::{Origin, outbox};
use kit_ids::MembershipId;
use kit_service::{WorkError, Worker};

use super::payment::Payer;
use super::{ServiceError, ServiceResult, Till};
use crate::domain::{Due, Membership, NOTICE_US, Order, OrderSubject, Plan, SubscriptionStatus};
use crate::events::{self, MembershipEvent};
use crate::store::memberships;

/// How often it is looked for what is due.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Memberships that are looked at together.
const CHUNK: i64 = 200;
/// Before every id.
const FIRST: MembershipId = MembershipId::from_bytes([0; 16]);

/// Looks after all memberships. Each step is claimed by changing the membership in the transaction of the step, so that
/// several replicas do it once.
#[derive(Clone)]
pub(crate) struct Renewing {
    pub(crate) till: Till,
}

#[async_trait]
impl Worker for Renewing {
    fn name(&self) -> &'static str {
        "renewals"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let (mut after, mut done) = (FIRST, 0);
        loop {
            let chunk = memberships::ending(&self.till.database, now + NOTICE_US, after, CHUNK).await?;
            let Some(last) = chunk.last() else { return Ok(done) };
            after = last.id;
            for membership in chunk {
                done += u64::from(self.look_after(&membership, now).await?);
            }
        }
    }
}

impl Renewing {
    /// Does what is due about one membership; false when nothing is, or another replica did it.
    async fn look_after(&self, found: &Membership, now: i64) -> ServiceResult<bool> {
        let Some(due) = found.due_at(now) else { return Ok(false) };
        match due {
            Due::Notice => {
                let notified = Membership { notified_end: Some(found.current_period_end), ..found.clone() };
                self.change(found, &notified, MembershipEvent::ExpiringSoon, now).await
            }
            Due::Expiry => {
                let over = Membership { status: SubscriptionStatus::Expired, ..found.clone() };
                self.change(found, &over, MembershipEvent::Expired, now).await
            }
            Due::Renewal => self.renew(found, now).await,
        }
    }

    async fn change(
        &self,
        before: &Membership,
        after: &Membership,
        event: MembershipEvent,
        now: i64,
    ) -> ServiceResult<bool> {
        in_transaction!(self.till.database, |transaction| {
            let changed = memberships::change(transaction, before, after).await?;
            if changed {
                outbox::append(transaction, &origin(after), events::membership(event, after, now)).await?;
            }
            Ok::<bool, ServiceError>(changed)
        })
    }

    /// Charges for the next period. The attempt is counted before the provider is asked: a crash costs an attempt, and
    /// never charges twice.
    async fn renew(&self, found: &Membership, now: i64) -> ServiceResult<bool> {
        let Some((order, plan)) = self.begin_attempt(found).await? else { return Ok(false) };
        let tried = Membership { renew_attempts: found.renew_attempts + 1, ..found.clone() };
        let token = memberships::payment_token(&self.till.database, found.id).await?.unwrap_or_default();
        match self.till.charge(&order, &token, Payer::Absent).await {
            Ok(reference) => self.begin_period(&tried, &plan, &order, &reference, now).await,
            Err(ServiceError::PaymentDeclined) => {
                let past_due = Membership { status: SubscriptionStatus::PastDue, ..tried.clone() };
                self.change(&tried, &past_due, MembershipEvent::PaymentFailed, now).await
            }
            Err(error) => Err(error),
        }
    }

    async fn begin_attempt(&self, found: &Membership) -> ServiceResult<Option<(Order, Plan)>> {
        in_transaction!(self.till.database, |transaction| {
            let tried = Membership { renew_attempts: found.renew_attempts + 1, ..found.clone() };
            if !memberships::change(transaction, found, &tried).await? {
                return Ok(None);
            }
            let plan = memberships::plans_by_ids(&mut *transaction, &[found.plan_id]).await?.pop();
            let plan = plan.ok_or(ServiceError::NotFound { what: "plan", field: "planId" })?;
            let subject = OrderSubject::Membership(found.id);
            let order = self.till.open(transaction, found.user_id, plan.price, subject).await?;
            Ok(Some((order, plan)))
        })
    }

    async fn begin_period(
        &self,
        tried: &Membership,
        plan: &Plan,
        order: &Order,
        reference: &str,
        now: i64,
    ) -> ServiceResult<bool> {
        let renewed = Membership {
            status: SubscriptionStatus::Active,
            current_period_end: tried.next_end(plan.period, now),
            renew_attempts: 0,
            ..tried.clone()
        };
        let begun = in_transaction!(self.till.database, |transaction| {
            if !memberships::change(transaction, tried, &renewed).await? {
                return Ok(false);
            }
            let origin = origin(&renewed);
            self.till.paid(transaction, order, reference, &origin).await?;
            outbox::append(transaction, &origin, events::membership(MembershipEvent::Renewed, &renewed, now)).await?;
            Ok::<bool, ServiceError>(true)
        })?;
        if !begun {
            // It was cancelled while the provider was asked.
            self.till.pay_back(order, reference).await?;
        }
        Ok(begun)
    }
}

/// The flow of what happens to a membership by itself.
fn origin(membership: &Membership) -> Origin {
    Origin::new(format!("membership-{}-{}", membership.id, membership.current_period_end), None)
}
