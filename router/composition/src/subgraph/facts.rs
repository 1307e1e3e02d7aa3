//! What Federation's directives say about each field of a subgraph.

use std::collections::HashSet;

use apollo_compiler::Name;
use apollo_compiler::schema::{Component, ComponentOrigin, Directive, ExtendedType};

use super::{Subgraph, fields_of, interfaces_of, parse_field_set, selected_fields, text_argument};
use crate::links::FederationDirective;
use crate::rules::context_selections;

/// A field of a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FieldCoordinate {
    pub(crate) ty: Name,
    pub(crate) field: Name,
}

/// Sets of fields.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Declared `@external` and so resolved elsewhere. The keys of an `extend type` are not: the subgraph has them
    /// from the key by which it is entered, whatever it declares.
    external: HashSet<FieldCoordinate>,
    /// Resolved here on some paths only: selected by a `@provides`.
    provided: HashSet<FieldCoordinate>,
    /// May be resolved elsewhere too.
    shareable: HashSet<FieldCoordinate>,
    /// Selected by a `@key`, `@requires`, `@provides` or `@fromContext`, or demanded by an interface.
    used: HashSet<FieldCoordinate>,
}

impl Facts {
    pub(super) fn compute(subgraph: &Subgraph) -> Self {
        let mut facts = Self::default();
        let mut entered_by = HashSet::new();
        for (name, ty, fields) in subgraph.composite_types() {
            for key in subgraph.on_type(FederationDirective::Key, ty) {
                let selected = selected_in(subgraph, name, key);
                if is_of_extension(subgraph, key, ty) {
                    entered_by.extend(selected.iter().cloned());
                }
                facts.shareable.extend(selected.iter().cloned());
                facts.used.extend(selected);
            }
            for field in fields.values() {
                if let Some(provides) = subgraph.on_field(FederationDirective::Provides, field) {
                    let selected = selected_in(subgraph, field.ty.inner_named_type(), provides);
                    facts.provided.extend(selected.iter().cloned());
                    facts.used.extend(selected);
                }
                if let Some(requires) = subgraph.on_field(FederationDirective::Requires, field) {
                    facts.used.extend(selected_in(subgraph, name, requires));
                }
            }
            facts.used.extend(demanded_by_interfaces(subgraph, ty));
            facts.mark_stated(subgraph, name, ty);
        }
        for (ty, selection) in context_selections(subgraph) {
            facts.used.extend(selected_by(subgraph, ty, &selection));
        }
        facts.external.retain(|field| !entered_by.contains(field));
        facts.shareable.extend(facts.provided.intersection(&facts.external).cloned());
        facts
    }

    /// `@external` and `@shareable` as the type and its fields state them.
    fn mark_stated(&mut self, subgraph: &Subgraph, name: &Name, ty: &ExtendedType) {
        let Some(fields) = fields_of(ty) else { return };
        let on_type = |directive| -> Vec<&ComponentOrigin> {
            subgraph.on_type(directive, ty).map(|applied| &applied.origin).collect()
        };
        let (external, shareable) = (on_type(FederationDirective::External), on_type(FederationDirective::Shareable));
        for field in fields.values() {
            let coordinate = FieldCoordinate { ty: name.clone(), field: field.name.clone() };
            let stated = |directive, origins: &[&ComponentOrigin]| {
                subgraph.on_field(directive, field).is_some() || origins.contains(&&field.origin)
            };
            if stated(FederationDirective::External, &external) {
                self.external.insert(coordinate.clone());
            }
            if stated(FederationDirective::Shareable, &shareable) {
                self.shareable.insert(coordinate);
            }
        }
    }

    /// Whether another subgraph resolves the field, at least on some paths.
    pub(crate) fn is_external(&self, coordinate: &FieldCoordinate) -> bool {
        self.external.contains(coordinate)
    }

    /// Whether the subgraph never resolves the field.
    pub(crate) fn is_fully_external(&self, coordinate: &FieldCoordinate) -> bool {
        self.is_external(coordinate) && !self.provided.contains(coordinate)
    }

    /// Whether other subgraphs may resolve the field too.
    pub(crate) fn is_shareable(&self, coordinate: &FieldCoordinate) -> bool {
        self.shareable.contains(coordinate)
    }

    /// Whether something in the subgraph refers to the field.
    pub(crate) fn is_used(&self, coordinate: &FieldCoordinate) -> bool {
        self.used.contains(coordinate)
    }

    /// Declares a field shareable.
    pub(super) fn share(&mut self, coordinate: FieldCoordinate) {
        self.shareable.insert(coordinate);
    }
}

/// Whether a `@key` stands on an `extend type`, or on a type that says `@extends`.
pub(crate) fn is_of_extension(subgraph: &Subgraph, key: &Component<Directive>, ty: &ExtendedType) -> bool {
    key.origin.extension_id().is_some() || subgraph.type_has(FederationDirective::Extends, ty)
}

/// The fields that a directive's field set selects; those of an interface with those of its implementations.
/// Nothing for a field set that is wrong: validation reports it.
fn selected_in(subgraph: &Subgraph, parent: &Name, directive: &Directive) -> Vec<FieldCoordinate> {
    text_argument(directive, "fields").map(|text| selected_by(subgraph, parent, text)).unwrap_or_default()
}

fn selected_by(subgraph: &Subgraph, parent: &Name, text: &str) -> Vec<FieldCoordinate> {
    let Ok(set) = parse_field_set(subgraph, parent, text) else { return Vec::new() };
    let mut coordinates = Vec::new();
    for selected in selected_fields(&set) {
        let field = &selected.definition.name;
        coordinates.push(FieldCoordinate { ty: selected.parent.clone(), field: field.clone() });
        if subgraph.schema.get_interface(selected.parent).is_some() {
            for ty in subgraph.possible_types(selected.parent) {
                coordinates.push(FieldCoordinate { ty, field: field.clone() });
            }
        }
    }
    coordinates
}

/// The fields that a type has to have because its interfaces have them.
fn demanded_by_interfaces(subgraph: &Subgraph, ty: &ExtendedType) -> Vec<FieldCoordinate> {
    let interfaces = interfaces_of(ty).into_iter().filter_map(|name| subgraph.schema.get_interface(name));
    interfaces
        .flat_map(|interface| interface.fields.keys())
        .map(|field| FieldCoordinate { ty: ty.name().clone(), field: field.clone() })
        .collect()
}
