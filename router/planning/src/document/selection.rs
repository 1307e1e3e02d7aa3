//! What a fetch selects, with equal fields merged.

use std::collections::HashMap;

use apollo_compiler::ast::{Argument, Type, Value};
use apollo_compiler::{Name, Node};

use crate::plan::Condition;

/// A selection set: fields, then fragments by type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) fields: Vec<FieldNode>,
    pub(crate) fragments: Vec<(Name, Selection)>,
}

/// A field of a [`Selection`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldNode {
    pub(crate) response_key: Name,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Node<Argument>>,
    pub(crate) conditions: Vec<Condition>,
    /// Whether only the router needs it, and only for what stands beside it.
    pub(crate) is_internal: bool,
    /// Whether the client asks for it; other fetches may need it all the same.
    pub(crate) is_wanted: bool,
    /// Its type in the subgraph.
    pub(crate) ty: Type,
    pub(crate) selection: Selection,
}

impl FieldNode {
    /// `__typename` under its own name, for the router.
    pub(crate) fn typename() -> Self {
        let name = Name::new_static_unchecked("__typename");
        Self {
            response_key: name.clone(),
            name,
            arguments: Vec::new(),
            conditions: Vec::new(),
            is_internal: true,
            is_wanted: false,
            ty: Type::NonNullNamed(Name::new_static_unchecked("String")),
            selection: Selection::default(),
        }
    }

    fn is_same_field(&self, other: &Self) -> bool {
        self.response_key == other.response_key
            && self.name == other.name
            && self.arguments == other.arguments
            && self.conditions == other.conditions
    }
}

impl Selection {
    /// Adds a field; one that is there takes the other's selections.
    pub(crate) fn add(&mut self, field: FieldNode) {
        match self.fields.iter_mut().find(|known| known.is_same_field(&field)) {
            Some(known) => {
                known.is_internal &= field.is_internal;
                known.is_wanted |= field.is_wanted;
                known.selection.merge(field.selection);
            }
            None => self.fields.push(field),
        }
    }

    /// Adds a selection under a type condition.
    pub(crate) fn add_fragment(&mut self, on: &Name, selection: Selection) {
        match self.fragments.iter_mut().find(|(known, _)| known == on) {
            Some((_, known)) => known.merge(selection),
            None => self.fragments.push((on.clone(), selection)),
        }
    }

    /// What is selected under a type condition.
    pub(crate) fn fragment(&self, on: &Name) -> Option<&Selection> {
        self.fragments.iter().find(|(known, _)| known == on).map(|(_, selection)| selection)
    }

    /// Adds all of another selection on the same object.
    pub(crate) fn merge(&mut self, other: Selection) {
        other.fields.into_iter().for_each(|field| self.add(field));
        other.fragments.into_iter().for_each(|(on, selection)| self.add_fragment(&on, selection));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.fragments.is_empty()
    }

    /// Takes the conditions that every field has off the fields.
    pub(crate) fn take_common_conditions(&mut self) -> Vec<Condition> {
        let mut common: Option<Vec<Condition>> = None;
        self.visit_fields(&mut |field| match &mut common {
            None => common = Some(field.conditions.clone()),
            Some(common) => common.retain(|condition| field.conditions.contains(condition)),
        });
        let common = common.unwrap_or_default();
        self.visit_fields(&mut |field| field.conditions.retain(|condition| !common.contains(condition)));
        common
    }

    /// For each field of the object itself that the client asks for, when it does.
    pub(crate) fn wanted_conditions(&self, into: &mut Vec<Vec<Condition>>) {
        into.extend(self.fields.iter().filter(|field| field.is_wanted).map(|field| field.conditions.clone()));
        self.fragments.iter().for_each(|(_, selection)| selection.wanted_conditions(into));
    }

    /// Puts conditions on every field.
    pub(crate) fn add_conditions(&mut self, conditions: &[Condition]) {
        if conditions.is_empty() {
            return;
        }
        self.visit_fields(&mut |field| {
            field.conditions.extend(conditions.iter().cloned());
            field.conditions.sort();
            field.conditions.dedup();
        });
    }

    /// Visits the fields of the object itself, through fragments, except what only the router needs beside them.
    fn visit_fields(&mut self, visit: &mut impl FnMut(&mut FieldNode)) {
        self.fields.iter_mut().filter(|field| !field.is_internal).for_each(&mut *visit);
        self.fragments.iter_mut().for_each(|(_, selection)| selection.visit_fields(visit));
    }

    /// Whether two selections can stand in one selection set on different objects of it: nowhere one response key for
    /// two fields.
    pub(crate) fn is_compatible(&self, other: &Self) -> bool {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        self.all_fields(&mut left);
        other.all_fields(&mut right);
        left.iter().all(|left| {
            right.iter().filter(|right| left.response_key == right.response_key).all(|right| {
                left.name == right.name
                    && left.arguments == right.arguments
                    && left.selection.is_compatible(&right.selection)
            })
        })
    }

    /// Gives variables other names, where they stand alone as the value of an argument.
    pub(crate) fn rename_variables(&mut self, names: &HashMap<Name, Name>) {
        for field in &mut self.fields {
            for argument in &mut field.arguments {
                if let Some(name) = argument.value.as_variable().and_then(|name| names.get(name)) {
                    argument.make_mut().value = Node::new(Value::Variable(name.clone()));
                }
            }
            field.selection.rename_variables(names);
        }
        self.fragments.iter_mut().for_each(|(_, selection)| selection.rename_variables(names));
    }

    fn all_fields<'s>(&'s self, into: &mut Vec<&'s FieldNode>) {
        into.extend(&self.fields);
        self.fragments.iter().for_each(|(_, selection)| selection.all_fields(into));
    }
}
