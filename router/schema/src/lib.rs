//! The federated schema as a model: types, fields, owners, keys; SDL in and out.
//!
//! [`Supergraph::parse`] reads supergraph SDL (the public `join` specification, v0.1 to v0.5, linked under any name) and
//! gives one immutable value with four views of it:
//!
//! - [`Supergraph::full_schema`]: everything that was composed, with the applications of `@cacheControl`,
//!   `@authenticated`, `@tag` and the like, for the stages that act on them;
//! - [`Supergraph::api_schema`]: what clients see; operations are validated against it and introspection answers from it;
//! - the model of [`SubgraphDefinition`], [`TypeDefinition`] and [`FieldDefinition`]: who resolves what with which keys,
//!   for the planner;
//! - [`Supergraph::authorization`]: who may see what of it.
//!
//! The model is flat: vectors indexed by [`SubgraphId`], [`TypeId`] and [`FieldId`], so that a look-up is an index.
//!
//! **Invariants.** Every id was made by the supergraph that it is used with. Every field set (`@key`, `@requires`,
//! `@provides`) is parsed and refers to fields that exist. The value never changes after it was read.
//!
//! [`CacheTagFormat`] reads what `@cacheTag` says, for those who check it and those who act on it.
//!
//! It does not compose, decide satisfiability, or plan.

mod api_schema;
mod authorization;
mod cache_tag;
mod context_selection;
mod error;
mod field_set;
mod id_set;
mod identifiers;
mod link;
mod load;
mod model;
mod supergraph;
mod type_text;

pub use authorization::{Authorization, Rule};
pub use cache_tag::{CacheTagFormat, CacheTagFormatError, CacheTagPart, CacheTagSource};
pub use context_selection::context_selection_on;
pub use error::{SupergraphDiagnostic, SupergraphError};
pub use field_set::{FieldSet, FieldSetField, check_field_set_syntax};
pub use id_set::{IdSet, Index, RuleSet, TypeSet};
pub use identifiers::{FieldId, RuleId, SubgraphId, TypeId};
pub use model::{
    ContextArgument, ContextSetter, FieldDefinition, FieldInSubgraph, Key, Override, SubgraphDefinition,
    TypeDefinition, TypeInSubgraph, TypeKind,
};
pub use supergraph::Supergraph;
