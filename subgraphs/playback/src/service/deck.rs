//! What every use case works with.

use std::sync::Arc;

use kit_database::Database;
use kit_ids::{Clock, IdGenerator};
use kit_live::LiveFeed;

use super::entitlement::EntitlementPort;

/// What every use case works with. Clones share everything.
#[derive(Clone)]
pub(crate) struct Deck {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) entitlements: Arc<dyn EntitlementPort>,
    pub(crate) live: LiveFeed,
}
