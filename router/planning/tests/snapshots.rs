//! Plans worth reading, as people see them.

mod abstract_types;
mod keys_and_requirements;
mod learning;

use apollo_compiler::ExecutableDocument;
use router_planning::plan;
use router_schema::Supergraph;

use crate::fixtures::suite;
use crate::written_supergraph::supergraph;

fn planned(supergraph: &Supergraph, operation: &str) -> String {
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    plan(supergraph, &document, None).unwrap().display(supergraph)
}

fn learning() -> Supergraph {
    supergraph(&["identity", "learning", "enrollment"], include_str!("supergraphs/learning.graphql"))
}

fn audit(name: &str, operation: &str) -> String {
    planned(&suite(name).supergraph, operation)
}
