//! Brings the subgraphs of Federation 1 to what they mean in Federation 2.
//!
//! Federation 1 had no `@shareable`, let value types be shared freely, and did not ask whether `@external` was right.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, Schema};

use super::{FieldCoordinate, Subgraph, fields_of, parse_field_set, selected_fields, text_argument};
use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;

/// Upgrades every subgraph of Federation 1; those of Federation 2 stay as they are. Computes the facts of all.
pub(crate) fn upgrade(subgraphs: &mut [Subgraph], findings: &mut Findings) {
    let keys = keys_by_type(subgraphs);
    for subgraph in subgraphs.iter_mut() {
        subgraph.compute_facts();
        if !subgraph.links.is_federation_2() {
            remove_keys_of_interfaces(subgraph);
            remove_pointless_external(subgraph, &keys);
            remove_pointless_field_sets(subgraph);
            remove_unused_external(subgraph, findings);
        }
    }
    let shared: Vec<Vec<FieldCoordinate>> =
        (0..subgraphs.len()).map(|index| shared_with_others(index, subgraphs)).collect();
    for (subgraph, shared) in subgraphs.iter_mut().zip(shared) {
        shared.into_iter().for_each(|coordinate| subgraph.facts.share(coordinate));
    }
}

/// The fields of the keys of each type, over all subgraphs.
fn keys_by_type(subgraphs: &[Subgraph]) -> HashMap<Name, HashSet<Name>> {
    let mut keys: HashMap<Name, HashSet<Name>> = HashMap::new();
    for subgraph in subgraphs {
        for (name, ty, _) in subgraph.composite_types() {
            for key in subgraph.on_type(FederationDirective::Key, ty) {
                let set = text_argument(key, "fields").and_then(|text| parse_field_set(subgraph, name, text).ok());
                for field in set.iter().flat_map(selected_fields).filter(|field| field.around.is_empty()) {
                    keys.entry(name.clone()).or_default().insert(field.definition.name.clone());
                }
            }
        }
    }
    keys
}

/// Removes `@external` from interface fields, and from the key fields of an `extend type` that repeats no key.
fn remove_pointless_external(subgraph: &mut Subgraph, keys: &HashMap<Name, HashSet<Name>>) {
    let external = subgraph.links.local_name(FederationDirective::External).to_owned();
    let mut pointless = Vec::new();
    for (name, ty, fields) in subgraph.composite_types() {
        let is_keyless_extension = !subgraph.type_has(FederationDirective::Key, ty)
            && (subgraph.type_has(FederationDirective::Extends, ty)
                || fields.values().any(|field| field.origin.extension_id().is_some()));
        for field in fields.keys() {
            let is_key = keys.get(name).is_some_and(|fields| fields.contains(field));
            if ty.is_interface() || (is_keyless_extension && is_key) {
                pointless.push(FieldCoordinate { ty: name.clone(), field: field.clone() });
            }
        }
    }
    strip(subgraph, &pointless, &external);
}

/// Removes `@provides` and `@requires` that select nothing external.
fn remove_pointless_field_sets(subgraph: &mut Subgraph) {
    for directive in [FederationDirective::Provides, FederationDirective::Requires] {
        let mut pointless = Vec::new();
        for (name, _, fields) in subgraph.composite_types() {
            for field in fields.values() {
                let Some(applied) = subgraph.on_field(directive, field) else { continue };
                let parent =
                    if directive == FederationDirective::Provides { field.ty.inner_named_type() } else { name };
                let set =
                    text_argument(applied, "fields").and_then(|text| parse_field_set(subgraph, parent, text).ok());
                let Some(set) = set else { continue };
                let selects_external = selected_fields(&set).iter().any(|selected| {
                    let field = selected.definition.name.clone();
                    subgraph.facts.is_external(&FieldCoordinate { ty: selected.parent.clone(), field })
                });
                if !selects_external {
                    pointless.push(FieldCoordinate { ty: name.clone(), field: field.name.clone() });
                }
            }
        }
        let name = subgraph.links.local_name(directive).to_owned();
        strip(subgraph, &pointless, &name);
    }
}

/// Removes `@key` from interfaces, where it meant nothing.
fn remove_keys_of_interfaces(subgraph: &mut Subgraph) {
    let key = subgraph.links.local_name(FederationDirective::Key).to_owned();
    subgraph.edit(|schema| {
        for ty in schema.types.values_mut() {
            if let ExtendedType::Interface(interface) = ty
                && interface.directives.has(&key)
            {
                interface.make_mut().directives.0.retain(|applied| applied.name != key.as_str());
            }
        }
    });
    subgraph.compute_facts();
}

/// Removes the `@external` fields that nothing refers to, and the types that have no others.
fn remove_unused_external(subgraph: &mut Subgraph, findings: &mut Findings) {
    let mut unused = Vec::new();
    for (name, _, fields) in subgraph.composite_types() {
        for field in fields.keys() {
            let coordinate = FieldCoordinate { ty: name.clone(), field: field.clone() };
            if subgraph.facts.is_external(&coordinate) && !subgraph.facts.is_used(&coordinate) {
                unused.push(coordinate);
            }
        }
    }
    report_emptied(subgraph, &unused, findings);
    subgraph.edit(|schema| {
        for coordinate in &unused {
            for_fields(schema, &coordinate.ty, |fields| {
                fields.shift_remove(&coordinate.field);
            });
        }
        schema.types.retain(|name, ty| {
            let is_emptied = unused.iter().any(|coordinate| coordinate.ty == *name);
            !is_emptied || fields_of(ty).is_none_or(|fields| !fields.is_empty())
        });
    });
    subgraph.compute_facts();
}

/// Refuses types that would be left without a field although something refers to them.
fn report_emptied(subgraph: &Subgraph, unused: &[FieldCoordinate], findings: &mut Findings) {
    for (name, ty, fields) in subgraph.composite_types() {
        let is_unused = |field: &Name| unused.iter().any(|unused| unused.ty == *name && unused.field == *field);
        let is_named = || {
            let mut types = subgraph.types();
            types.any(|(_, ty)| match ty {
                ExtendedType::Union(union_type) => union_type.members.contains(name),
                ty => {
                    fields_of(ty).is_some_and(|fields| fields.values().any(|field| field.ty.inner_named_type() == name))
                }
            })
        };
        if !fields.is_empty() && fields.keys().all(is_unused) && is_named() {
            findings.error(
                ErrorCode::TypeWithOnlyUnusedExternal,
                format!("[{}] \"{name}\" has only @external fields, and nothing uses them", subgraph.name),
                [(subgraph, ty.name().location(), "nothing is left of it".to_owned())],
                "Give it a @key with one of the fields, or fields that this subgraph resolves.",
            );
        }
    }
}

/// Takes a directive from fields.
fn strip(subgraph: &mut Subgraph, coordinates: &[FieldCoordinate], directive: &str) {
    subgraph.edit(|schema| {
        for coordinate in coordinates {
            for_fields(schema, &coordinate.ty, |fields| {
                if let Some(field) = fields.get_mut(&coordinate.field) {
                    field.make_mut().directives.0.retain(|applied| applied.name != directive);
                }
            });
        }
    });
    subgraph.compute_facts();
}

fn for_fields(schema: &mut Schema, ty: &Name, change: impl FnOnce(&mut super::Fields)) {
    match schema.types.get_mut(ty) {
        Some(ExtendedType::Object(object)) => change(&mut object.make_mut().fields),
        Some(ExtendedType::Interface(interface)) => change(&mut interface.make_mut().fields),
        _ => {}
    }
}

/// The fields of a subgraph of Federation 1 that Federation 2 would have marked `@shareable`.
fn shared_with_others(index: usize, subgraphs: &[Subgraph]) -> Vec<FieldCoordinate> {
    let subgraph = &subgraphs[index];
    if subgraph.links.is_federation_2() {
        return Vec::new();
    }
    let others = || subgraphs.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
    let mut shared = Vec::new();
    for (name, ty, fields) in subgraph.composite_types().filter(|(_, ty, _)| ty.is_object()) {
        let is_value_type = !Subgraph::is_root(name) && !subgraph.type_has(FederationDirective::Key, ty);
        for field in fields.keys() {
            let coordinate = FieldCoordinate { ty: name.clone(), field: field.clone() };
            let resolves =
                |other: &Subgraph| other.field(name, field).is_some() && !other.facts.is_fully_external(&coordinate);
            let declares = |other: &Subgraph| other.schema.types.contains_key(name);
            if others().any(|other| if is_value_type { declares(other) } else { resolves(other) }) {
                shared.push(coordinate);
            }
        }
    }
    shared
}
