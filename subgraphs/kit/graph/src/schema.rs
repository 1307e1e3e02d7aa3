//! Beginning a schema, and printing it for composition.

use async_graphql::{EmptySubscription, ObjectType, SDLExportOptions, Schema, SchemaBuilder, SubscriptionType};

/// What one operation may ask of a subgraph. The router has stricter limits for the public; these stop a fault there.
pub mod limits {
    /// Deepest nesting: the public limit of 15, and as much again for what the router adds to reach entities.
    pub const DEPTH_MAX: usize = 30;
    /// Most fields in one operation, fragments counted wherever they are used: far more than any screen shows.
    pub const COMPLEXITY_MAX: usize = 2_000;
    /// Most directives on one field: two exist that make sense there.
    pub const DIRECTIVES_MAX: usize = 4;
}

/// Begins a federated schema with the kit's limits.
///
/// Introspection stays on: nobody but the router and its sister services reaches it.
#[must_use]
pub fn schema<Query, Mutation>(query: Query, mutation: Mutation) -> SchemaBuilder<Query, Mutation, EmptySubscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
{
    schema_with_subscription(query, mutation, EmptySubscription)
}

/// As [`schema`], with subscriptions.
#[must_use]
pub fn schema_with_subscription<Query, Mutation, Subscription>(
    query: Query,
    mutation: Mutation,
    subscription: Subscription,
) -> SchemaBuilder<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    Schema::build(query, mutation, subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .limit_depth(limits::DEPTH_MAX)
        .limit_recursive_depth(limits::DEPTH_MAX + 2)
        .limit_complexity(limits::COMPLEXITY_MAX)
        .limit_directives(limits::DIRECTIVES_MAX)
}

/// The SDL that composition reads: federation v2.5, with the custom directives composed (P3, P4).
#[must_use]
pub fn export_sdl<Query, Mutation, Subscription>(schema: &Schema<Query, Mutation, Subscription>) -> String
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    let sdl = schema.sdl_with_options(SDLExportOptions::new().federation().compose_directive().use_space_ident());
    // Lines that end in blanks would be changed by the first editor that touches the file.
    let mut lines: Vec<&str> = sdl.trim().lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n") + "\n"
}
