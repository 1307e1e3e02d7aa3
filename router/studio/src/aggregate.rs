//! What all requests together were like, step by step in time, whether they are kept or not.
//!
//! - [`cell`] counts requests, operations, fetches, subgraphs and stages;
//! - [`bucket`] is all of these for one step of time;
//! - [`tiers`] keeps buckets of five widths, each as long as the windows that it answers.

pub mod bucket;
pub mod cell;
pub mod tiers;

pub use self::bucket::Bucket;
pub use self::cell::{ClientCell, FetchCell, InnerCell, OperationCell, StageCell, SubgraphCell, WholeCell};
pub use self::tiers::Tiers;
