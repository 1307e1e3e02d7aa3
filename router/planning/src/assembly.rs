//! From a solution to the plan: every node becomes a draft of a fetch, and drafts that can be one request are merged.

mod contexts;
mod draft;
mod merge;
mod needs;
mod parts;
mod representation;

use std::collections::BTreeSet;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use router_schema::{FieldDefinition, TypeId, TypeSet};

use crate::document::{FieldNode, Selection};
use crate::operation::{BoundaryId, EntryId, ListId, SelectedField};
use crate::plan::{Fetch, FetchId, FetchTarget, PathSegment, QueryPlan};
use crate::solver::{Node, Outcome, Placed, Solver};
use contexts::Contexts;
use draft::{Draft, Site};

/// Builds one plan.
pub(crate) struct Assembly<'s, 'a> {
    solver: &'s Solver<'a>,
    drafts: Vec<Draft>,
    contexts: Contexts,
}

/// Where the walk is.
#[derive(Clone, Copy)]
struct Cursor<'c> {
    /// The draft whose answer holds the position; none at the root.
    draft: Option<usize>,
    /// The type that the draft's document knows the position by.
    ty: TypeId,
    /// The object types that can stand here.
    types: &'c TypeSet,
    /// The position, from the root of the response.
    path: &'c [PathSegment],
    /// The part of the answer that it belongs to.
    part: Option<BoundaryId>,
}

impl<'s, 'a> Assembly<'s, 'a> {
    pub(crate) fn new(solver: &'s Solver<'a>) -> Self {
        Self { solver, drafts: Vec::new(), contexts: Contexts::of(&solver.arena) }
    }

    /// The plan of an operation whose roots are solved; each step waits for the one before.
    pub(crate) fn plan(mut self, operation: &Operation, steps: &[Outcome]) -> QueryPlan {
        let mut previous = Vec::new();
        for step in steps {
            // The root's first node is no fetch; its type is that of its fetches.
            let Some(seat) = step.nodes.iter().find_map(|node| node.seat) else { continue };
            let cursor = Cursor { draft: None, ty: seat.ty, types: &step.types, path: &[], part: None };
            let (_, created) = self.position(step, cursor);
            for draft in &created {
                if self.drafts[*draft].site.is_none() {
                    self.drafts[*draft].depends_on.extend(previous.iter().copied());
                }
            }
            previous = created;
        }
        self.wait_for_contexts();
        parts::assign(&mut self.drafts, self.solver.arena.boundaries());
        let (mut fetches, wanted) = merge::merge(self.drafts, self.solver.supergraph, operation);
        needs::find(&mut fetches, wanted);
        let subscription = operation.is_subscription().then(|| root_fetch(&fetches)).flatten();
        QueryPlan { fetches, deferred: parts::deferred(self.solver.arena.boundaries()), subscription }
    }

    /// Makes drafts of all nodes that start at a position. Gives what the position's own fetch selects there, and the
    /// drafts that were made.
    fn position(&mut self, outcome: &Outcome, cursor: Cursor<'_>) -> (Selection, Vec<usize>) {
        let mut drafts = vec![cursor.draft];
        for node in &outcome.nodes[1..] {
            let seat = node.seat.expect("invariant: only the first node of the root has no seat");
            drafts.push(Some(self.drafts.len()));
            self.drafts.push(Draft::of(seat.subgraph, cursor.path));
        }
        let mut created: Vec<Vec<Vec<usize>>> = Vec::with_capacity(outcome.nodes.len());
        let mut own = Selection::default();
        for (index, node) in outcome.nodes.iter().enumerate() {
            let ty = if index == 0 { cursor.ty } else { node.seat.map_or(cursor.ty, |seat| seat.ty) };
            let at = Cursor { draft: drafts[index], ty, ..cursor };
            let mut selection = Selection::default();
            created.push(node.placed.iter().map(|placed| self.placed(placed, at, &mut selection)).collect());
            if index == 0 {
                own = selection;
            } else {
                let draft = drafts[index].expect("invariant: only the first node may have no draft");
                self.finish_draft(draft, node, selection, ty, cursor);
            }
        }
        for (node, draft) in outcome.nodes.iter().zip(&drafts).skip(1) {
            let depends_on = sources(node).flat_map(|(source, placed)| {
                drafts[source].into_iter().chain(created[source][placed].iter().copied()).collect::<Vec<_>>()
            });
            let depends_on: BTreeSet<usize> = depends_on.collect();
            self.drafts[draft.expect("invariant: only the first node may have no draft")].depends_on = depends_on;
        }
        let mut all: Vec<usize> = drafts[1..].iter().flatten().copied().collect();
        all.extend(created.into_iter().flatten().flatten());
        (own, all)
    }

    fn finish_draft(&mut self, draft: usize, node: &Node, mut selection: Selection, ty: TypeId, cursor: Cursor<'_>) {
        if node.inputs.is_empty() {
            self.drafts[draft].selection = selection;
            return;
        }
        if self.is_type_open(draft, ty) {
            let mut with_type = Selection::default();
            with_type.add(FieldNode::typename());
            with_type.merge(selection);
            selection = with_type;
        }
        let mut entity = Selection::default();
        entity.add_fragment(&self.solver.supergraph.type_definition(ty).name, selection);
        let representation = self.representation(node, ty);
        let context_variables = std::mem::take(&mut self.drafts[draft].context_variables);
        let (path, representations) = (cursor.path.to_vec(), vec![representation]);
        self.drafts[draft].site = Some(Site { path, representations, context_variables });
        self.drafts[draft].selection = entity;
    }

    /// Adds something that a node resolves to its selection. Gives the drafts that were made below.
    fn placed(&mut self, placed: &Placed, cursor: Cursor<'_>, selection: &mut Selection) -> Vec<usize> {
        match placed {
            Placed::Here(outcome) => {
                let (here, created) = self.position(outcome, cursor);
                selection.merge(here);
                created
            }
            Placed::Field { entry, parent, child } => {
                let part = self.solver.arena.entry(*entry).deferred.or(cursor.part);
                let cursor = Cursor { part, ..cursor };
                if self.solver.arena.is_wanted(*entry) {
                    self.note_part(cursor);
                }
                let (field, created) = self.field(*entry, *parent, child.as_deref(), cursor);
                self.contexts.note_placed(cursor.path, *entry, cursor.draft.into_iter().chain(created.iter().copied()));
                if *parent == cursor.ty {
                    selection.add(field);
                } else {
                    let mut fragment = Selection::default();
                    fragment.add(field);
                    selection.add_fragment(&self.solver.supergraph.type_definition(*parent).name, fragment);
                }
                created
            }
        }
    }

    fn field(
        &mut self,
        entry: EntryId,
        parent: TypeId,
        child: Option<&Outcome>,
        cursor: Cursor<'_>,
    ) -> (FieldNode, Vec<usize>) {
        let solver = self.solver;
        let selected = solver.arena.entry(entry);
        let SelectedField::Field(field) = selected.field else {
            let node = FieldNode { response_key: selected.response_key.clone(), ..FieldNode::typename() };
            let conditions = selected.conditions.clone();
            let is_wanted = solver.arena.is_wanted(entry);
            return (FieldNode { conditions, is_internal: false, is_wanted, ..node }, Vec::new());
        };
        let definition = solver.supergraph.field(field);
        let (mut selection, mut created) = (Selection::default(), Vec::new());
        if let Some(child) = child {
            let mut path = cursor.path.to_vec();
            if !cursor.types.is_subset(&selected.possible) {
                path.push(PathSegment::OnTypes(self.type_names(&cursor.types.intersection(&selected.possible))));
            }
            path.push(PathSegment::Key(selected.response_key.clone()));
            let ty = child.nodes[0].seat.map_or(definition.named_type, |seat| seat.ty);
            let below = Cursor { draft: cursor.draft, ty, types: &child.types, path: &path, part: cursor.part };
            (selection, created) = self.position(child, below);
            // What a skipped field leads to must not be fetched, though its objects may be there for another reason.
            for draft in &created {
                self.drafts[*draft].conditions.extend(selected.conditions.iter().cloned());
            }
            let is_abstract = solver.supergraph.type_definition(definition.named_type).kind.is_abstract();
            // An interface object answers with the interface's name, which tells that the type is not known yet.
            if is_abstract || selection.is_empty() {
                selection.add(FieldNode::typename());
            }
        }
        debug_assert!(child.is_some() || selected.children == ListId::EMPTY);
        let mut arguments = selected.arguments.clone();
        arguments.extend(self.filled_arguments(entry, parent, cursor));
        let node = FieldNode {
            response_key: selected.response_key.clone(),
            name: definition.name.clone(),
            arguments,
            conditions: selected.conditions.clone(),
            is_internal: false,
            is_wanted: solver.arena.is_wanted(entry),
            ty: self.type_in_document(cursor, parent, definition),
            selection,
        };
        (node, created)
    }

    fn type_in_document(&self, cursor: Cursor<'_>, parent: TypeId, definition: &FieldDefinition) -> Type {
        let here = cursor.draft.and_then(|draft| {
            let field = self.solver.supergraph.field_id(parent, &definition.name)?;
            self.solver.supergraph.field_in_subgraph(field, self.drafts[draft].subgraph)
        });
        here.map_or_else(|| definition.ty.clone(), |field| field.ty.clone())
    }

    fn is_interface_object(&self, draft: usize, ty: TypeId) -> bool {
        let here = self.solver.supergraph.type_in_subgraph(ty, self.drafts[draft].subgraph);
        here.is_some_and(|here| here.is_interface_object)
    }

    /// Whether the fetch itself learns the runtime type only from its answer.
    fn is_type_open(&self, draft: usize, ty: TypeId) -> bool {
        self.solver.supergraph.type_definition(ty).kind.is_abstract() && !self.is_interface_object(draft, ty)
    }

    fn type_names(&self, types: &TypeSet) -> Vec<apollo_compiler::Name> {
        types.iter().map(|ty| self.solver.supergraph.type_definition(ty).name.clone()).collect()
    }
}

/// The fetch that begins everything.
fn root_fetch(fetches: &[Fetch]) -> Option<FetchId> {
    fetches.iter().position(|fetch| fetch.target == FetchTarget::Root).map(FetchId)
}

fn sources(node: &Node) -> impl Iterator<Item = (usize, usize)> + '_ {
    node.inputs.iter().flat_map(|input| input.sources.iter().copied())
}
