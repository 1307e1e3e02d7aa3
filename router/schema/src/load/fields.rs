//! What each field is in each subgraph.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, Type};
use apollo_compiler::schema::FieldDefinition as SchemaField;

use super::join::{flag, text};
use super::{Model, Source, contexts, fields_of};
use crate::type_text::parse_type;
use crate::{FieldId, FieldInSubgraph, FieldSet, Override, SubgraphId, SupergraphDiagnostic};

/// Fills resolvability, `@requires`, `@provides` and overrides of every field.
pub(super) fn fill(model: &mut Model, source: &Source<'_>, diagnostics: &mut Vec<SupergraphDiagnostic>) {
    for index in 0..model.types.len() {
        let name = model.types[index].name.clone();
        for field in fields_of(&source.schema.types[&name]) {
            let id = model.types[index].fields[&field.name];
            match read_field(model, source, id, field) {
                Ok(in_subgraphs) => model.fields[id.0].in_subgraphs = in_subgraphs,
                Err(fault) => diagnostics.push(fault),
            }
        }
    }
}

fn read_field(
    model: &Model,
    source: &Source<'_>,
    id: FieldId,
    field: &SchemaField,
) -> Result<Vec<Option<FieldInSubgraph>>, SupergraphDiagnostic> {
    let parent = &model.types[model.fields[id.0].parent.0];
    let mut in_subgraphs: Vec<Option<FieldInSubgraph>> = vec![None; model.subgraphs.len()];
    let mut applications = field.directives.get_all(&source.join.field).peekable();
    if applications.peek().is_none() {
        // Without an application the field is in every subgraph of its type; in join v0.1 in that of the type's owner.
        let owner = source.schema.types[&parent.name].directives().get(&source.join.owner);
        let owner = owner.map(|directive| source.graph(directive)).transpose()?.flatten();
        for subgraph in (0..model.subgraphs.len()).map(SubgraphId) {
            if owner.map_or(parent.in_subgraph(subgraph).is_some(), |owner| owner == subgraph) {
                in_subgraphs[subgraph.0] = Some(plain(model, id, field.ty.clone()));
            }
        }
        return Ok(in_subgraphs);
    }
    for application in applications {
        // An application without a graph: no subgraph has the field on this type itself; an interface object adds it.
        let Some(subgraph) = source.graph(application)? else { continue };
        in_subgraphs[subgraph.0] = Some(read_application(model, source, id, field, application)?);
    }
    Ok(in_subgraphs)
}

fn plain(model: &Model, id: FieldId, ty: Type) -> FieldInSubgraph {
    let named_type = model.types_by_name.get(ty.inner_named_type()).copied();
    FieldInSubgraph {
        named_type: named_type.unwrap_or(model.fields[id.0].named_type),
        ty,
        is_external: false,
        requires: None,
        provides: None,
        context_arguments: Vec::new(),
        is_overridden: false,
        overrides: None,
        override_label: None,
    }
}

fn read_application(
    model: &Model,
    source: &Source<'_>,
    id: FieldId,
    field: &SchemaField,
    application: &Directive,
) -> Result<FieldInSubgraph, SupergraphDiagnostic> {
    let here = field.name.location();
    let ty = match text(application, "type") {
        Some(text) => parse_type(text).ok_or_else(|| source.fault(here, format!("\"{text}\" is not a type")))?,
        None => field.ty.clone(),
    };
    let parent_name = &model.types[model.fields[id.0].parent.0].name;
    let parse = |argument: &str, on: &Name| {
        let Some(text) = text(application, argument).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        let parsed = FieldSet::parse(text, on, source.schema, model);
        parsed
            .map(Some)
            .map_err(|message| source.fault(here, format!("@{argument}(fields: \"{text}\") cannot be used: {message}")))
    };
    let provides_on = ty.inner_named_type().clone();
    Ok(FieldInSubgraph {
        requires: parse("requires", parent_name)?,
        provides: parse("provides", &provides_on)?,
        context_arguments: contexts::read(model, source, application, field)?,
        is_external: flag(application, "external").unwrap_or(false),
        is_overridden: flag(application, "usedOverridden").unwrap_or(false),
        overrides: text(application, "override").map(|from| Override { from: from.to_owned() }),
        override_label: text(application, "overrideLabel").map(str::to_owned),
        ..plain(model, id, ty)
    })
}
