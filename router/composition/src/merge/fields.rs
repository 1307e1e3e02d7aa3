//! Merges the fields of objects and interfaces.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, FieldDefinition, Value};
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ExtendedType};

use super::type_references::{DeclaredType, Direction};
use super::{Declared, Merge, join};
use crate::ErrorCode;
use crate::links::FederationDirective;
use crate::subgraph::{FieldCoordinate, Fields, fields_of};

/// A field as one subgraph declares it.
pub(super) struct FieldSource<'s> {
    pub(super) subgraph: usize,
    pub(super) field: &'s FieldDefinition,
    pub(super) is_external: bool,
    /// What another subgraph's `@override` makes of it.
    pub(super) overridden: Overridden,
    /// The label of a progressive `@override`, on both its sides.
    pub(super) override_label: Option<String>,
}

/// What becomes of a field that another subgraph overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overridden {
    /// It is not overridden.
    Not,
    /// It leaves the supergraph.
    Gone,
    /// It stays known, because the subgraph's keys or requirements name it.
    StillUsed,
    /// It stays in force for the part of the traffic that the label leaves to it.
    Partly,
}

impl<'s> Merge<'s> {
    /// The fields of a type over all subgraphs, in the order in which they first appear.
    pub(super) fn merge_fields(
        &mut self,
        ty: &Name,
        declared: &[Declared<'s, ExtendedType>],
        is_object: bool,
    ) -> Fields {
        let having: Vec<(usize, &'s Fields)> =
            declared.iter().filter_map(|(index, ty)| Some((*index, fields_of(ty)?))).collect();
        let names: IndexSet<Name> = having.iter().flat_map(|(_, fields)| fields.keys().cloned()).collect();
        let holders: Vec<usize> = having.iter().map(|(index, _)| *index).collect();
        let mut merged: Fields = IndexMap::default();
        for name in names {
            let mut sources = self.sources(ty, &name, &having);
            self.apply_overrides(ty, &name, &mut sources);
            if is_object {
                self.check_sharing(ty, &name, &sources);
            }
            if let Some(field) = self.merge_field(ty, &name, &sources, &holders) {
                merged.insert(name, Component::new(field));
            }
        }
        merged
    }

    fn sources(&self, ty: &Name, name: &Name, having: &[(usize, &'s Fields)]) -> Vec<FieldSource<'s>> {
        let coordinate = FieldCoordinate { ty: ty.clone(), field: name.clone() };
        let sources = having.iter().filter_map(|(index, fields)| {
            Some(FieldSource {
                subgraph: *index,
                field: fields.get(name)?,
                is_external: self.subgraphs[*index].facts.is_external(&coordinate),
                overridden: Overridden::Not,
                override_label: None,
            })
        });
        sources.collect()
    }

    /// One field; none when no subgraph resolves it, which is reported.
    fn merge_field(
        &mut self,
        ty: &Name,
        name: &Name,
        sources: &[FieldSource<'_>],
        holders: &[usize],
    ) -> Option<FieldDefinition> {
        let on = format!("{ty}.{name}");
        let resolving: Vec<&FieldSource<'_>> =
            sources.iter().filter(|source| !source.is_external && source.overridden != Overridden::Gone).collect();
        if resolving.is_empty() {
            if !self.comes_from_interface_object(ty, name) {
                self.report_missing_base(&on, sources);
            }
            return None;
        }
        let types: Vec<DeclaredType<'_>> = resolving
            .iter()
            .map(|source| DeclaredType {
                subgraph: source.subgraph,
                ty: &source.field.ty,
                span: source.field.name.location(),
            })
            .collect();
        let merged_type = self.merge_types(&on, ErrorCode::FieldTypeMismatch, Direction::Output, &types);
        let fields: Vec<Declared<'_, FieldDefinition>> =
            resolving.iter().map(|source| (source.subgraph, source.field)).collect();
        let arguments = self.merge_arguments(&on, &fields);
        let applied: Vec<_> = fields.iter().map(|(index, field)| (*index, field.directives.iter().collect())).collect();
        let mut directives = self.merge_directives(&on, &applied);
        let mut merged = FieldDefinition {
            description: self
                .merge_description(&on, fields.iter().map(|(index, field)| (*index, field.description.as_ref()))),
            name: name.clone(),
            arguments,
            ty: merged_type.ty,
            directives: apollo_compiler::ast::DirectiveList::default(),
        };
        self.check_external(&on, &merged, merged_type.is_uniform, sources);
        if self.needs_join(sources, holders, merged_type.is_uniform) {
            directives.extend(self.join_fields(sources, merged_type.is_uniform));
        }
        directives.extend(self.cache_tags_of_field(&fields));
        merged.directives = join::member_directives(directives);
        Some(merged)
    }

    fn report_missing_base(&mut self, on: &str, sources: &[FieldSource<'_>]) {
        let places = sources.iter().map(|source| {
            (&self.subgraphs[source.subgraph], source.field.name.location(), "declared @external".to_owned())
        });
        let named = self.names(sources.iter().map(|source| source.subgraph));
        self.findings.error(
            ErrorCode::ExternalMissingOnBase,
            format!("\"{on}\" is @external in {named}, but no subgraph resolves it"),
            places,
            "Declare the field without @external in the subgraph that resolves it.",
        );
    }

    /// Whether `@join__field` says more than that every subgraph that has the type resolves the field.
    fn needs_join(&self, sources: &[FieldSource<'_>], holders: &[usize], is_uniform: bool) -> bool {
        let says_more = |source: &FieldSource<'_>| {
            let has = |directive| self.subgraphs[source.subgraph].on_field(directive, source.field).is_some();
            source.is_external
                || source.overridden != Overridden::Not
                || source.override_label.is_some()
                || has(FederationDirective::Requires)
                || has(FederationDirective::Provides)
                || self.context_arguments(&self.subgraphs[source.subgraph], source.field).is_some()
        };
        !is_uniform || sources.len() < holders.len() || sources.iter().any(says_more)
    }

    fn join_fields(&self, sources: &[FieldSource<'_>], is_uniform: bool) -> Vec<Directive> {
        let mut joins = Vec::new();
        for source in sources.iter().filter(|source| source.overridden != Overridden::Gone) {
            let subgraph = &self.subgraphs[source.subgraph];
            let mut arguments = vec![("graph", self.graph(source.subgraph))];
            for (argument, directive) in
                [("requires", FederationDirective::Requires), ("provides", FederationDirective::Provides)]
            {
                let applied = subgraph.on_field(directive, source.field);
                arguments
                    .extend(applied.and_then(|applied| join::field_set_text(applied)).map(|text| (argument, text)));
            }
            let overriding = subgraph.on_field(FederationDirective::Override, source.field);
            let from = overriding.and_then(|applied| crate::subgraph::text_argument(applied, "from"));
            arguments.extend(from.map(|from| ("override", join::text(from))));
            if !is_uniform {
                arguments.push(("type", join::text(&source.field.ty.to_string())));
            }
            if source.is_external {
                arguments.push(("external", Value::Boolean(true)));
            }
            if source.overridden == Overridden::StillUsed {
                arguments.push(("usedOverridden", Value::Boolean(true)));
            }
            arguments.extend(source.override_label.as_deref().map(|label| ("overrideLabel", join::text(label))));
            let contextual = self.context_arguments(subgraph, source.field);
            arguments.extend(contextual.map(|contextual| ("contextArguments", contextual)));
            joins.push(join::apply("join__field", arguments));
        }
        joins
    }
}
