//! Who changes partners. Having one is the proof that it may.

use kit_events::Origin;
use kit_ids::{IdGenerator, UserId};
use kit_service::Call;
use kit_viewer::{Refusal, Scope};

use crate::domain::PartnerId;

/// As the record calls whoever has the database at hand.
const OPERATOR: &str = "operator";

/// Who changes a partner, and in which flow.
#[derive(Debug, Clone)]
pub(crate) struct By {
    admin: Option<UserId>,
    origin: Origin,
}

impl By {
    /// An administrator, by the graph.
    pub(crate) fn admin(call: &Call) -> Result<Self, Refusal> {
        let admin = call.viewer.require_scope(Scope::Admin)?.id;
        Ok(Self { admin: Some(admin), origin: call.origin.clone() })
    }

    /// An operator, who has the database at hand and needs no one's leave.
    pub(crate) fn operator(ids: &IdGenerator) -> Self {
        let flow: PartnerId = ids.mint();
        Self { admin: None, origin: Origin::new(format!("{OPERATOR}-{flow}"), None) }
    }

    /// As the record calls them.
    pub(crate) fn name(&self) -> String {
        self.admin.map_or_else(|| OPERATOR.to_owned(), |admin| admin.to_string())
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }
}
