//! The GraphQL face of {{name}}: parse, call the service, map errors.

use async_graphql::{Context, EmptySubscription, InputObject, Object, SchemaBuilder};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, Implements, RequestContext, RequireUser, UserError, authenticated,
    cache_control, export_sdl, schema,
};
use kit_ids::UserId;
use kit_service::CallContext;

use crate::domain::MottoFault;
use crate::service::{MottoOfUser, Mottoes, ServiceError};

/// The schema, without its data.
pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    schema(Query, Mutation).register_output_type::<Implements<UserError, {{Name}}UserError>>()
}

/// The SDL that composition reads.
pub(crate) fn sdl() -> String {
    export_sdl(&builder().finish())
}

kit_graph::user_errors! {
    /// Why {{name}} refused; new values may be added.
    pub enum {{Name}}ErrorCode {
        /// The text is no motto.
        InvalidMotto,
    }
    /// A refusal by {{name}}.
    pub struct {{Name}}UserError;
}

kit_graph::payload! {
    /// What `change{{Name}}Motto` answers.
    pub struct Change{{Name}}MottoPayload refusing {{Name}}UserError {
        /// The viewer, with the new motto; null when refused.
        user: User,
    }
}

/// What `change{{Name}}Motto` needs.
#[derive(InputObject)]
pub(crate) struct Change{{Name}}MottoInput {
    /// The new motto: 1 to 200 characters.
    motto: String,
    /// Echoed in the payload.
    client_mutation_id: Option<String>,
}

pub(crate) struct User(UserId);

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }

    /// What the person stands by.
    #[graphql(
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
        cache_control(max_age = 60)
    )]
    async fn {{name}}_motto(&self, ctx: &Context<'_>) -> GraphResult<Option<String>> {
        ctx.load::<MottoOfUser>(self.0).await
    }
}

pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The motto of the viewer.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn viewer_{{name}}_motto(&self, ctx: &Context<'_>) -> GraphResult<Option<String>> {
        ctx.load::<MottoOfUser>(ctx.viewer().require_user()?.id).await
    }

    // Whether the user exists is for identity to say.
    #[graphql(entity)]
    async fn find_user_by_id(&self, #[graphql(key)] id: UserId) -> Option<User> {
        Some(User(id))
    }
}

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Gives the viewer another motto.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn change_{{name}}_motto(
        &self,
        ctx: &Context<'_>,
        input: Change{{Name}}MottoInput,
    ) -> GraphResult<Option<Change{{Name}}MottoPayload>> {
        let echo = input.client_mutation_id;
        match ctx.data_unchecked::<Mottoes>().change(ctx.call(), &input.motto).await {
            Ok(user) => Ok(Some(Change{{Name}}MottoPayload::done(User(user), echo))),
            Err(ServiceError::Fault(fault)) => Ok(Some(Change{{Name}}MottoPayload::refused([user_error(fault)], echo))),
            Err(ServiceError::Refused(refusal)) => Err(refusal.into()),
            Err(ServiceError::Database(error)) => Err(GraphError::internal(&error)),
        }
    }
}

fn user_error(fault: MottoFault) -> {{Name}}UserError {
    {{Name}}UserError::new({{Name}}ErrorCode::InvalidMotto, fault.to_string()).at(["input", "motto"])
}
