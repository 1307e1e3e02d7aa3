//! What this crate promises to those who use it, with real collectors at the other end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod collector;
mod metrics;
mod otlp;
