//! Says of something that it is in some subgraphs and not in others.

use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;

use super::{Declared, Merge};
use crate::HintCode;
use crate::links::FederationDirective;
use crate::subgraph::{FieldCoordinate, Subgraph, fields_of};

/// Where something is, or where it is missing: the subgraph's index and the place to show.
pub(super) type At = (usize, Option<SourceSpan>);

impl Merge<'_> {
    /// Gives the hint `code`: `what` is in some subgraphs and not in others.
    pub(super) fn hint_presence(&mut self, code: HintCode, what: &str, having: &[At], lacking: &[At]) {
        let message = format!(
            "{what} is in {} but not in {}",
            self.names(having.iter().map(|(index, _)| *index)),
            self.names(lacking.iter().map(|(index, _)| *index))
        );
        let having = having.iter().map(|at| (at, "is here"));
        let lacking = lacking.iter().map(|at| (at, "is missing here"));
        let places =
            having.chain(lacking).map(|((index, span), label)| (&self.subgraphs[*index], *span, label.to_owned()));
        self.findings.hint(code, message, places);
    }

    /// Notes what differs between the subgraphs of an object or interface: keys, or the fields of one without keys.
    pub(super) fn hint_differences(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) {
        if declared.len() < 2 || Subgraph::is_root(name) {
            return;
        }
        let at = |(index, ty): &Declared<'_, ExtendedType>| -> At { (*index, ty.name().location()) };
        let (with_key, without_key): (Vec<_>, Vec<_>) =
            declared.iter().partition(|(index, ty)| self.subgraphs[*index].type_has(FederationDirective::Key, ty));
        let is_object =
            declared.iter().all(|(index, ty)| ty.is_object() && !self.subgraphs[*index].is_interface_object(ty));
        if with_key.is_empty() {
            self.hint_missing_fields(name, declared, is_object);
        } else if is_object && !without_key.is_empty() {
            let what = format!("a @key of \"{name}\"");
            let (with_key, without_key): (Vec<At>, Vec<At>) =
                (with_key.into_iter().map(at).collect(), without_key.into_iter().map(at).collect());
            self.hint_presence(HintCode::InconsistentEntity, &what, &with_key, &without_key);
        }
    }

    fn hint_missing_fields(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>], is_object: bool) {
        let code = if is_object {
            HintCode::InconsistentObjectValueTypeField
        } else {
            HintCode::InconsistentInterfaceValueTypeField
        };
        // A subgraph that has the type only as a reference is not expected to repeat it.
        let holders: Vec<Declared<'_, ExtendedType>> =
            declared.iter().filter(|(index, ty)| !self.is_reference(*index, name, ty)).copied().collect();
        let mut seen: Vec<&Name> = Vec::new();
        let fields = declared.iter().filter_map(|(_, ty)| fields_of(ty)).flat_map(|fields| fields.keys());
        for field in fields {
            if seen.contains(&field) {
                continue;
            }
            seen.push(field);
            let span = |ty: &ExtendedType| fields_of(ty)?.get(field).map(|field| field.name.location());
            let having: Vec<At> = declared.iter().filter_map(|(index, ty)| Some((*index, span(ty)?))).collect();
            let lacking: Vec<At> = holders
                .iter()
                .filter(|(_, ty)| span(ty).is_none())
                .map(|(index, ty)| (*index, ty.name().location()))
                .collect();
            if !lacking.is_empty() {
                self.hint_presence(code, &format!("the field \"{name}.{field}\""), &having, &lacking);
            }
        }
    }

    /// Whether every field of the type is `@external` in the subgraph, or it stands for an interface there.
    fn is_reference(&self, index: usize, name: &Name, ty: &ExtendedType) -> bool {
        let subgraph = &self.subgraphs[index];
        let is_external =
            |field: &Name| subgraph.facts.is_external(&FieldCoordinate { ty: name.clone(), field: field.clone() });
        subgraph.is_interface_object(ty) || fields_of(ty).is_some_and(|fields| fields.keys().all(is_external))
    }

    /// Refuses a type that is extended somewhere and defined nowhere.
    pub(super) fn check_extension(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) {
        let is_extension = |(index, _): &Declared<'_, ExtendedType>| self.subgraphs[*index].only_extends(name);
        if Subgraph::is_root(name) || !declared.iter().all(is_extension) {
            return;
        }
        let places = declared
            .iter()
            .map(|(index, ty)| (&self.subgraphs[*index], ty.name().location(), "extended here".to_owned()));
        self.findings.error(
            crate::ErrorCode::ExtensionWithNoBase,
            format!("\"{name}\" is extended, but no subgraph defines it"),
            places,
            format!("Define \"{name}\" in the subgraph that owns it, without `extend`."),
        );
    }
}
