//! Decides which subgraph resolves which selected field, position by position.
//!
//! - `outcome`: what a solved position is;
//! - `position`: the beam search over the fields of one position;
//! - `assign`: the alternatives for one field; `enter`: those for opening a node in another subgraph;
//! - `placement`: whether a node can resolve a field by itself;
//! - `abstract_position`: positions whose runtime type is not known, split by type where they must be;
//! - `common_types`: what an abstract position can hold that several subgraphs may be asked for;
//! - `contexts`: arguments that objects further up the query fill;
//! - `deferred`: fetches of their own for what may come later;
//! - `reachability`: which subgraphs can be entered at all, so that hopeless searches end before they begin;
//! - `shared_roots`: root fields that are asked of several subgraphs at once;
//! - `internal`: the fields that the planner itself selects, for keys and requirements.

mod abstract_position;
mod assign;
mod common_types;
mod contexts;
mod deferred;
mod enter;
mod internal;
mod outcome;
mod placement;
mod position;
mod reachability;
mod shared_roots;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexSet;
use router_schema::{FieldInSubgraph, FieldSetField, SubgraphId, Supergraph, TypeId};

use crate::operation::{Arena, EntryId, ListId};
use crate::{PlanningError, PlanningOptions};
use internal::InternalNames;
pub(crate) use outcome::{Node, Outcome, Placed};
use outcome::{Place, ProvidedId, Seat};
use position::Position;
use reachability::Reachability;

/// How many placed fields of a partial solution are copied in about the time that another step of the search takes.
const COPIED_FIELDS_PER_STEP: usize = 256;

/// One planning run.
pub(crate) struct Solver<'a> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) options: &'a PlanningOptions,
    pub(crate) arena: Arena,
    names: InternalNames,
    steps: usize,
    solved: HashMap<(Place, ListId), Rc<Outcome>>,
    in_progress: HashSet<(Place, ListId)>,
    /// How often a position was met again while it was being solved; what was decided meanwhile is not remembered.
    cycles: usize,
    provided: IndexSet<Vec<FieldSetField>>,
    reachability: Reachability,
}

impl<'a> Solver<'a> {
    pub(crate) fn new(supergraph: &'a Supergraph, options: &'a PlanningOptions, arena: Arena) -> Self {
        let names = InternalNames::new(supergraph, &arena);
        Self {
            supergraph,
            options,
            arena,
            names,
            steps: 0,
            solved: HashMap::new(),
            in_progress: HashSet::new(),
            cycles: 0,
            provided: IndexSet::from([Vec::new()]),
            reachability: Reachability::default(),
        }
    }

    /// Solves the root of an operation. Each outcome of the list starts when the one before is finished: one for a query
    /// or subscription, one for every run of fields in the same subgraph of a mutation.
    pub(crate) fn solve_root(
        &mut self,
        root: TypeId,
        entries: Vec<EntryId>,
        is_serial: bool,
    ) -> Result<Vec<Outcome>, PlanningError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let entries = self.with_contexts(root, entries, is_serial);
        let entries = self.with_common_types(root, entries)?;
        let runs = if is_serial { self.serial_runs(root, &entries) } else { vec![entries] };
        let mut outcomes = Vec::with_capacity(runs.len());
        for run in runs {
            let position = Position::root(root);
            let mut outcome = self.solve_position(&position, &run)?;
            // The root fields of a mutation have effects: each is asked for once.
            if outcome.cost.depth > 1 && !is_serial {
                match self.solve_split(&position, &run) {
                    Ok(Some(split)) if split.is_better_than(&outcome) => outcome = split,
                    // There is a plan already; a better one was worth no more than the budget.
                    Ok(_) | Err(PlanningError::BudgetExceeded { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            if let Some(missing) = outcome.missing.first() {
                return Err(PlanningError::Unresolvable { path: self.describe(*missing) });
            }
            if outcome.cost.size > self.options.size_max {
                return Err(PlanningError::PlanTooLarge { limit: self.options.size_max });
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Solves a position below a field that `place.subgraph` resolves.
    fn solve(&mut self, place: Place, list: ListId) -> Result<Rc<Outcome>, PlanningError> {
        if let Some(outcome) = self.solved.get(&(place, list)) {
            return Ok(Rc::clone(outcome));
        }
        let entries = self.arena.list(list).to_vec();
        if !self.in_progress.insert((place, list)) {
            self.cycles += 1;
            return Ok(Rc::new(Outcome::unresolved(place, entries)));
        }
        let cycles = self.cycles;
        let outcome = Rc::new(self.solve_entries(place, &entries)?);
        self.in_progress.remove(&(place, list));
        if self.cycles == cycles || self.in_progress.is_empty() {
            self.solved.insert((place, list), Rc::clone(&outcome));
        }
        Ok(outcome)
    }

    fn solve_entries(&mut self, place: Place, entries: &[EntryId]) -> Result<Outcome, PlanningError> {
        let definition = self.supergraph.type_definition(place.ty);
        let is_interface_object = definition.in_subgraph(place.subgraph).is_some_and(|here| here.is_interface_object);
        if definition.kind.is_abstract() && !is_interface_object {
            self.solve_abstract(place, entries)
        } else {
            self.solve_position(&Position::below(self.supergraph, place), entries)
        }
    }

    /// Counts one step of the search.
    fn step(&mut self) -> Result<(), PlanningError> {
        self.steps += 1;
        if self.steps > self.options.steps_max {
            return Err(PlanningError::BudgetExceeded { limit: self.options.steps_max });
        }
        Ok(())
    }

    /// Counts the copy of a partial solution, which takes time with its size.
    fn step_copy(&mut self, placed: usize) -> Result<(), PlanningError> {
        self.steps += placed / COPIED_FIELDS_PER_STEP;
        self.step()
    }

    /// A field as a type has it in a subgraph, if that definition is in force.
    fn field_at(&self, seat: Seat, name: &str) -> Option<&'a FieldInSubgraph> {
        let field = self.supergraph.field_id(seat.ty, name)?;
        let field = self.supergraph.field_in_subgraph(field, seat.subgraph)?;
        let is_in_force = match &field.override_label {
            Some(label) => self.options.override_labels.contains(label) == field.overrides.is_some(),
            None => !field.is_overridden,
        };
        is_in_force.then_some(field)
    }

    /// The name of the field that an entry selects; `__typename` for that one.
    fn field_name(&self, entry: EntryId) -> &'a str {
        match self.arena.entry(entry).field {
            crate::operation::SelectedField::Typename => "__typename",
            crate::operation::SelectedField::Field(field) => &self.supergraph.field(field).name,
        }
    }

    fn provided_id(&mut self, provided: Vec<FieldSetField>) -> ProvidedId {
        ProvidedId(self.provided.insert_full(provided).0)
    }

    fn serial_runs(&self, root: TypeId, entries: &[EntryId]) -> Vec<Vec<EntryId>> {
        let mut runs: Vec<(Vec<SubgraphId>, Vec<EntryId>)> = Vec::new();
        for entry in entries {
            let subgraphs: Vec<_> = self
                .supergraph
                .subgraphs()
                .iter()
                .map(|subgraph| subgraph.id)
                .filter(|subgraph| {
                    self.field_at(Seat { subgraph: *subgraph, ty: root }, self.field_name(*entry)).is_some()
                })
                .collect();
            match runs.last_mut() {
                Some((previous, run)) if *previous == subgraphs && subgraphs.len() == 1 => run.push(*entry),
                _ => runs.push((subgraphs, vec![*entry])),
            }
        }
        runs.into_iter().map(|(_, run)| run).collect()
    }

    fn describe(&self, entry: EntryId) -> String {
        let mut path = Vec::new();
        let mut next = Some(entry);
        while let Some(entry) = next {
            let selected = self.arena.entry(entry);
            path.push(selected.response_key.as_str());
            next = self.arena.list(selected.children).first().copied();
        }
        path.join(".")
    }
}
