//! What enrollment is about: plain values and rules, without any input or output.

mod enrollment;
mod membership;
mod order;
mod price;
mod progress;

pub(crate) use enrollment::{Enrollment, EnrollmentSource};
pub(crate) use membership::{BillingPeriod, Due, Membership, NOTICE_US, Plan, SubscriptionStatus};
pub(crate) use order::{Order, OrderStatus, OrderSubject};
pub(crate) use price::{Currency, Price, PriceReason, Standing, quote};
pub(crate) use progress::{CompletedLesson, CourseProgress, percent};
