//! The GraphQL face of learning; docs/graph/learning.graphql is its sketch.

mod category;
mod course;
mod entity;
mod input;
mod lesson;
mod mutation;
mod payload;
mod query;
mod user;

use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};
use kit_graph::{Implements, Node, UserError, export_sdl, schema};

use category::Category;
use course::Course;
use entity::EntityQuery;
use lesson::Lesson;
use mutation::Mutation;
use payload::LearningUserError;
use query::CatalogueQuery;

/// What can be asked.
#[derive(Default, MergedObject)]
pub(crate) struct Query(CatalogueQuery, EntityQuery);

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    schema(Query::default(), Mutation)
        .register_output_type::<Implements<Node, Course>>()
        .register_output_type::<Implements<Node, Lesson>>()
        .register_output_type::<Implements<Node, Category>>()
        .register_output_type::<Implements<UserError, LearningUserError>>()
}

/// The SDL that composition reads.
#[must_use]
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}
