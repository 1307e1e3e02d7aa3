//! Why an operation has no plan.

/// An operation that cannot be planned. Clients may see the message: it names nothing but their own operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanningError {
    /// The document has no operation of that name, or several operations and no name was given.
    #[error("{message}; name one of the document's operations in \"operationName\"")]
    UnknownOperation {
        /// What exactly is wrong.
        message: String,
    },
    /// Selections are nested deeper than [`crate::PlanningOptions::depth_max`].
    #[error("the operation nests selections more than {limit} deep; ask for less depth or split it")]
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// With its fragments written out the operation has more than [`crate::PlanningOptions::fields_max`] fields.
    #[error("the operation selects more than {limit} fields once its fragments are written out; split it")]
    TooLarge {
        /// The bound.
        limit: usize,
    },
    /// The search took more than [`crate::PlanningOptions::steps_max`] steps.
    #[error("planning the operation takes more than {limit} steps; it has too many alternatives, split it")]
    BudgetExceeded {
        /// The bound.
        limit: usize,
    },
    /// The fetches would select more than [`crate::PlanningOptions::size_max`] fields.
    #[error(
        "the operation needs more than {limit} fields of subgraphs once interfaces are split into their types; \
         nest interfaces less deeply"
    )]
    PlanTooLarge {
        /// The bound.
        limit: usize,
    },
    /// No chain of fetches reaches a field. A supergraph that passed composition has no such field.
    #[error("no subgraph can be asked for \"{path}\"; compose the supergraph again to find out why")]
    Unresolvable {
        /// The response keys from the root to the field, joined by dots.
        path: String,
    },
    /// The schema has no root type for the operation.
    #[error("the graph has no {operation} type")]
    NoRootType {
        /// `query`, `mutation` or `subscription`.
        operation: &'static str,
    },
}
