//! Other versions and names of the specifications.

use router_schema::Supergraph;

use crate::supergraphs::{FIRST_GENERATION, SHOP};

#[test]
fn the_first_join_specification_loads_under_another_name() {
    let supergraph = Supergraph::parse(FIRST_GENERATION).unwrap();
    let [accounts, reviews] = supergraph.subgraphs() else { panic!("two subgraphs") };
    let user = supergraph.type_id("User").unwrap();
    assert_eq!(supergraph.type_in_subgraph(user, reviews.id).unwrap().keys.len(), 1);
    // A field without a mark belongs to the owner; a type without one to everybody.
    let name = supergraph.field_id(user, "name").unwrap();
    assert!(supergraph.field_in_subgraph(name, accounts.id).is_some());
    assert!(supergraph.field_in_subgraph(name, reviews.id).is_none());
    let first = supergraph.field_id(supergraph.type_id("Name").unwrap(), "first").unwrap();
    assert!(supergraph.field_in_subgraph(first, reviews.id).is_some());
    assert!(!supergraph.api_schema().to_string().contains("j__"));
}

#[test]
fn a_renamed_join_specification_gives_the_same_model() {
    let renamed = SHOP.replace("join__", "parts__").replace("join/v0.5\",", "join/v0.5\", as: \"parts\",");
    let (plain, renamed) = (Supergraph::parse(SHOP).unwrap(), Supergraph::parse(&renamed).unwrap());
    assert_eq!(plain.api_schema().to_string(), renamed.api_schema().to_string());
    assert_eq!(plain.types().len(), renamed.types().len());
    let keys = |supergraph: &Supergraph| -> Vec<String> {
        supergraph.types().iter().map(|ty| format!("{:?}", ty.in_subgraphs)).collect()
    };
    assert_eq!(keys(&plain), keys(&renamed));
}
