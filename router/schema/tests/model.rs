//! What the planner reads.

use router_schema::{FieldInSubgraph, Supergraph, TypeKind};

use crate::supergraphs::SHOP;

fn field(supergraph: &Supergraph, ty: &str, name: &str, subgraph: &str) -> Option<FieldInSubgraph> {
    let field = supergraph.field_id(supergraph.type_id(ty).unwrap(), name).unwrap();
    supergraph.field_in_subgraph(field, supergraph.subgraph_by_name(subgraph).unwrap().id).cloned()
}

#[test]
fn subgraphs_have_the_names_and_addresses_of_the_graph_enum() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let listed: Vec<_> =
        supergraph.subgraphs().iter().map(|subgraph| (subgraph.name.as_str(), subgraph.routing_url.as_str())).collect();
    assert_eq!(listed, [("catalog-v2", "http://catalog.test/graphql"), ("reviews", "")]);
}

#[test]
fn keys_are_parsed_and_know_whether_they_can_be_resolved() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let catalog = supergraph.subgraph_by_name("catalog-v2").unwrap().id;
    let product = supergraph.type_in_subgraph(supergraph.type_id("Product").unwrap(), catalog).unwrap();
    let keys: Vec<_> = product.keys.iter().map(|key| (key.fields.fields[0].name.as_str(), key.resolvable)).collect();
    assert_eq!(keys, [("id", true), ("sku", false)]);
    assert_eq!(product.keys[1].fields.fields[0].selections.fields[0].name, "code");
}

#[test]
fn an_interface_object_stands_for_all_implementations() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let reviews = supergraph.subgraph_by_name("reviews").unwrap().id;
    let (item, product) = (supergraph.type_id("Item").unwrap(), supergraph.type_id("Product").unwrap());
    let here = supergraph.type_in_subgraph(item, reviews).unwrap();
    assert!(here.is_interface_object);
    assert!(here.possible_types.contains(product));
    assert_eq!(supergraph.type_definition(item).kind, TypeKind::Interface);
    assert!(field(&supergraph, "Item", "rating", "reviews").is_some());
    // The object has the field only through its interface.
    assert!(field(&supergraph, "Product", "rating", "reviews").is_none());
}

#[test]
fn a_union_has_its_own_members_in_each_subgraph() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let found = supergraph.type_definition(supergraph.type_id("Found").unwrap());
    let count =
        |name: &str| found.in_subgraph(supergraph.subgraph_by_name(name).unwrap().id).unwrap().possible_types.len();
    assert_eq!((count("catalog-v2"), count("reviews"), found.possible_types.len()), (2, 1, 2));
}

#[test]
fn requirements_keep_arguments_and_nesting() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let requires = field(&supergraph, "Product", "shipping", "reviews").unwrap().requires.unwrap();
    assert_eq!(requires.fields[0].arguments[0].value.as_enum().unwrap(), "GRAM");
    assert_eq!(requires.fields[1].selections.fields[0].name, "code");
    assert!(field(&supergraph, "Product", "weight", "reviews").unwrap().is_external);
}

#[test]
fn what_is_provided_knows_the_type_it_is_provided_on() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let provides = field(&supergraph, "Query", "found", "reviews").unwrap().provides.unwrap();
    assert_eq!(provides.fields[0].parent, supergraph.type_id("Product").unwrap());
}

#[test]
fn both_sides_of_a_progressive_override_carry_the_label() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let (old, new) = (
        field(&supergraph, "Product", "stock", "catalog-v2").unwrap(),
        field(&supergraph, "Product", "stock", "reviews").unwrap(),
    );
    assert!(old.is_overridden && old.overrides.is_none());
    assert_eq!(new.overrides.unwrap().from, "catalog-v2");
    assert_eq!(
        (old.override_label.as_deref(), new.override_label.as_deref()),
        (Some("percent(5)"), Some("percent(5)"))
    );
}
