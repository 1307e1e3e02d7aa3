//! The GraphQL face of enrollment; docs/graph/enrollment.graphql is its sketch.

mod course;
mod enrollment;
mod entitlement;
mod input;
mod membership;
mod mutation;
mod payload;
mod plan;
mod progress;
mod query;
#[cfg(test)]
mod tests;
mod user;
mod values;

use async_graphql::{EmptySubscription, SchemaBuilder};
use kit_graph::{Implements, Node, UserError, export_sdl, schema};

use enrollment::{Enrollment, Order};
use membership::Membership;
use mutation::Mutation;
use payload::EnrollmentUserError;
use plan::Plan;
use query::Query;

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    schema(Query, Mutation)
        .register_output_type::<Implements<Node, Plan>>()
        .register_output_type::<Implements<Node, Enrollment>>()
        .register_output_type::<Implements<Node, Order>>()
        .register_output_type::<Implements<Node, Membership>>()
        .register_output_type::<Implements<UserError, EnrollmentUserError>>()
}

/// The SDL that composition reads.
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}
