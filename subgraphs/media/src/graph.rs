//! The GraphQL face of media; docs/graph/media.graphql is its sketch.

mod file;
mod input;
mod mutation;
mod payload;
mod playable;
mod query;
mod stream;
#[cfg(test)]
mod tests;
mod upload;
mod user;
mod values;

use async_graphql::{EmptySubscription, SchemaBuilder};
use kit_graph::{Implements, Node, UserError, export_sdl, schema};

use file::MediaFile;
use mutation::Mutation;
use payload::MediaUserError;
use query::Query;

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    schema(Query, Mutation)
        .register_output_type::<Implements<Node, MediaFile>>()
        .register_output_type::<Implements<UserError, MediaUserError>>()
}

/// The SDL that composition reads.
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}
