//! Orders that were opened and never settled, because the process died while the provider was asked: whether they were
//! charged is unknown, so they are paid back. An order is paid exactly when what it bought is there (domain 3.3).

use std::time::Duration;

use async_trait::async_trait;
use kit_ids::OrderId;
use kit_service::{WorkError, Worker};

use super::Till;
use super::payment::PaymentError;
use super::till::SETTLED_WITHIN_US;
use crate::domain::OrderStatus;
use crate::store::orders;

/// How often it is looked for them.
const INTERVAL: Duration = Duration::from_secs(10 * 60);
/// How old an order is that nobody is settling any more, in microseconds.
const ABANDONED_US: i64 = 2 * SETTLED_WITHIN_US;
/// Orders that are looked at together.
const CHUNK: i64 = 200;
/// Before every id.
const FIRST: OrderId = OrderId::from_bytes([0; 16]);

/// Pays back what was abandoned.
#[derive(Clone)]
pub(crate) struct Abandoned {
    pub(crate) till: Till,
}

#[async_trait]
impl Worker for Abandoned {
    fn name(&self) -> &'static str {
        "abandoned-orders"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let (mut after, mut done) = (FIRST, 0);
        loop {
            let chunk = orders::abandoned(&self.till.database, now - ABANDONED_US, after, CHUNK).await?;
            let Some(last) = chunk.last() else { return Ok(done) };
            after = last.id;
            for order in chunk {
                // Nobody settles it any more: the time for it is over.
                if let Err(PaymentError::Declined) = self.till.payments.refund(order.id).await {
                    tracing::error!(order = %order.id, "an abandoned charge could not be paid back; trying again");
                    continue;
                }
                done += u64::from(orders::settle(&self.till.database, order.id, OrderStatus::Failed, None).await?);
            }
        }
    }
}
