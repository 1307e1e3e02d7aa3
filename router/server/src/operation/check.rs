//! What whoever registers operations asks beforehand: would the router refuse this one?

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use apollo_compiler::validation::Valid;
use router_execution::JsonMap;
use router_schema::Supergraph;
use thiserror::Error;

use super::cache::Key;
use super::{Operations, prepare};
use crate::authorization::Unmet;
use crate::configuration::{CostMode, RouterSettings};
use crate::refusal::{ErrorCode, Refusal};

/// Looks at operations as the router does before it executes them.
pub struct OperationCheck {
    operations: Operations,
    override_labels: BTreeSet<String>,
    /// The greatest budget that a viewer may have; none where nothing is refused for its cost.
    budget: Option<u64>,
}

/// Why an operation would be refused, whatever its variables and its viewer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct RefusedOperation {
    /// The code of the error that a client would get.
    pub code: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl OperationCheck {
    /// Checks for a router of this graph, or of this part of it.
    #[must_use]
    pub fn new(supergraph: Arc<Supergraph>, settings: &RouterSettings) -> Self {
        let cost = &settings.operations.cost;
        Self {
            operations: Operations::new(
                supergraph,
                settings.operations.clone(),
                &settings.authorization,
                settings.caching.default_max_age_seconds,
            ),
            override_labels: settings.operations.override_labels.clone(),
            budget: (cost.mode == CostMode::Enforce).then(|| cost.budget_max()),
        }
    }

    /// Whether a document with one operation may be asked at all.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, document: &str) -> Result<(), RefusedOperation> {
        let key = Key {
            document: document.to_owned(),
            operation_name: None,
            override_labels: self.override_labels.clone(),
            unmet: Unmet::default(),
        };
        let operation = prepare::prepare(&self.operations, &key).map_err(refused)?;
        // With variables it costs what they say; each request is looked at by itself.
        let is_fixed = operation.prepared.operation().variables.is_empty();
        let cost = operation.cost.cost(&Valid::assume_valid(JsonMap::new()));
        match self.budget {
            Some(budget) if is_fixed && cost > budget => Err(RefusedOperation {
                code: ErrorCode::OperationTooComplex.as_str().to_owned(),
                message: format!("The operation may cost {cost}; nobody may spend more than {budget}."),
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for OperationCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OperationCheck")
    }
}

fn refused(refusal: Refusal) -> RefusedOperation {
    let code = refusal.errors.first().and_then(|error| error.extensions["code"].as_str());
    let code = code.unwrap_or(ErrorCode::Internal.as_str()).to_owned();
    let messages: Vec<String> = refusal.errors.into_iter().map(|error| error.message).collect();
    RefusedOperation { code, message: messages.join("\n") }
}
