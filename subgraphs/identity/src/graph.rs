//! The graph of identity (domain.md 2.1, docs/graph/identity.graphql): thin resolvers over loaders and services.

mod input;
mod login_history;
mod mutation;
mod notification;
mod organisation;
mod partner;
mod partner_input;
mod partner_payload;
mod payload;
mod people;
mod query;
mod subscription;
mod user;

use async_graphql::SchemaBuilder;
use kit_graph::{Implements, Node, UserError, export_sdl, schema_with_subscription};
use login_history::LoginEvent;
use mutation::Mutation;
use notification::Notification;
use organisation::{Company, Team};
use payload::IdentityUserError;
use query::Query;
use subscription::Subscription;
use user::User;

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    schema_with_subscription(Query, Mutation, Subscription)
        .register_output_type::<Implements<Node, User>>()
        .register_output_type::<Implements<Node, Company>>()
        .register_output_type::<Implements<Node, Team>>()
        .register_output_type::<Implements<Node, LoginEvent>>()
        .register_output_type::<Implements<Node, Notification>>()
        .register_output_type::<Implements<UserError, IdentityUserError>>()
}

/// The schema as composition reads it.
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}
