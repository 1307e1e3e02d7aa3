//! What the merged types use of the newer versions of `join`.

use apollo_compiler::ast::{Directive, Value};

use crate::merge::Merged;
use crate::subgraph::fields_of;

/// The features that decide which version of `join` a supergraph links: the oldest that has them, so that as many routers
/// as possible load it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Features {
    /// Progressive overrides: `overrideLabel`.
    pub(super) labels: bool,
    /// Arguments filled from contexts: `contextArguments`.
    pub(super) contexts: bool,
    /// Directives that are carried for one subgraph: `@join__directive`, which carries `@cacheTag`.
    pub(super) cache_tags: bool,
}

impl Features {
    /// The features that the types use.
    pub(super) fn of(merged: &Merged) -> Self {
        let mut features = Self::default();
        for ty in merged.types.values() {
            ty.directives().iter().for_each(|applied| features.note(applied));
            let fields = fields_of(ty).into_iter().flat_map(|fields| fields.values());
            fields.flat_map(|field| field.directives.iter()).for_each(|applied| features.note(applied));
        }
        features
    }

    fn note(&mut self, applied: &Directive) {
        match applied.name.as_str() {
            "join__field" => {
                let label = applied.specified_argument_by_name("overrideLabel").map(|value| &**value);
                self.labels |= matches!(label, Some(Value::String(_)));
                self.contexts |= applied.specified_argument_by_name("contextArguments").is_some();
            }
            "context" => self.contexts = true,
            "join__directive" => self.cache_tags = true,
            _ => {}
        }
    }

    /// The version of `join`.
    pub(super) fn join_version(self) -> &'static str {
        match self {
            Self { contexts: true, .. } | Self { cache_tags: true, .. } => "v0.5",
            Self { labels: true, .. } => "v0.4",
            _ => "v0.3",
        }
    }
}
