//! What each type is in each subgraph.

use apollo_compiler::Name;
use apollo_compiler::schema::{DirectiveList, ExtendedType};

use super::join::{flag, text};
use super::{Model, Source};
use crate::{FieldSet, Key, SubgraphId, SupergraphDiagnostic, TypeId, TypeInSubgraph, TypeKind, TypeSet};

/// Fills keys, interfaces, members and values of every type.
pub(super) fn fill(model: &mut Model, source: &Source<'_>, diagnostics: &mut Vec<SupergraphDiagnostic>) {
    for id in (0..model.types.len()).map(TypeId) {
        let name = model.types[id.0].name.clone();
        let ty = &source.schema.types[&name];
        let mut in_subgraphs = presence(model, source, &name, ty.directives(), diagnostics);
        fill_interfaces(model, source, ty, &mut in_subgraphs, diagnostics);
        fill_enum_values(source, ty, &mut in_subgraphs, diagnostics);
        model.types[id.0].interfaces =
            interface_names(ty).filter_map(|name| model.types_by_name.get(name).copied()).collect();
        model.types[id.0].in_subgraphs = in_subgraphs;
    }
    fill_possible_types(model, source, diagnostics);
}

/// In which subgraphs the type is, with its keys.
fn presence(
    model: &Model,
    source: &Source<'_>,
    name: &Name,
    directives: &DirectiveList,
    diagnostics: &mut Vec<SupergraphDiagnostic>,
) -> Vec<Option<TypeInSubgraph>> {
    let mut in_subgraphs: Vec<Option<TypeInSubgraph>> = vec![None; model.subgraphs.len()];
    let mut is_stated = false;
    for directive in directives.get_all(&source.join.ty).chain(directives.get_all(&source.join.owner)) {
        is_stated = true;
        let subgraph = match source.graph(directive) {
            Ok(Some(subgraph)) => subgraph,
            Ok(None) => continue,
            Err(fault) => {
                diagnostics.push(fault);
                continue;
            }
        };
        let entry = in_subgraphs[subgraph.0].get_or_insert_default();
        entry.is_interface_object |= flag(directive, "isInterfaceObject").unwrap_or(false);
        let Some(key) = text(directive, "key") else { continue };
        match FieldSet::parse(key, name, source.schema, model) {
            Ok(fields) => entry.keys.push(Key { fields, resolvable: flag(directive, "resolvable").unwrap_or(true) }),
            Err(message) => {
                let message = format!("the key \"{key}\" of {name} cannot be used: {message}");
                diagnostics.push(source.fault(directive.location(), message));
            }
        }
    }
    if !is_stated {
        // join v0.1 marks only entities; every other type is a value type that any subgraph may use.
        in_subgraphs.fill(Some(TypeInSubgraph::default()));
    }
    in_subgraphs
}

fn interface_names(ty: &ExtendedType) -> impl Iterator<Item = &Name> {
    let interfaces = match ty {
        ExtendedType::Object(object) => Some(&object.implements_interfaces),
        ExtendedType::Interface(interface) => Some(&interface.implements_interfaces),
        _ => None,
    };
    interfaces.into_iter().flatten().map(|interface| &interface.name)
}

fn fill_interfaces(
    model: &Model,
    source: &Source<'_>,
    ty: &ExtendedType,
    in_subgraphs: &mut [Option<TypeInSubgraph>],
    diagnostics: &mut Vec<SupergraphDiagnostic>,
) {
    let mut is_stated = false;
    for directive in ty.directives().get_all(&source.join.implements) {
        is_stated = true;
        let interface = text(directive, "interface").and_then(|name| model.types_by_name.get(name));
        match (source.graph(directive), interface) {
            (Ok(Some(subgraph)), Some(interface)) => {
                in_subgraphs[subgraph.0].get_or_insert_default().interfaces.push(*interface);
            }
            (Err(fault), _) => diagnostics.push(fault),
            _ => diagnostics.push(source.fault(
                directive.location(),
                format!("@{} needs a graph and the name of an interface that exists", source.join.implements),
            )),
        }
    }
    if !is_stated {
        let interfaces: Vec<_> =
            interface_names(ty).filter_map(|name| model.types_by_name.get(name).copied()).collect();
        in_subgraphs.iter_mut().flatten().for_each(|entry| entry.interfaces.clone_from(&interfaces));
    }
}

fn fill_enum_values(
    source: &Source<'_>,
    ty: &ExtendedType,
    in_subgraphs: &mut [Option<TypeInSubgraph>],
    diagnostics: &mut Vec<SupergraphDiagnostic>,
) {
    let ExtendedType::Enum(enumeration) = ty else { return };
    for value in enumeration.values.values() {
        let mut is_stated = false;
        for directive in value.directives.get_all(&source.join.enum_value) {
            is_stated = true;
            match source.graph(directive) {
                Ok(Some(subgraph)) => {
                    in_subgraphs[subgraph.0].get_or_insert_default().enum_values.push(value.value.clone());
                }
                Ok(None) => {}
                Err(fault) => diagnostics.push(fault),
            }
        }
        if !is_stated {
            in_subgraphs.iter_mut().flatten().for_each(|entry| entry.enum_values.push(value.value.clone()));
        }
    }
}

/// Which objects stand behind each composite type, over all and in each subgraph.
fn fill_possible_types(model: &mut Model, source: &Source<'_>, diagnostics: &mut Vec<SupergraphDiagnostic>) {
    for id in (0..model.types.len()).map(TypeId) {
        if model.types[id.0].kind == TypeKind::Object {
            let interfaces = model.types[id.0].interfaces.clone();
            interfaces.iter().for_each(|interface| model.types[interface.0].possible_types.insert(id));
            model.types[id.0].possible_types.insert(id);
        } else if let Some(union_type) = source.schema.get_union(&model.types[id.0].name) {
            let members = union_type.members.iter().filter_map(|member| model.types_by_name.get(&member.name).copied());
            model.types[id.0].possible_types = members.collect();
        }
    }
    for subgraph in (0..model.subgraphs.len()).map(SubgraphId) {
        for id in (0..model.types.len()).map(TypeId) {
            let possible = possible_in(model, source, id, subgraph, diagnostics);
            if let Some(entry) = model.types[id.0].in_subgraphs[subgraph.0].as_mut() {
                entry.possible_types = possible;
            }
        }
    }
}

fn possible_in(
    model: &Model,
    source: &Source<'_>,
    id: TypeId,
    subgraph: SubgraphId,
    diagnostics: &mut Vec<SupergraphDiagnostic>,
) -> TypeSet {
    let ty = &model.types[id.0];
    let Some(entry) = ty.in_subgraph(subgraph) else { return TypeSet::new() };
    match ty.kind {
        TypeKind::Object => TypeSet::of(id),
        TypeKind::Interface if entry.is_interface_object => ty.possible_types.clone(),
        TypeKind::Interface => ty
            .possible_types
            .iter()
            .filter(|object| {
                let object = model.types[object.0].in_subgraph(subgraph);
                object.is_some_and(|object| object.interfaces.contains(&id))
            })
            .collect(),
        TypeKind::Union => union_members(model, source, id, subgraph, diagnostics),
        _ => TypeSet::new(),
    }
}

fn union_members(
    model: &Model,
    source: &Source<'_>,
    id: TypeId,
    subgraph: SubgraphId,
    diagnostics: &mut Vec<SupergraphDiagnostic>,
) -> TypeSet {
    let ty = &model.types[id.0];
    let directives = source.schema.types[&ty.name].directives();
    if !directives.has(&source.join.union_member) {
        let is_there = |member: &TypeId| model.types[member.0].in_subgraph(subgraph).is_some();
        return ty.possible_types.iter().filter(is_there).collect();
    }
    let mut members = TypeSet::new();
    for directive in directives.get_all(&source.join.union_member) {
        match (source.graph(directive), text(directive, "member").and_then(|name| model.types_by_name.get(name))) {
            (Ok(Some(graph)), Some(member)) if graph == subgraph => members.insert(*member),
            (Ok(_), Some(_)) => {}
            // Reported once, with the first subgraph.
            (Err(fault), _) if subgraph.0 == 0 => diagnostics.push(fault),
            (Ok(_), None) if subgraph.0 == 0 => {
                diagnostics.push(
                    source.fault(directive.location(), "the union has no such member; compose the supergraph again"),
                );
            }
            _ => {}
        }
    }
    members
}
