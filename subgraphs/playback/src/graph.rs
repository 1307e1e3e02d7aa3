//! The GraphQL face of playback; docs/graph/playback.graphql is its sketch.

mod input;
mod mutation;
mod payload;
mod playable;
mod progress;
mod query;
mod ranking;
mod session;
mod subscription;
#[cfg(test)]
mod tests;
mod user;
mod values;

use async_graphql::SchemaBuilder;
use kit_graph::{Implements, Node, UserError, export_sdl, schema_with_subscription};

use mutation::Mutation;
use payload::PlaybackUserError;
use query::Query;
use session::PlaybackSession;
use subscription::Subscription;

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    schema_with_subscription(Query, Mutation, Subscription)
        .register_output_type::<Implements<Node, PlaybackSession>>()
        .register_output_type::<Implements<UserError, PlaybackUserError>>()
}

/// The SDL that composition reads.
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}
