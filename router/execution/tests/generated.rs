//! Differential testing: random subgraphs, composed; random operations, planned and executed over the split graph; the
//! answer equals that of one server that owns the whole graph.
//!
//! Seeds are tried in order, so that the test command always does the same work. A longer run takes two environment
//! variables: `LYCEUM_DIFFERENTIAL_GRAPHS`, how many graphs are generated, and `LYCEUM_DIFFERENTIAL_SEED`, where to
//! begin. A difference is reported with its seed.

mod operation;
mod protected;
mod random;
mod schema;

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;
use router_composition::SubgraphSource;
use router_execution::{Executor, JsonMap, NoForwarding, PreparedOperation, RequestContext, coerce_variables};
use router_schema::Supergraph;
use serde_json::Value;

pub(crate) use self::operation::operation as generated_operation;
use self::random::Random;
pub(crate) use self::schema::subgraphs as subgraphs_of_seed;
use crate::federated::{SubgraphFile, World, executor, monolith_answer};

/// How many graphs the test command generates: some 5,000 operations.
const GRAPHS: u64 = 240;

/// How many operations each generated graph is asked.
const OPERATIONS_PER_GRAPH: usize = 25;

/// Of how many graphs at least one must compose: otherwise the generator tests nothing but composition.
const GRAPHS_PER_COMPOSED_MAX: u64 = 3;

/// Issue "The federation engine": the federated answer equals the monolithic one, value for value; plans are the same
/// every time; what composes can be planned.
#[test]
fn generated_operations_on_generated_graphs_are_answered_as_by_one_server() {
    let first = number("LYCEUM_DIFFERENTIAL_SEED").unwrap_or(1);
    let graphs = number("LYCEUM_DIFFERENTIAL_GRAPHS").unwrap_or(GRAPHS);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let (compared, composed) = std::thread::scope(|scope| {
        let work = (0..threads).map(|thread| {
            scope.spawn(move || {
                let seeds = (first..first + graphs).filter(|seed| seed % threads == thread);
                let compared: Vec<usize> = seeds.filter_map(compare).collect();
                (compared.iter().sum::<usize>(), compared.len() as u64)
            })
        });
        let work: Vec<_> = work.collect();
        let done = work.into_iter().map(|thread| thread.join().unwrap());
        done.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    println!("{compared} operations on {composed} of {graphs} graphs from seed {first}");
    assert!(graphs <= composed * GRAPHS_PER_COMPOSED_MAX, "only {composed} of {graphs} generated graphs compose");
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Choices for operations whose plans are compared.
pub(crate) fn random_for_plans(seed: u64) -> Random {
    Random::new(seed ^ 0x91a2)
}

/// The supergraph; none when the subgraphs do not fit together.
pub(crate) fn compose(files: &[SubgraphFile]) -> Option<String> {
    let sources: Vec<SubgraphSource> = files
        .iter()
        .map(|file| SubgraphSource {
            name: file.name.clone(),
            url: String::new(),
            sdl: file.sdl.clone(),
            file_name: format!("{}.graphql", file.name),
        })
        .collect();
    match router_composition::compose(&sources) {
        Ok(composition) => Some(composition.supergraph_sdl),
        Err(errors) => {
            if std::env::var_os("LYCEUM_DIFFERENTIAL_VERBOSE").is_some() {
                println!("{}", router_composition::render(&errors, &sources, false));
            }
            None
        }
    }
}

/// Asks the graph of a seed its operations. Gives how many were compared; none when it does not compose.
fn compare(seed: u64) -> Option<usize> {
    let files = schema::subgraphs(seed);
    let supergraph = compose(&files)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    Some(runtime.block_on(compare_answers(seed, &files, &supergraph)))
}

async fn compare_answers(seed: u64, files: &[SubgraphFile], supergraph: &str) -> usize {
    let parse = || Supergraph::parse(supergraph).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{supergraph}"));
    let again = parse();
    let world = Arc::new(World::new(parse(), files));
    let executor = executor(&world);
    let mut random = Random::new(seed ^ 0x5eed);
    let mut deferring = Random::new(seed ^ 0xdef3);
    let mut compared: usize = 0;
    for _ in 0..OPERATIONS_PER_GRAPH {
        let (text, sent) = operation::operation(&mut random, world.supergraph.api_schema());
        // Two types may have fields of one name that cannot stand under one response key.
        let Ok(document) = ExecutableDocument::parse_and_validate(world.supergraph.api_schema(), &text, "q") else {
            continue;
        };
        let place = || format!("seed {seed}\n{text}\nvariables {sent}\n{}", written(files));
        let plan = router_planning::plan(&world.supergraph, &document, None)
            .unwrap_or_else(|error| panic!("{error}\n{}", place()));
        assert_eq!(Ok(&plan), router_planning::plan(&again, &document, None).as_ref(), "{}", place());
        let shown = plan.display(&world.supergraph);
        let answer = answer(&world, &executor, &document, plan, &sent).await;
        assert_eq!(comparable(&answer.0), comparable(&answer.1), "\n{}\n{shown}", place());
        if compared.is_multiple_of(3) {
            compare_deferred(&world, &executor, &document, (&text, &sent), &mut deferring).await;
        }
        compared += 1;
    }
    compared
}

/// The same operation with `@defer` here and there has another plan, and all its parts together are the same answer.
async fn compare_deferred(
    world: &Arc<World>,
    executor: &Executor,
    document: &Valid<ExecutableDocument>,
    (text, sent): (&str, &Value),
    random: &mut Random,
) {
    let deferring = operation::with_defer(random, text);
    let schema = world.supergraph.api_schema_with_defer().unwrap();
    let deferred = match ExecutableDocument::parse_and_validate(&schema, &deferring, "q") {
        Ok(deferred) => deferred,
        // Nothing right below the root of a mutation can come later.
        Err(_) if text.starts_with("mutation") => return,
        Err(error) => panic!("{deferring}\n{}", error.errors),
    };
    let plan = router_planning::plan(&world.supergraph, &deferred, None)
        .unwrap_or_else(|error| panic!("{error}\n{deferring}"));
    let shown = plan.display(&world.supergraph);
    let answer = answer(world, executor, document, plan, sent).await;
    assert_eq!(comparable(&answer.0), comparable(&answer.1), "\n{deferring}\n{shown}");
}

/// What the router and what the one server answer.
pub(crate) async fn answer(
    world: &Arc<World>,
    executor: &Executor,
    document: &Valid<ExecutableDocument>,
    plan: router_planning::plan::QueryPlan,
    sent: &Value,
) -> (Value, Value) {
    let operation = PreparedOperation::new(document.clone(), None, plan).unwrap();
    let sent: JsonMap = serde_json::from_value(sent.clone()).unwrap();
    let variables = coerce_variables(world.supergraph.api_schema(), operation.operation(), &sent).unwrap();
    let context = RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
    // First, so that the subgraphs know which objects stand around an entity: they check what contexts bring.
    let expected = monolith_answer(world, document, &variables);
    let reply = executor.execute(&operation, &variables, &context).await;
    (serde_json::from_slice(&reply.to_bytes()).unwrap(), expected)
}

/// The data, and where errors stand: each server has words of its own for them.
pub(crate) fn comparable(reply: &Value) -> (Value, Vec<String>) {
    let errors = reply["errors"].as_array().into_iter().flatten();
    let mut paths: Vec<String> = errors.map(|error| error["path"].to_string()).collect();
    paths.sort();
    (reply["data"].clone(), paths)
}

fn written(files: &[SubgraphFile]) -> String {
    files.iter().map(|file| format!("# {}\n{}\n", file.name, file.sdl)).collect()
}
