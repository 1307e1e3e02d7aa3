//! Plan and execution together, over the schemas and operations of the public federation audit: the federated answer
//! equals that of one monolithic server.
//!
//! Both sides resolve fields by one rule (see `oracle`), so that every value says which object it belongs to, and a
//! wrong join shows as a wrong value.

mod audit;
mod oracle;

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use router_execution::{
    ExecutionLimits, Executor, InProcessTransport, JsonMap, NoForwarding, PreparedOperation, RequestContext, Subgraph,
    coerce_variables,
};
use serde_json::{Value, json};

pub(crate) use self::audit::SubgraphFile;
pub(crate) use self::oracle::{World, monolith_answer};

#[tokio::test]
async fn the_federated_answer_equals_the_monolithic_one_over_the_whole_audit() {
    let mut differences = Vec::new();
    let mut compared = 0;
    for suite in audit::suites() {
        let world = Arc::new(World::new(suite.supergraph, &suite.subgraphs));
        let executor = executor(&world);
        for (index, case) in suite.cases.iter().enumerate() {
            let Ok(document) = ExecutableDocument::parse_and_validate(world.supergraph.api_schema(), &case.query, "q")
            else {
                continue;
            };
            let plan = match router_planning::plan(&world.supergraph, &document, None) {
                Ok(plan) => plan,
                // The audit holds operations that no plan can resolve, and says so.
                Err(_) if case.expected.errors => continue,
                Err(error) => panic!("{} {index}: {error}", suite.name),
            };
            let printed = format!("{plan:#?}");
            let operation = PreparedOperation::new(document.clone(), None, plan).unwrap();
            let sent: JsonMap = serde_json::from_value(case.variables.clone().unwrap_or(json!({}))).unwrap();
            let variables = coerce_variables(world.supergraph.api_schema(), operation.operation(), &sent).unwrap();
            let context =
                RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
            let reply = executor.execute(&operation, &variables, &context).await;
            let reply: Value = serde_json::from_slice(&reply.to_bytes()).unwrap();
            let expected = monolith_answer(&world, &document, &variables);
            compared += 1;
            if reply != expected {
                differences
                    .push(format!("{} {index}:\n{}\nwant {expected}\ngot  {reply}\n{printed}", suite.name, case.query));
            }
        }
    }
    assert!(compared > 150, "only {compared} operations were compared");
    assert!(differences.is_empty(), "{} of {compared} differ:\n{}", differences.len(), differences.join("\n"));
}

/// The subgraphs of every suite of the audit, by its name.
pub(crate) fn audit_subgraphs() -> Vec<(String, Vec<SubgraphFile>)> {
    audit::suites().into_iter().map(|suite| (suite.name, suite.subgraphs)).collect()
}

/// An executor whose subgraphs are all servers of the world.
pub(crate) fn executor(world: &Arc<World>) -> Executor {
    let subgraphs = world.supergraph.subgraphs().iter().map(|subgraph| {
        let service = oracle::subgraph_service(Arc::clone(world), &subgraph.name);
        Subgraph {
            name: subgraph.name.clone(),
            path: "/graphql".to_owned(),
            transport: Arc::new(InProcessTransport::new(service)),
            timeout: std::time::Duration::from_secs(20),
        }
    });
    Executor::new(world.supergraph.api_schema().clone(), subgraphs.collect(), ExecutionLimits::default())
}
