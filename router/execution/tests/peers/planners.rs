//! The reference planner, beside ours: ours have fewer fetches, and fewer that must wait for one another. Operation by
//! operation none of the signature operations has more of either, and hardly any of the generated ones.
//!
//! Only plans of it count that can be right: see [`asks_in_vain`].

use std::path::Path;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{Definition, Document, Field, Selection};
use router_composition::SubgraphSource;
use router_planning::plan::{Condition, FetchTarget, QueryPlan};
use router_schema::{FieldSet, FieldSetField, SubgraphId, Supergraph, TypeId};
use serde::Deserialize;
use serde_json::json;

use super::{ask, graphs, packages};
use crate::generated::{compose, generated_operation, random_for_plans, subgraphs_of_seed};

const SIGNATURE_OPERATIONS: &str = "signature operations";

/// Of how many generated operations one may have a larger plan than the reference: of those with chains of requirements,
/// which neither planner searches to the end.
const LARGER_ONE_IN: usize = 200;

/// How many operations each generated graph is asked.
const OPERATIONS_PER_GRAPH: usize = 10;

/// A plan of the reference planner.
#[derive(Deserialize)]
struct ReferencePlan {
    /// For each assignment of two Boolean variables: how many requests, and how many must wait for one another.
    sizes: Vec<(usize, usize)>,
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
fn plans_are_no_larger_than_the_reference_planners() {
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
            if omits_root_fields(&plan, theirs) {
                wrong += 1;
                continue;
            }
            compared += 1;
            let ours: Vec<(usize, usize)> = (0..4).map(|bits| size(&plan, bits)).collect();
            for (ours, theirs) in ours.iter().zip(&theirs.sizes) {
                ours_sum = (ours_sum.0 + ours.0, ours_sum.1 + ours.1);
                theirs_sum = (theirs_sum.0 + theirs.0, theirs_sum.1 + theirs.1);
            }
            if ours.iter().zip(&theirs.sizes).any(|(ours, theirs)| ours.0 > theirs.0 || ours.1 > theirs.1) {
                let shown = plan.display(&corpus.supergraph);
                larger.push(format!("{}: {ours:?} against {:?}\n{operation}\n{shown}", corpus.name, theirs.sizes));
            }
        }
    }
    println!(
        "{compared} operations: fetches {} against {}, waits {} against {}; {wrong} plans of the reference are wrong",
        ours_sum.0, theirs_sum.0, ours_sum.1, theirs_sum.1
    );
    println!("{} plans are larger with some values of the variables:\n{}", larger.len(), larger.join("\n"));
    let signature = larger.iter().find(|one| one.starts_with(SIGNATURE_OPERATIONS));
    assert!(signature.is_none(), "a signature operation has a larger plan");
    assert!(larger.len() * LARGER_ONE_IN <= compared, "{} of {compared} plans are larger", larger.len());
    assert!(ours_sum.0 <= theirs_sum.0 && ours_sum.1 <= theirs_sum.1, "our plans are larger on the whole");
}

/// How many requests a plan is with these values of the variables `a` and `b`, and how many must wait for one another.
fn size(plan: &QueryPlan, bits: usize) -> (usize, usize) {
    let holds = |condition: &Condition| {
        let bit = if condition.variable == "a" { 1 } else { 2 };
        (bits & bit > 0) == condition.expected
    };
    let mut depths: Vec<usize> = Vec::with_capacity(plan.fetches.len());
    let mut count = 0;
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().map(|dependency| depths[dependency.0]).max().unwrap_or_default();
        let is_any = fetch.alternatives.is_empty() || fetch.alternatives.iter().any(|all| all.iter().all(holds));
        let is_made = fetch.conditions.iter().all(holds) && is_any;
        count += usize::from(is_made);
        depths.push(before + usize::from(is_made));
    }
    (count, depths.into_iter().max().unwrap_or_default())
}

/// Whether the reference leaves a root field out of its requests. It does with those of which everything is skipped, though
/// they have to be executed.
fn omits_root_fields(ours: &QueryPlan, theirs: &ReferencePlan) -> bool {
    let keys = |text: &str| -> Vec<String> {
        let document = Document::parse(text, "fetch").unwrap();
        let Some(Definition::OperationDefinition(operation)) = document.definitions.first() else { return Vec::new() };
        root_keys(&operation.selection_set)
    };
    let theirs: Vec<String> = theirs.fetches.iter().flat_map(|fetch| keys(&fetch.operation)).collect();
    let roots = ours.fetches.iter().filter(|fetch| fetch.target == FetchTarget::Root);
    roots.flat_map(|fetch| keys(&fetch.document.text)).any(|key| !theirs.contains(&key))
}

fn root_keys(set: &[Selection]) -> Vec<String> {
    let keys = set.iter().flat_map(|selection| match selection {
        Selection::Field(field) => vec![field.response_name().to_string()],
        Selection::InlineFragment(fragment) => root_keys(&fragment.selection_set),
        Selection::FragmentSpread(_) => Vec::new(),
    });
    keys.collect()
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
    Corpus { name: SIGNATURE_OPERATIONS.to_owned(), supergraph_sdl, supergraph, operations }
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
