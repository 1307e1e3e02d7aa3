//! The reference planner, beside ours: no plan of ours has more fetches, or more that must wait for one another.
//!
//! Only plans of it count that can be right: see [`asks_in_vain`].

use std::path::Path;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{Definition, Document, Field, Selection};
use router_composition::SubgraphSource;
use router_planning::plan::QueryPlan;
use router_schema::{FieldSet, FieldSetField, SubgraphId, Supergraph, TypeId};
use serde::Deserialize;
use serde_json::json;

use super::{ask, graphs, packages};
use crate::generated::{compose, generated_operation, random_for_plans, subgraphs_of_seed};

/// How many operations each generated graph is asked.
const OPERATIONS_PER_GRAPH: usize = 10;

/// A plan of the reference planner.
#[derive(Deserialize)]
struct ReferencePlan {
    count: usize,
    depth: usize,
    fetches: Vec<ReferenceFetch>,
}

#[derive(Deserialize)]
struct ReferenceFetch {
    subgraph: String,
    operation: String,
    /// The names of the fields of its representations.
    sends: Vec<String>,
}

/// A graph and operations on it.
struct Corpus {
    name: String,
    supergraph_sdl: String,
    supergraph: Supergraph,
    operations: Vec<String>,
}

/// Issue "The federation engine": never deeper and never more fetches than the best public planner.
#[test]
fn no_plan_is_larger_than_the_reference_planners() {
    let Some(packages) = packages() else { return };
    let mut corpora = vec![signature_operations()];
    corpora.extend((1..=graphs()).filter_map(generated));
    let questions: Vec<_> = corpora
        .iter()
        .map(|corpus| json!({ "supergraph": corpus.supergraph_sdl, "operations": corpus.operations }))
        .collect();
    let reference: Vec<Vec<Option<ReferencePlan>>> = ask("plan.mjs", &packages, &questions);
    let (mut ours_sum, mut theirs_sum, mut compared, mut wrong) = ((0, 0), (0, 0), 0, 0);
    let mut larger = Vec::new();
    for (corpus, plans) in corpora.iter().zip(&reference) {
        for (operation, theirs) in corpus.operations.iter().zip(plans) {
            let document =
                ExecutableDocument::parse_and_validate(corpus.supergraph.api_schema(), operation, "q").unwrap();
            let plan = router_planning::plan(&corpus.supergraph, &document, None).unwrap();
            let Some(theirs) = theirs else { continue };
            if theirs.fetches.iter().any(|fetch| asks_in_vain(&corpus.supergraph, fetch)) {
                wrong += 1;
                continue;
            }
            let (count, depth) = size(&plan);
            ours_sum = (ours_sum.0 + count, ours_sum.1 + depth);
            theirs_sum = (theirs_sum.0 + theirs.count, theirs_sum.1 + theirs.depth);
            compared += 1;
            if count > theirs.count || depth > theirs.depth {
                let (theirs, shown) = ((theirs.count, theirs.depth), plan.display(&corpus.supergraph));
                larger.push(format!("{}: {:?} against {theirs:?}\n{operation}\n{shown}", corpus.name, (count, depth)));
            }
        }
    }
    println!(
        "{compared} operations: fetches {} against {}, waits {} against {}; {wrong} plans of the reference ask a subgraph \
         for what it cannot give",
        ours_sum.0, theirs_sum.0, ours_sum.1, theirs_sum.1
    );
    assert!(larger.is_empty(), "{} plans are larger:\n{}", larger.len(), larger.join("\n"));
}

/// How many requests a plan is, and how many must wait for one another.
fn size(plan: &QueryPlan) -> (usize, usize) {
    let mut depths: Vec<usize> = Vec::with_capacity(plan.fetches.len());
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().map(|dependency| depths[dependency.0]).max();
        depths.push(before.unwrap_or_default() + 1);
    }
    (depths.len(), depths.into_iter().max().unwrap_or_default())
}

/// Whether a fetch selects a field that its subgraph does not resolve there: an external one that nothing provides, or one
/// that requires what is not sent along. The planner makes such plans for requirements of requirements.
fn asks_in_vain(supergraph: &Supergraph, fetch: &ReferenceFetch) -> bool {
    let subgraph = supergraph.subgraph_by_name(&fetch.subgraph).unwrap().id;
    let document = Document::parse(fetch.operation.as_str(), "fetch").unwrap();
    let root = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let Some(operation) = root else { return false };
    let Some(ty) = supergraph.root_type(operation.operation_type) else { return false };
    let walk = Walk { supergraph, subgraph, sends: &fetch.sends };
    walk.asks_in_vain(ty, &operation.selection_set, false, &[])
}

struct Walk<'a> {
    supergraph: &'a Supergraph,
    subgraph: SubgraphId,
    sends: &'a [String],
}

impl Walk<'_> {
    /// `is_entity`: the selections are those of the representations' objects; `provided`: what `@provides` promises.
    fn asks_in_vain(&self, ty: TypeId, set: &[Selection], is_entity: bool, provided: &[FieldSetField]) -> bool {
        set.iter().any(|selection| match selection {
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().and_then(|name| self.supergraph.type_id(name));
                self.asks_in_vain(on.unwrap_or(ty), &fragment.selection_set, is_entity, provided)
            }
            Selection::Field(field) if field.name == "_entities" => {
                self.asks_in_vain(ty, &field.selection_set, true, provided)
            }
            Selection::Field(field) => self.field_asks_in_vain(ty, field, is_entity, provided),
            Selection::FragmentSpread(_) => false,
        })
    }

    fn field_asks_in_vain(&self, ty: TypeId, field: &Field, is_entity: bool, provided: &[FieldSetField]) -> bool {
        let here = self.supergraph.field_id(ty, &field.name);
        let here = here.and_then(|id| self.supergraph.field_in_subgraph(id, self.subgraph));
        let Some(here) = here else { return false };
        let promised: Vec<_> = provided.iter().filter(|one| one.name == field.name).collect();
        let lacks =
            |set: &FieldSet| set.fields.iter().any(|one| !self.sends.iter().any(|sent| *sent == one.name.as_str()));
        let is_unmet = here.requires.as_ref().is_some_and(|requires| !is_entity || lacks(requires));
        if (here.is_external && promised.is_empty()) || is_unmet {
            return true;
        }
        let mut below: Vec<FieldSetField> = promised.iter().flat_map(|one| one.selections.fields.clone()).collect();
        below.extend(here.provides.iter().flat_map(|provides| provides.fields.clone()));
        self.asks_in_vain(here.named_type, &field.selection_set, false, &below)
    }
}

/// The signature operations (domain section 5.2) on this repository's graph.
fn signature_operations() -> Corpus {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/graph");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let files = |folder: &Path| {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "graphql"));
        files.sort();
        files
    };
    let sources: Vec<SubgraphSource> = files(&folder)
        .iter()
        .map(|file| SubgraphSource {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            url: String::new(),
            sdl: read(file),
            file_name: file.display().to_string(),
        })
        .collect();
    let supergraph_sdl = router_composition::compose(&sources).unwrap().supergraph_sdl;
    let operations = files(&folder.join("operations")).iter().map(|file| read(file)).collect();
    let supergraph = Supergraph::parse(&supergraph_sdl).unwrap();
    Corpus { name: "signature operations".to_owned(), supergraph_sdl, supergraph, operations }
}

fn generated(seed: u64) -> Option<Corpus> {
    let supergraph_sdl = compose(&subgraphs_of_seed(seed))?;
    let supergraph = Supergraph::parse(&supergraph_sdl).unwrap();
    let mut random = random_for_plans(seed);
    let operations = (0..OPERATIONS_PER_GRAPH).map(|_| generated_operation(&mut random, supergraph.api_schema()).0);
    let is_valid = |text: &String| ExecutableDocument::parse_and_validate(supergraph.api_schema(), text, "q").is_ok();
    let operations = operations.filter(is_valid).collect();
    Some(Corpus { name: format!("seed {seed}"), supergraph_sdl, supergraph, operations })
}
