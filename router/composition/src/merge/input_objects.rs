//! Merges input objects: the fields that every subgraph accepts.

use apollo_compiler::ast::{Directive, InputValueDefinition};
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node};

use super::arguments::InputKind;
use super::carried::CarriedKind;
use super::{Declared, Merge, join};
use crate::links::FederationDirective;
use crate::{ErrorCode, HintCode};

impl Merge<'_> {
    pub(super) fn merge_input_object(
        &mut self,
        name: &Name,
        declared: &[Declared<'_, ExtendedType>],
    ) -> Option<ExtendedType> {
        let inputs: Vec<Declared<'_, InputObjectType>> =
            declared.iter().filter_map(|(index, ty)| Some((*index, ty.as_input_object()?))).collect();
        let names: IndexSet<Name> = inputs.iter().flat_map(|(_, ty)| ty.fields.keys().cloned()).collect();
        let mut fields = IndexMap::default();
        for field in names {
            if let Some(merged) = self.merge_input_field(name, &field, &inputs) {
                fields.insert(field, Component::new(merged));
            }
        }
        if fields.is_empty() {
            self.findings.error(
                ErrorCode::EmptyMergedInputType,
                format!("no field of the input type \"{name}\" is in all subgraphs"),
                inputs.iter().map(|(index, ty)| (&self.subgraphs[*index], ty.name.location(), "its fields".to_owned())),
                "Give the subgraphs at least one field in common, or rename the type in one of them.",
            );
            return None;
        }
        let mut directives = self.merge_type_directives(name, declared);
        directives.extend(self.join_types(declared));
        Some(ExtendedType::InputObject(Node::new(InputObjectType {
            description: self.merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
            name: name.clone(),
            directives: join::type_directives(directives),
            fields,
        })))
    }

    /// One field; none when it is left out.
    fn merge_input_field(
        &mut self,
        name: &Name,
        field: &Name,
        inputs: &[Declared<'_, InputObjectType>],
    ) -> Option<InputValueDefinition> {
        let on = format!("{name}.{field}");
        let having: Vec<Declared<'_, InputValueDefinition>> =
            inputs.iter().filter_map(|(index, ty)| Some((*index, &***ty.fields.get(field)?))).collect();
        let lacking: Vec<Declared<'_, InputObjectType>> =
            inputs.iter().filter(|(_, ty)| !ty.fields.contains_key(field)).copied().collect();
        let (mut merged, is_uniform) = self.merge_input_value(&on, InputKind::Field, &having);
        let inaccessible = self.carried_name(&CarriedKind::Federation(FederationDirective::Inaccessible));
        if !lacking.is_empty() && !merged.directives.has(&inaccessible) {
            self.report_missing_input_field(&on, &having, &lacking);
            return None;
        }
        if !is_uniform || !lacking.is_empty() {
            let mut directives: Vec<Directive> = merged.directives.iter().map(|node| (**node).clone()).collect();
            for (index, value) in &having {
                let mut arguments = vec![("graph", self.graph(*index))];
                if !is_uniform {
                    arguments.push(("type", join::text(&value.ty.to_string())));
                }
                directives.push(join::apply("join__field", arguments));
            }
            merged.directives = join::member_directives(directives);
        }
        Some(merged)
    }

    fn report_missing_input_field(
        &mut self,
        on: &str,
        having: &[Declared<'_, InputValueDefinition>],
        lacking: &[Declared<'_, InputObjectType>],
    ) {
        let places = having
            .iter()
            .map(|(index, value)| {
                (*index, value.name.location(), if value.is_required() { "required" } else { "declared" })
            })
            .chain(lacking.iter().map(|(index, ty)| (*index, ty.name.location(), "lacks the field")))
            .map(|(index, span, label)| (&self.subgraphs[index], span, label.to_owned()));
        let lacking = self.names(lacking.iter().map(|(index, _)| *index));
        if having.iter().any(|(_, value)| value.is_required()) {
            let requiring = self.names(having.iter().filter(|(_, value)| value.is_required()).map(|(index, _)| *index));
            self.findings.error(
                ErrorCode::RequiredInputFieldMissingInSomeSubgraph,
                format!("the input field \"{on}\" is required in {requiring} but unknown in {lacking}"),
                places,
                "Add the field everywhere, or make it nullable or give it a default where it is required.",
            );
        } else {
            let message = format!("the input field \"{on}\" is unknown in {lacking}; clients cannot send it");
            self.findings.hint(HintCode::InconsistentInputObjectField, message, places);
        }
    }
}
