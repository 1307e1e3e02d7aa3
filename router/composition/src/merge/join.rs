//! Writes the applications of the `join` directives.

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::schema::Component;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

use super::{Declared, Merge};
use crate::links::FederationDirective;
use crate::subgraph::{is_of_extension, text_argument};

/// A directive application from argument names and values.
pub(super) fn apply(name: &'static str, arguments: Vec<(&'static str, Value)>) -> Directive {
    let arguments = arguments
        .into_iter()
        .map(|(name, value)| Node::new(Argument { name: Name::new_static_unchecked(name), value: Node::new(value) }));
    Directive { name: Name::new_static_unchecked(name), arguments: arguments.collect() }
}

/// A string value.
pub(super) fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// The text of a field set on one line.
pub(super) fn field_set_text(directive: &Directive) -> Option<Value> {
    let fields = text_argument(directive, "fields")?;
    Some(text(&fields.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Puts the directives of an element of the supergraph in order: by name, otherwise as they came.
pub(super) fn sort(directives: &mut [Directive]) {
    directives.sort_by(|left, right| left.name.cmp(&right.name));
}

/// The directives of a type, from its own applications and those of `join`.
pub(super) fn type_directives(mut directives: Vec<Directive>) -> apollo_compiler::schema::DirectiveList {
    sort(&mut directives);
    apollo_compiler::schema::DirectiveList(directives.into_iter().map(Component::new).collect())
}

/// The directives of a field, argument or enum value.
pub(super) fn member_directives(mut directives: Vec<Directive>) -> apollo_compiler::ast::DirectiveList {
    sort(&mut directives);
    apollo_compiler::ast::DirectiveList(directives.into_iter().map(Node::new).collect())
}

impl Merge<'_> {
    /// The member of `join__Graph` of a subgraph.
    pub(super) fn graph(&self, subgraph: usize) -> Value {
        Value::Enum(self.subgraphs[subgraph].graph.clone())
    }

    /// One `@join__type` for each key of a type in each subgraph, or one for the subgraph where it has none.
    pub(super) fn join_types(&self, declared: &[Declared<'_, ExtendedType>]) -> Vec<Directive> {
        let mut joins = Vec::new();
        for (index, ty) in declared {
            let subgraph = &self.subgraphs[*index];
            let keys: Vec<_> = subgraph.on_type(FederationDirective::Key, ty).collect();
            let object = subgraph.is_interface_object(ty).then_some(("isInterfaceObject", Value::Boolean(true)));
            if keys.is_empty() {
                let arguments = std::iter::once(("graph", self.graph(*index))).chain(object);
                joins.push(apply("join__type", arguments.collect()));
                continue;
            }
            for key in keys {
                let mut arguments = vec![("graph", self.graph(*index))];
                arguments.extend(field_set_text(key).map(|fields| ("key", fields)));
                // Federation 1 had `extend type` where Federation 2 has none, so there it says nothing.
                let says_extends = subgraph.type_has(FederationDirective::Extends, ty);
                if says_extends || (subgraph.links.is_federation_2() && is_of_extension(subgraph, key, ty)) {
                    arguments.push(("extension", Value::Boolean(true)));
                }
                let resolvable = key.specified_argument_by_name("resolvable").and_then(|value| value.to_bool());
                arguments.extend(resolvable.map(|resolvable| ("resolvable", Value::Boolean(resolvable))));
                arguments.extend(object.clone());
                joins.push(apply("join__type", arguments));
            }
        }
        joins
    }

    /// One `@join__implements` for each interface of a type in each subgraph.
    pub(super) fn join_implements(&self, declared: &[Declared<'_, ExtendedType>]) -> Vec<Directive> {
        let mut joins = Vec::new();
        for (index, ty) in declared {
            for interface in crate::subgraph::interfaces_of(ty) {
                let arguments = vec![("graph", self.graph(*index)), ("interface", text(interface))];
                joins.push(apply("join__implements", arguments));
            }
        }
        joins
    }
}
