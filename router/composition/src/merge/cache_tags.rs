//! Carries `@cacheTag` into the supergraph, for each subgraph by itself: what a tag stands for is the subgraph's own.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, DirectiveList, FieldDefinition, Value};
use apollo_compiler::schema::ExtendedType;

use super::{Declared, Merge, join};
use crate::links::FederationDirective;

impl Merge<'_> {
    /// The tags of a type in every subgraph.
    pub(super) fn cache_tags_of_type(&self, declared: &[Declared<'_, ExtendedType>]) -> Vec<Directive> {
        let tags = declared.iter().flat_map(|(index, ty)| {
            let applied = self.subgraphs[*index].on_type(FederationDirective::CacheTag, ty);
            applied.map(|applied| self.cache_tag(*index, applied)).collect::<Vec<_>>()
        });
        tags.collect()
    }

    /// The tags of a field in every subgraph that resolves it.
    pub(super) fn cache_tags_of_field(&self, fields: &[Declared<'_, FieldDefinition>]) -> Vec<Directive> {
        let tags = fields.iter().flat_map(|(index, field)| {
            let applied = self.applied_cache_tags(*index, &field.directives);
            applied.into_iter().map(|applied| self.cache_tag(*index, applied)).collect::<Vec<_>>()
        });
        tags.collect()
    }

    fn applied_cache_tags<'d>(&self, subgraph: usize, directives: &'d DirectiveList) -> Vec<&'d Node<Directive>> {
        let links = &self.subgraphs[subgraph].links;
        if !links.has(FederationDirective::CacheTag) {
            return Vec::new();
        }
        directives.get_all(links.local_name(FederationDirective::CacheTag)).collect()
    }

    fn cache_tag(&self, subgraph: usize, applied: &Directive) -> Directive {
        let arguments =
            applied.arguments.iter().map(|argument| (argument.name.clone(), argument.value.clone())).collect();
        join::apply(
            "join__directive",
            vec![
                ("graphs", Value::List(vec![Node::new(self.graph(subgraph))])),
                ("name", join::text("federation__cacheTag")),
                ("args", Value::Object(arguments)),
            ],
        )
    }
}
