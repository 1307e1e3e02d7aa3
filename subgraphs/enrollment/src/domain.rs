//! What enrollment is about: plain values and rules, without any input or output.

mod enrollment;
mod membership;
mod named;
mod order;
mod price;
mod progress;

pub(crate) use enrollment::{Enrollment, EnrollmentSource};
pub(crate) use membership::{BillingPeriod, Membership, Plan, SubscriptionStatus};
pub(crate) use named::{Named, UnknownName};
pub(crate) use order::{Order, OrderStatus};
pub(crate) use price::{Currency, Price, PriceReason, Standing, quote};
pub(crate) use progress::{CourseProgress, percent};
