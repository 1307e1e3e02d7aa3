//! An operation made ready to be executed any number of times.

mod reply_shape;
mod shown_path;

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, introspection};
use router_planning::plan::{FetchId, QueryPlan};
use thiserror::Error;

use crate::error::ResponsePath;
use crate::guard::FieldGuard;

pub(crate) use self::reply_shape::{ReplyShape, merged_key};

/// A validated document, the operation chosen in it, and that operation's plan. Independent of variables, and of the
/// viewer but for a guard, so that it can be cached.
#[derive(Debug)]
pub struct PreparedOperation {
    document: Valid<ExecutableDocument>,
    operation: Node<Operation>,
    plan: QueryPlan,
    /// What each fetch's reply may hold, in the order of the plan.
    shapes: Vec<ReplyShape>,
    has_introspection: bool,
    guard: Option<Arc<dyn FieldGuard>>,
}

/// Why an operation cannot be executed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PrepareError {
    /// The request's fault.
    #[error("the document has no operation of this name, or needs a name to choose one of several")]
    UnknownOperation,
    /// The request's fault: introspection is recursive, and its lists grow exponentially with their nesting.
    #[error("{0}: ask for the fields of types in fewer nested lists")]
    IntrospectionTooDeep(String),
    /// A fault of the planner.
    #[error("fetch {} of the query plan is not a GraphQL document with one operation", fetch.0)]
    FetchDocument {
        /// The fetch in question.
        fetch: FetchId,
    },
    /// A fault of the planner.
    #[error("fetch {} of the query plan depends on one that does not stand before it", fetch.0)]
    FetchOrder {
        /// The fetch in question.
        fetch: FetchId,
    },
}

impl PreparedOperation {
    /// Joins the client's `document`, valid against the public schema, with the `plan` of its operation
    /// `operation_name`.
    ///
    /// # Errors
    /// When the document has no such operation or nests introspection too deeply, or the plan breaks its own rules.
    pub fn new(
        document: Valid<ExecutableDocument>,
        operation_name: Option<&Name>,
        plan: QueryPlan,
    ) -> Result<Self, PrepareError> {
        let operation = document
            .operations
            .get(operation_name.map(Name::as_str))
            .map_err(|_| PrepareError::UnknownOperation)?
            .clone();
        introspection::check_max_depth(&document, &operation)
            .map_err(|error| PrepareError::IntrospectionTooDeep(error.message().to_string()))?;
        let mut shapes = Vec::with_capacity(plan.fetches.len());
        for (index, fetch) in plan.fetches.iter().enumerate() {
            if fetch.depends_on.iter().any(|dependency| dependency.0 >= index) {
                return Err(PrepareError::FetchOrder { fetch: FetchId(index) });
            }
            let shape = ReplyShape::of_document(&fetch.document, &fetch.renames)
                .ok_or(PrepareError::FetchDocument { fetch: FetchId(index) })?;
            shapes.push(shape);
        }
        let has_introspection =
            operation.root_fields(&document).any(|field| matches!(field.name.as_str(), "__schema" | "__type"));
        Ok(Self { document, operation, plan, shapes, has_introspection, guard: None })
    }

    /// The same, with a guard over what its replies show. The plan should ask for nothing that the guard refuses.
    #[must_use]
    pub fn with_guard(mut self, guard: Arc<dyn FieldGuard>) -> Self {
        self.guard = Some(guard);
        self
    }

    /// The client's document.
    #[must_use]
    pub fn document(&self) -> &Valid<ExecutableDocument> {
        &self.document
    }

    /// The operation that is executed.
    #[must_use]
    pub fn operation(&self) -> &Node<Operation> {
        &self.operation
    }

    /// How it is resolved.
    #[must_use]
    pub fn plan(&self) -> &QueryPlan {
        &self.plan
    }

    /// Leaves of an error's path what the client has asked for.
    pub(crate) fn cut_to_shown(&self, path: &mut ResponsePath) {
        shown_path::cut(&self.document, &self.operation, path);
    }

    pub(crate) fn shape(&self, fetch: FetchId) -> &ReplyShape {
        &self.shapes[fetch.0]
    }

    pub(crate) fn guard(&self) -> Option<&dyn FieldGuard> {
        self.guard.as_deref()
    }

    /// Whether a root field is `__schema` or `__type`.
    pub(crate) fn has_introspection(&self) -> bool {
        self.has_introspection
    }
}
