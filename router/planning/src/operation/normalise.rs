//! From a validated operation to interned selected fields.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList, Value};
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::{FieldId, RuleSet, Supergraph, TypeId, TypeSet};

use super::{Arena, Boundary, BoundaryId, EntryId, ListId, Selected, SelectedField};
use crate::plan::Condition;
use crate::{PlanningError, PlanningOptions};

/// Interns the fields of a root selection set; introspection fields and the root's `__typename` are left out, the
/// executor answers them.
///
/// # Errors
/// When the operation is nested too deeply or, written out, too large.
pub(crate) fn normalise(
    supergraph: &Supergraph,
    options: &PlanningOptions,
    document: &ExecutableDocument,
    selections: &SelectionSet,
    root: TypeId,
    arena: &mut Arena,
) -> Result<Vec<EntryId>, PlanningError> {
    let mut normaliser = Normaliser::new(supergraph, options, document, arena, None);
    let list = normaliser.level(root, &[selections], 0)?;
    let entries = normaliser.arena.list(list).to_vec();
    Ok(entries.into_iter().filter(|entry| arena.entry(*entry).field != SelectedField::Typename).collect())
}

/// Shows `visit` every selected field, with the response keys that lead to it and the object types that it is selected
/// for, as the operation was written: whoever asks.
///
/// # Errors
/// As [`normalise`].
pub(crate) fn visit_selections(
    supergraph: &Supergraph,
    options: &PlanningOptions,
    document: &ExecutableDocument,
    selections: &SelectionSet,
    root: TypeId,
    visit: &mut Visitor<'_>,
) -> Result<(), PlanningError> {
    let mut arena = Arena::new();
    let options = &PlanningOptions { unmet_rules: RuleSet::new(), ..options.clone() };
    Normaliser::new(supergraph, options, document, &mut arena, Some(visit)).level(root, &[selections], 0).map(drop)
}

/// Is shown the response keys to an object, and a field selected of it: its response key, what it is, and for which
/// object types.
pub(crate) type Visitor<'v> = dyn FnMut(&[Name], &Name, FieldId, &TypeSet) + 'v;

struct Normaliser<'a> {
    supergraph: &'a Supergraph,
    options: &'a PlanningOptions,
    document: &'a ExecutableDocument,
    arena: &'a mut Arena,
    fields: usize,
    /// The response keys that lead to the level.
    path: Vec<Name>,
    /// What holds whenever the level is reached: the conditions of the fields that lead to it.
    conditions: Vec<Condition>,
    /// The `@defer` that the level is part of.
    around: Option<BoundaryId>,
    visit: Option<&'a mut Visitor<'a>>,
}

/// How many variants of one leaf (by type, by conditions) are compared with one another. Dropping what is repeated only
/// shortens fetches, and comparing takes the square of their number.
const REPEATED_MAX: usize = 64;

/// Fields with equal groups are one field.
#[derive(PartialEq, Eq, Hash)]
struct Group {
    response_key: Name,
    field: SelectedField,
    parent: TypeId,
    possible: TypeSet,
    arguments: Vec<Node<Argument>>,
    conditions: Vec<Condition>,
    deferred: Option<BoundaryId>,
}

/// The type conditions, `@skip`, `@include` and `@defer` around a selection.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Scope {
    parent: TypeId,
    possible: TypeSet,
    conditions: Vec<Condition>,
    deferred: Option<BoundaryId>,
}

#[derive(Default)]
struct Level<'a> {
    groups: IndexMap<Group, Vec<&'a SelectionSet>>,
    visited_fragments: HashSet<(&'a Name, Scope)>,
}

impl<'a> Normaliser<'a> {
    fn new(
        supergraph: &'a Supergraph,
        options: &'a PlanningOptions,
        document: &'a ExecutableDocument,
        arena: &'a mut Arena,
        visit: Option<&'a mut Visitor<'a>>,
    ) -> Self {
        let (path, conditions, around) = (Vec::new(), Vec::new(), None);
        Self { supergraph, options, document, arena, fields: 0, path, conditions, around, visit }
    }

    fn level(&mut self, ty: TypeId, sets: &[&'a SelectionSet], depth: usize) -> Result<ListId, PlanningError> {
        if depth > self.options.depth_max {
            return Err(PlanningError::TooDeep { limit: self.options.depth_max });
        }
        let possible = self.supergraph.type_definition(ty).possible_types.clone();
        let scope = Scope { parent: ty, possible, conditions: Vec::new(), deferred: None };
        let mut level = Level::default();
        for set in sets {
            self.collect(set, &scope, &mut level)?;
        }
        drop_repeated_leaves(&mut level);
        let mut list = Vec::with_capacity(level.groups.len());
        for (group, sets) in level.groups {
            let children = self.children(&group, &sets, depth)?;
            let Group { response_key, field, parent, possible, arguments, conditions, deferred } = group;
            list.push(self.arena.intern(Selected {
                response_key,
                field,
                parent,
                possible,
                arguments,
                conditions,
                children,
                filled: Vec::new(),
                deferred,
            }));
        }
        Ok(self.arena.intern_list(list))
    }

    fn children(&mut self, group: &Group, sets: &[&'a SelectionSet], depth: usize) -> Result<ListId, PlanningError> {
        let SelectedField::Field(field) = group.field else { return Ok(ListId::EMPTY) };
        let named_type = self.supergraph.field(field).named_type;
        if !self.supergraph.type_definition(named_type).kind.is_composite() {
            return Ok(ListId::EMPTY);
        }
        let around = self.around;
        self.around = group.deferred.or(around);
        self.path.push(group.response_key.clone());
        let conditions = self.conditions.len();
        self.conditions.extend(group.conditions.iter().cloned());
        let list = self.level(named_type, sets, depth + 1);
        self.conditions.truncate(conditions);
        self.path.pop();
        self.around = around;
        let list = list?;
        if list != ListId::EMPTY {
            return Ok(list);
        }
        // All that is selected is skipped. The object must be fetched all the same, to be told from null.
        let nothing = self.arena.intern(Selected::nothing(named_type));
        Ok(self.arena.intern_list(vec![nothing]))
    }

    fn collect(&mut self, set: &'a SelectionSet, scope: &Scope, level: &mut Level<'a>) -> Result<(), PlanningError> {
        for selection in &set.selections {
            let Some(scope) = self.with_conditions(scope, selection.directives()) else { continue };
            match selection {
                Selection::Field(field) => self.collect_field(field, scope, level)?,
                Selection::InlineFragment(fragment) => {
                    let scope = self.with_defer(scope, &fragment.directives);
                    let condition = fragment.type_condition.as_ref();
                    if let Some(scope) = self.with_type_condition(scope, condition) {
                        self.collect(&fragment.selection_set, &scope, level)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = spread.fragment_def(self.document) else { continue };
                    let scope = self.with_defer(scope, &spread.directives);
                    let condition = Some(fragment.type_condition());
                    let Some(scope) = self.with_type_condition(scope, condition) else { continue };
                    // A second spread in the same scope selects nothing new; without this, nested fragments double.
                    if level.visited_fragments.insert((&fragment.name, scope.clone())) {
                        self.collect(&fragment.selection_set, &scope, level)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn collect_field(&mut self, field: &'a Field, scope: Scope, level: &mut Level<'a>) -> Result<(), PlanningError> {
        self.fields += 1;
        if self.fields > self.options.fields_max {
            return Err(PlanningError::TooLarge { limit: self.options.fields_max });
        }
        let selected = if field.name == "__typename" {
            SelectedField::Typename
        } else {
            match self.supergraph.field_id(scope.parent, &field.name) {
                Some(id) => SelectedField::Field(id),
                // `__schema` and `__type`; validation knows every other field.
                None => return Ok(()),
            }
        };
        if let (Some(visit), SelectedField::Field(id)) = (&mut self.visit, selected) {
            visit(&self.path, field.response_key(), id, &scope.possible);
        }
        let Some((selected, scope)) = self.visible(selected, scope) else { return Ok(()) };
        let group = Group {
            response_key: field.response_key().clone(),
            field: selected,
            parent: scope.parent,
            possible: scope.possible,
            arguments: field.arguments.clone(),
            conditions: scope.conditions,
            deferred: scope.deferred,
        };
        level.groups.entry(group).or_default().push(&field.selection_set);
        Ok(())
    }

    /// The field for those object types on which the viewer may see it; none when there are none. As with a type
    /// condition, only the runtime type decides, however the client comes to it (FED-19).
    fn visible(&self, selected: SelectedField, scope: Scope) -> Option<(SelectedField, Scope)> {
        let unmet = &self.options.unmet_rules;
        let SelectedField::Field(field) = selected else { return Some((selected, scope)) };
        if unmet.is_empty() {
            return Some((selected, scope));
        }
        let name = &self.supergraph.field(field).name;
        let on = |ty: TypeId| self.supergraph.field_id(ty, name);
        let is_visible =
            |ty: &TypeId| on(*ty).is_some_and(|field| self.supergraph.barring_rules(field, unmet).is_empty());
        let possible: TypeSet = scope.possible.iter().filter(is_visible).collect();
        let first = possible.iter().next()?;
        if possible.len() > 1 || possible == scope.possible {
            return Some((selected, Scope { possible, ..scope }));
        }
        Some((SelectedField::Field(on(first)?), Scope { parent: first, possible, ..scope }))
    }

    fn with_type_condition(&self, scope: Scope, condition: Option<&Name>) -> Option<Scope> {
        let Some(condition) = condition.and_then(|name| self.supergraph.type_id(name)) else { return Some(scope) };
        let possible = scope.possible.intersection(&self.supergraph.type_definition(condition).possible_types);
        let first = possible.iter().next()?;
        // Known to be one object: name fields on it, whatever abstract type the client wrote.
        let parent = if possible.len() == 1 { first } else { condition };
        Some(Scope { parent, possible, ..scope })
    }

    /// Adds `@skip` and `@include`; none when the selection can never apply.
    fn with_conditions(&self, scope: &Scope, directives: &DirectiveList) -> Option<Scope> {
        let mut scope = scope.clone();
        for (name, expected) in [("skip", false), ("include", true)] {
            let Some(value) = directives.get(name).and_then(|directive| directive.specified_argument_by_name("if"))
            else {
                continue;
            };
            match &**value {
                Value::Boolean(value) if *value != expected => return None,
                Value::Variable(variable) => {
                    scope.conditions.push(Condition { variable: variable.clone(), expected });
                }
                _ => {}
            }
        }
        scope.conditions.sort();
        scope.conditions.dedup();
        let contradicts = |condition: &Condition, other: &Condition| {
            condition.variable == other.variable && condition.expected != other.expected
        };
        let is_contradiction = scope.conditions.iter().any(|condition| {
            scope.conditions.iter().chain(&self.conditions).any(|other| contradicts(condition, other))
        });
        // What the way here has asked already need not be asked again.
        scope.conditions.retain(|condition| !self.conditions.contains(condition));
        (!is_contradiction).then_some(scope)
    }

    /// A scope of a part of its own, where the fragment is deferred.
    fn with_defer(&mut self, scope: Scope, directives: &DirectiveList) -> Scope {
        let Some(directive) = directives.get("defer") else { return scope };
        let condition = directive.specified_argument_by_name("if").map(|value| &**value);
        if matches!(condition, Some(Value::Boolean(false))) {
            return scope;
        }
        let label = directive.specified_argument_by_name("label").and_then(|value| value.as_str());
        let boundary = Boundary {
            label: label.map(str::to_owned),
            path: self.path.clone(),
            parent: scope.deferred.or(self.around),
            variable: condition.and_then(|value| value.as_variable()).cloned(),
        };
        Scope { deferred: Some(self.arena.add_boundary(boundary)), ..scope }
    }
}

/// Drops a leaf that is also selected, equally, for more types or under fewer conditions.
fn drop_repeated_leaves(level: &mut Level<'_>) {
    let mut leaves: IndexMap<&Name, Vec<(usize, &Group)>> = IndexMap::new();
    for (index, (group, sets)) in level.groups.iter().enumerate() {
        if sets.iter().all(|set| set.is_empty()) {
            leaves.entry(&group.response_key).or_default().push((index, group));
        }
    }
    let mut repeated = HashSet::new();
    for groups in leaves.values().filter(|groups| groups.len() <= REPEATED_MAX) {
        for (index, narrow) in groups {
            let is_covered = groups.iter().any(|(other, wide)| {
                // Of two that cover each other the first stays.
                index != other && covers(wide, narrow) && (other < index || !covers(narrow, wide))
            });
            if is_covered {
                repeated.insert(*index);
            }
        }
    }
    let mut indexes = 0..;
    level.groups.retain(|_, _| indexes.next().is_some_and(|index| !repeated.contains(&index)));
}

fn covers(wide: &Group, narrow: &Group) -> bool {
    (wide.deferred.is_none() || wide.deferred == narrow.deferred)
        && narrow.possible.is_subset(&wide.possible)
        && wide.conditions.iter().all(|condition| narrow.conditions.contains(condition))
}
