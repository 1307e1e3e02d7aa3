//! Starts the built command and talks to it.

mod answer_shape;
mod calendar;
mod client;
mod files;
mod process;
mod shape;

pub(crate) use answer_shape::assert_shape;
pub(crate) use calendar::Calendar;
pub(crate) use client::{Client, Reply};
pub(crate) use files::{FILM, long_film, sha256_hex};
pub(crate) use process::{Process, lyceum, steady_port};
pub(crate) use shape::{Product, SUBGRAPHS, Shape};

/// The password that the tests give the demonstration personas.
pub(crate) const PASSWORD: &str = "tiny-worlds-need-long-passwords";

/// What the distributed shape says its public address is: that of a load balancer that these tests do without.
const PUBLIC_URL: &str = "https://lyceum.test";

/// Runs each scenario over both shapes: `one_process::<name>` and `distributed::<name>`.
///
/// Scenarios that only read share one running product per shape; those that stop, kill or fill it start their own.
macro_rules! in_both_shapes {
    ($($(#[$meta:meta])* async fn $name:ident($product:ident: &Product) $body:block)*) => {
        $($(#[$meta])* async fn $name($product: &$crate::product::Product) $body)*

        mod one_process {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::product::Product::shared($crate::product::Shape::OneProcess).await).await;
            })*
        }

        mod distributed {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::product::Product::shared($crate::product::Shape::Distributed).await).await;
            })*
        }
    };
}
pub(crate) use in_both_shapes;
