//! Composers of others, as oracles: the same public schema as ours, or both refuse.
//!
//! Where another composer refuses a graph of ours because of a query that it calls unanswerable, the query decides: it is
//! planned and executed, and the answer has to be that of one server that owns the whole graph. A composer that is alone
//! against ours and the third is reported and no failure.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use router_composition::{ErrorCode, SubgraphSource};
use router_schema::Supergraph;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ask, graphs, packages};
use crate::federated::{SubgraphFile, World, audit_subgraphs, executor};
use crate::generated::{answer, comparable, subgraphs_of_seed};

/// A graph, and what ours makes of it.
struct Compared {
    name: String,
    files: Vec<SubgraphFile>,
    composed: Result<String, Vec<ErrorCode>>,
}

#[derive(Deserialize)]
struct Verdict {
    apollo: Opinion,
    guild: Opinion,
    /// Why the loader that other routers use does not read our supergraph as we do.
    load: Option<String>,
}

/// What another composer makes of a graph.
#[derive(Deserialize)]
struct Opinion {
    supergraph: Option<String>,
    errors: Vec<Refusal>,
    /// The first line in which its public schema is not ours.
    difference: Option<Value>,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

/// Issue "The federation engine": two independent composers agree with ours on the audit's subgraphs and on generated
/// ones.
#[tokio::test]
async fn other_composers_agree() {
    let Some(packages) = packages() else { return };
    let generated = (1..=graphs()).map(|seed| (format!("seed {seed}"), subgraphs_of_seed(seed)));
    let graphs: Vec<Compared> = audit_subgraphs().into_iter().chain(generated).map(Compared::new).collect();
    let questions: Vec<_> = graphs.iter().map(Compared::question).collect();
    let verdicts: Vec<Verdict> = ask("compose.mjs", &packages, &questions);
    let (mut disagreements, mut alone, mut answered) = (Vec::new(), Vec::new(), 0);
    for (graph, verdict) in graphs.iter().zip(&verdicts) {
        let apollo = graph.disagreement(&verdict.apollo, &mut answered).await;
        let guild = graph.disagreement(&verdict.guild, &mut answered).await;
        disagreements.extend(verdict.load.as_ref().map(|why| format!("{}: our supergraph: {why}", graph.name)));
        match (apollo, guild) {
            (None, None) => {}
            (Some(apollo), None) => disagreements.push(format!("{}: apollo {apollo}", graph.name)),
            (Some(apollo), Some(guild)) => {
                disagreements.push(format!("{}: apollo {apollo}; guild {guild}", graph.name));
            }
            (None, Some(guild)) => alone.push(format!("{}: guild {guild}", graph.name)),
        }
    }
    let refused = graphs.iter().filter(|graph| graph.composed.is_err()).count();
    println!(
        "{} graphs, of which we refuse {refused}; {answered} queries called unanswerable are answered",
        graphs.len()
    );
    println!("one composer alone against the others:\n{}", alone.join("\n"));
    assert!(disagreements.is_empty(), "{} disagreements:\n{}", disagreements.len(), disagreements.join("\n"));
}

impl Compared {
    fn new((name, files): (String, Vec<SubgraphFile>)) -> Self {
        let sources: Vec<SubgraphSource> = files
            .iter()
            .map(|file| SubgraphSource {
                name: file.name.clone(),
                url: String::new(),
                sdl: file.sdl.clone(),
                file_name: file.name.clone(),
            })
            .collect();
        let composed = router_composition::compose(&sources)
            .map(|composition| composition.supergraph_sdl)
            .map_err(|errors| errors.iter().map(|error| error.code).collect());
        Self { name, files, composed }
    }

    fn question(&self) -> Value {
        let supergraph = self.composed.as_ref().ok();
        let ours = supergraph.map(|supergraph| Supergraph::parse(supergraph).unwrap().api_schema().to_string());
        let subgraphs: Vec<_> = self.files.iter().map(|file| json!({ "name": file.name, "sdl": file.sdl })).collect();
        json!({ "subgraphs": subgraphs, "ours": ours, "supergraph": supergraph })
    }

    /// What an opinion has against ours.
    async fn disagreement(&self, opinion: &Opinion, answered: &mut usize) -> Option<String> {
        match (&opinion.supergraph, &self.composed) {
            (Some(supergraph), Ok(_)) => {
                let loaded =
                    Supergraph::parse(supergraph).map_err(|error| format!("its supergraph does not load: {error}"));
                let difference = opinion.difference.as_ref().map(|difference| format!("differs: {difference}"));
                loaded.err().or(difference)
            }
            (None, Err(_)) => None,
            (Some(_), Err(codes)) => Some(format!("composes what we refuse with {codes:?}")),
            (None, Ok(supergraph)) => {
                for refusal in &opinion.errors {
                    if let Some(why) = self.cannot_be_refuted(refusal, supergraph).await {
                        return Some(format!("refuses what we compose: {} {why}", refusal.code));
                    }
                    *answered += 1;
                }
                None
            }
        }
    }

    /// Executes the query that is called unanswerable; says what is wrong when the answer is not that of one server.
    async fn cannot_be_refuted(&self, refusal: &Refusal, supergraph: &str) -> Option<String> {
        let Some(query) = unanswerable(refusal) else { return Some(refusal.message.clone()) };
        let world = Arc::new(World::new(Supergraph::parse(supergraph).unwrap(), &self.files));
        let document = match ExecutableDocument::parse_and_validate(world.supergraph.api_schema(), &query, "q") {
            Ok(document) => document,
            Err(error) => return Some(format!("{query}\n{}", error.errors)),
        };
        let plan = match router_planning::plan(&world.supergraph, &document, None) {
            Ok(plan) => plan,
            Err(error) => return Some(format!("{query}\n{error}")),
        };
        let (got, wanted) = answer(&world, &executor(&world), &document, plan, &json!({})).await;
        (comparable(&got) != comparable(&wanted)).then(|| format!("{query}\n{got}\nis not\n{wanted}"))
    }
}

/// The query that an error says cannot be answered.
fn unanswerable(refusal: &Refusal) -> Option<String> {
    let text = refusal.message.strip_prefix("The following supergraph API ")?;
    let (kind, rest) = text.split_once(":\n")?;
    let (query, _) = rest.split_once("\ncannot be satisfied")?;
    let query: Vec<&str> = query.lines().map(|line| if line.trim() == "..." { "__typename" } else { line }).collect();
    Some(format!("{kind} {}", query.join("\n").trim_start_matches(kind)))
}
