//! The directives that the kit adds to those of async-graphql (P3, P4).
//!
//! ```
//! use async_graphql::Object;
//! use kit_graph::{CacheControlScope, authenticated, cache_control};
//!
//! struct Query;
//!
//! #[Object]
//! impl Query {
//!     /// How many are online.
//!     #[graphql(
//!         directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
//!         cache_control(max_age = 60)
//!     )]
//!     async fn online(&self) -> i32 { 3 }
//!
//!     /// What nobody else may see.
//!     #[graphql(
//!         directive = authenticated::apply(),
//!         directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
//!         cache_control(no_cache, private)
//!     )]
//!     async fn secret(&self) -> i32 { 7 }
//! }
//! ```
//!
//! The directive shows the policy in the supergraph, the attribute `cache_control` sets the header of each response. A
//! `maxAge` of zero is `no_cache` in the attribute: zero means "no opinion" there.

use async_graphql::Enum;

/// Who may share a kept answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum CacheControlScope {
    /// Everyone.
    Public,
    /// Only the viewer it was made for.
    Private,
}

pub use declared::{authenticated, cache_control};

#[expect(missing_docs, reason = "what the macro makes of each function carries its description into the schema only")]
mod declared {
    use async_graphql::TypeDirective;

    use super::CacheControlScope;

    /// How long an answer may be kept, in seconds, and whether everyone may share it; parts combine to the shortest and the
    /// most private.
    #[TypeDirective(
        name = "cacheControl",
        location = "FieldDefinition",
        location = "Object",
        composable = "https://lyceum.example/cacheControl/v1.0"
    )]
    pub fn cache_control(max_age: Option<i32>, scope: Option<CacheControlScope>) {}

    // Spelled in full because async-graphql does not import it (P3).
    /// Needs a signed-in user.
    #[TypeDirective(name = "federation__authenticated", location = "FieldDefinition", location = "Object")]
    pub fn authenticated() {}
}
