//! Merges enums by where they are used: clients may receive any subgraph's values, but send only those that every
//! subgraph knows.

use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{Component, EnumType, EnumValueDefinition, ExtendedType};
use apollo_compiler::{Name, Node};

use super::carried::CarriedKind;
use super::presence::At;
use super::{Declared, Merge, join};
use crate::links::FederationDirective;
use crate::subgraph::fields_of;
use crate::{ErrorCode, HintCode};

/// Where the supergraph uses an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usage {
    Nowhere,
    Output,
    Input,
    Both,
}

impl Merge<'_> {
    pub(super) fn merge_enum(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) -> Option<ExtendedType> {
        let enums: Vec<Declared<'_, EnumType>> =
            declared.iter().filter_map(|(index, ty)| Some((*index, ty.as_enum()?))).collect();
        let usage = self.usage(name);
        if usage == Usage::Nowhere {
            self.findings.hint(
                HintCode::UnusedEnumType,
                format!("the enum \"{name}\" is used nowhere; all values of all subgraphs are kept"),
                enums.iter().map(|(index, ty)| (&self.subgraphs[*index], ty.name.location(), "not used".to_owned())),
            );
        }
        let names: IndexSet<Name> = enums.iter().flat_map(|(_, ty)| ty.values.keys().cloned()).collect();
        let mut values = IndexMap::default();
        for value in names {
            if let Some(merged) = self.merge_value(name, &value, &enums, usage) {
                values.insert(value, Component::new(merged));
            }
        }
        let mut directives = self.merge_type_directives(name, declared);
        if values.is_empty() {
            self.findings.error(
                ErrorCode::EmptyMergedEnumType,
                format!("no value of the input enum \"{name}\" is in all subgraphs"),
                enums.iter().map(|(index, ty)| (&self.subgraphs[*index], ty.name.location(), "its values".to_owned())),
                "Give the subgraphs at least one value in common.",
            );
            return None;
        }
        directives.extend(self.join_types(declared));
        Some(ExtendedType::Enum(Node::new(EnumType {
            description: self.merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
            name: name.clone(),
            directives: join::type_directives(directives),
            values,
        })))
    }

    /// One value; none when it is left out.
    fn merge_value(
        &mut self,
        name: &Name,
        value: &Name,
        enums: &[Declared<'_, EnumType>],
        usage: Usage,
    ) -> Option<EnumValueDefinition> {
        let on = format!("{name}.{value}");
        let having: Vec<Declared<'_, EnumValueDefinition>> =
            enums.iter().filter_map(|(index, ty)| Some((*index, &***ty.values.get(value)?))).collect();
        let lacking: Vec<Declared<'_, EnumType>> =
            enums.iter().filter(|(_, ty)| !ty.values.contains_key(value)).copied().collect();
        let applied: Vec<_> = having.iter().map(|(index, value)| (*index, value.directives.iter().collect())).collect();
        let mut directives = self.merge_directives(&on, &applied);
        let inaccessible = self.carried_name(&CarriedKind::Federation(FederationDirective::Inaccessible));
        let is_inaccessible = directives.iter().any(|directive| directive.name == inaccessible.as_str());
        if !lacking.is_empty() && !is_inaccessible && matches!(usage, Usage::Input | Usage::Both) {
            let places = having
                .iter()
                .map(|(index, value)| (*index, value.value.location(), "has the value"))
                .chain(lacking.iter().map(|(index, ty)| (*index, ty.name.location(), "lacks the value")))
                .map(|(index, span, label)| (&self.subgraphs[index], span, label.to_owned()));
            let message = format!(
                "the value \"{on}\" is in {} but not in {}",
                self.names(having.iter().map(|(index, _)| *index)),
                self.names(lacking.iter().map(|(index, _)| *index))
            );
            if usage == Usage::Both {
                self.findings.error(
                    ErrorCode::EnumValueMismatch,
                    format!("{message}, and the enum is both received and sent by clients"),
                    places,
                    "Give every subgraph the same values, or mark this one @inaccessible until all have it.",
                );
            } else {
                let message = format!("{message}; clients cannot send it");
                self.findings.hint(HintCode::InconsistentEnumValueForInputEnum, message, places);
            }
            return None;
        }
        if !lacking.is_empty() && !is_inaccessible {
            let having: Vec<At> = having.iter().map(|(index, value)| (*index, value.value.location())).collect();
            let lacking: Vec<At> = lacking.iter().map(|(index, ty)| (*index, ty.name.location())).collect();
            let what = format!("the value \"{on}\"");
            self.hint_presence(HintCode::InconsistentEnumValueForOutputEnum, &what, &having, &lacking);
        }
        for (index, _) in &having {
            directives.push(join::apply("join__enumValue", vec![("graph", self.graph(*index))]));
        }
        Some(EnumValueDefinition {
            description: self
                .merge_description(&on, having.iter().map(|(index, value)| (*index, value.description.as_ref()))),
            value: value.clone(),
            directives: join::member_directives(directives),
        })
    }

    fn usage(&self, name: &Name) -> Usage {
        let (mut output, mut input) = (false, false);
        for ty in self.types.values() {
            for field in fields_of(ty).into_iter().flat_map(|fields| fields.values()) {
                output |= field.ty.inner_named_type() == name;
                input |= field.arguments.iter().any(|argument| argument.ty.inner_named_type() == name);
            }
            if let ExtendedType::InputObject(object) = ty {
                input |= object.fields.values().any(|field| field.ty.inner_named_type() == name);
            }
        }
        match (output, input) {
            (false, false) => Usage::Nowhere,
            (true, false) => Usage::Output,
            (false, true) => Usage::Input,
            (true, true) => Usage::Both,
        }
    }
}
