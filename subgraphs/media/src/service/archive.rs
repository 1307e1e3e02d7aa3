//! What every use case needs.

use std::sync::Arc;

use kit_database::Database;
use kit_ids::{Clock, IdGenerator, UploadId};
use kit_service::Neighbour;

use super::Paces;
use super::tickets::Tickets;
use crate::scanner::Scanner;
use crate::storage::Storage;

/// Tables, bytes and tickets. Clones share them.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) storage: Storage,
    pub(crate) tickets: Arc<Tickets>,
    /// How often each person may ask.
    pub(crate) paces: Arc<Paces>,
    /// Looks at files before anybody may fetch them; none when nobody does.
    pub(crate) scanner: Option<Arc<Scanner>>,
    /// Asked while the projection does not know of an entitlement.
    pub(crate) enrollment: Neighbour,
}

impl Archive {
    /// A key under which nobody else writes: of the file's own, and of this try.
    pub(super) fn new_object_key(&self, storage_key: &str) -> String {
        let attempt: UploadId = self.ids.mint();
        format!("{storage_key}.{attempt}")
    }
}
