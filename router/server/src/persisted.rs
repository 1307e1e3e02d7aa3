//! Which document is asked for: its text is sent, or its id, and the endpoint decides which of them are executed.
//!
//! - `registry` holds what clients have registered beforehand, and `follow` keeps it up to date and planned;
//! - `automatic` holds what clients have registered by asking for it (automatic persisted queries).
//!
//! **Invariants.** A viewer finds the operations of one client only. What is found by an id goes the same way as a text that
//! is sent: limits, validation and planning are the same, and so is what the viewer sees of the graph. There is no header
//! and no secret that leads around an endpoint's mode (PQ-07).

mod automatic;
mod follow;
mod registry;

use router_registry::{OperationSet, id_of_text};

pub(crate) use self::automatic::AutomaticDocuments;
pub(crate) use self::follow::follow;
pub use self::registry::Registry;
use crate::admission::{Asked, OperationReference};
use crate::configuration::{EndpointOperations, OperationMode};
use crate::endpoint::Endpoint;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::{self, Prepared};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::telemetry::count_document;

/// Who asks, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'r> {
    pub(crate) endpoint: &'r Endpoint,
    pub(crate) view: &'r GraphView,
    pub(crate) viewer: &'r Viewer,
    pub(crate) registry: Option<&'r Registry>,
}

/// The document to execute.
#[derive(Debug)]
struct Found {
    text: String,
    /// What it can be asked for by from now on, if it is valid.
    hash: Option<String>,
}

/// A document that can be asked for by its hash once nothing speaks against it.
#[derive(Debug)]
pub(crate) struct NewDocument {
    hash: String,
    text: String,
}

impl NewDocument {
    /// What is refused is not kept: nobody fills the memory with what cannot be asked (PQ-04).
    pub(crate) fn keep(self, view: &GraphView) {
        view.automatic.insert(self.hash, self.text);
    }
}

impl Found {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), hash: None }
    }
}

/// Finds the operation that a request names, prepared, and what is to be kept of it.
pub(crate) async fn prepare(
    reader: Reader<'_>,
    asked: Asked,
    operation_name: Option<String>,
) -> Result<(Prepared<'_>, Option<NewDocument>), Refusal> {
    let Found { text, hash } = reader.find(asked)?;
    let new = hash.map(|hash| NewDocument { hash, text: text.clone() });
    Ok((operation::prepare(&reader.view.operations, text, operation_name).await?, new))
}

impl Reader<'_> {
    fn find(&self, asked: Asked) -> Result<Found, Refusal> {
        let client = self.endpoint.own_client(self.viewer).or_else(|| self.endpoint.operations.everyones());
        let registered = client.zip(self.registry).and_then(|(client, registry)| registry.operations_of(client));
        let registered = registered.as_deref();
        match asked {
            Asked::Text(text) => self.by_text(text, client, registered),
            Asked::Id(reference, text) => {
                match (registered.and_then(|operations| operations.by_id(reference.id())), text) {
                    (Some(operation), Some(text)) if *operation.text != *text => Err(mismatch()),
                    (Some(operation), _) => {
                        count_document("registered");
                        Ok(Found::text(&*operation.text))
                    }
                    (None, text) => self.by_unknown_id(reference, text, client, registered),
                }
            }
        }
    }

    /// A document whose id is not registered: its hash may be known, or its text be with it.
    fn by_unknown_id(
        &self,
        reference: OperationReference,
        text: Option<String>,
        client: Option<&str>,
        registered: Option<&OperationSet>,
    ) -> Result<Found, Refusal> {
        let is_automatic = self.endpoint.operations.mode == OperationMode::Automatic;
        match (reference, text) {
            (OperationReference::Hash(hash), Some(text)) if id_of_text(&text) != hash => Err(mismatch()),
            (OperationReference::Hash(hash), Some(text)) if is_automatic => {
                count_document("automatic");
                Ok(Found { text, hash: Some(hash) })
            }
            // There are clients with an id for every request.
            (_, Some(text)) => self.by_text(text, client, registered),
            (OperationReference::Hash(hash), None) if is_automatic => {
                let known = self.view.automatic.get(&hash).ok_or_else(not_found)?;
                count_document("automatic");
                Ok(Found::text(&*known))
            }
            (_, None) => Err(not_found()),
        }
    }

    fn by_text(&self, text: String, client: Option<&str>, registered: Option<&OperationSet>) -> Result<Found, Refusal> {
        let EndpointOperations { mode, require_id, .. } = self.endpoint.operations;
        let is_unknown = || !registered.is_some_and(|operations| operations.has_text(&text));
        let outcome = match mode {
            OperationMode::Any | OperationMode::Automatic => "text",
            OperationMode::LogUnknown if is_unknown() => {
                self.log_unknown(&text, client, "an operation is not registered");
                "unknown"
            }
            OperationMode::Registered if is_unknown() => {
                self.log_unknown(&text, client, "an operation is not registered, and refused");
                count_document("refused");
                return Err(only_registered("Only registered operations are executed here, and this is none."));
            }
            OperationMode::Registered if require_id => {
                count_document("refused");
                return Err(only_registered(
                    "Operations are asked for by their ids here; send \"id\" and no \"query\".",
                ));
            }
            OperationMode::LogUnknown | OperationMode::Registered => "registered",
        };
        count_document(outcome);
        Ok(Found::text(text))
    }

    /// The text itself stays out of the log: it may hold what a person wrote.
    fn log_unknown(&self, text: &str, client: Option<&str>, message: &str) {
        let (endpoint, client, hash) = (&self.endpoint.path, client.unwrap_or("(none)"), id_of_text(text));
        tracing::warn!(endpoint, client, hash, "{message}");
    }
}

/// The message is the one by which clients of automatic persisted queries know that they have to send the text; it is the
/// same whatever the id.
fn not_found() -> Refusal {
    count_document("not_found");
    Refusal::new(RefusalClass::NotRegistered, ErrorCode::PersistedQueryNotFound, "PersistedQueryNotFound")
}

fn mismatch() -> Refusal {
    count_document("refused");
    Refusal::parameters("The text of the operation is not the one that its id stands for.")
}

fn only_registered(message: &str) -> Refusal {
    Refusal::new(RefusalClass::Operation, ErrorCode::PersistedQueryOnly, message)
}
