//! `@defer` and subscriptions in plans.

use apollo_compiler::ExecutableDocument;
use insta::assert_snapshot;
use router_composition::{SubgraphSource, compose, render};
use router_planning::plan;
use router_planning::plan::{FetchId, PartId, QueryPlan};
use router_schema::Supergraph;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external", "@requires"])"#;

fn graph() -> Supergraph {
    let users = "type Query { me: User page: Page } type Subscription { joined(room: ID!): User }
        type User @key(fields: \"id\") { id: ID! name: String bio: String friends: [User!] }
        type Page { title: String text: String }";
    let orders = "type User @key(fields: \"id\") { id: ID! orders: [Order!] } type Order @key(fields: \"id\") { id: ID! total: Int note: String }";
    let prices =
        "type Order @key(fields: \"id\") { id: ID! total: Int @external tax: Int @requires(fields: \"total\") }";
    let sources = [("orders", orders), ("prices", prices), ("users", users)].map(|(name, sdl)| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: format!("{LINK}\n{sdl}"),
        file_name: name.to_owned(),
    });
    let composition = compose(&sources).unwrap_or_else(|errors| panic!("{}", render(&errors, &sources, false)));
    Supergraph::parse(&composition.supergraph_sdl).unwrap()
}

fn planned(supergraph: &Supergraph, operation: &str) -> QueryPlan {
    let schema = supergraph.api_schema_with_defer().unwrap();
    let document = ExecutableDocument::parse_and_validate(&schema, operation, "operation")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    plan(supergraph, &document, None).unwrap()
}

fn shown(operation: &str) -> String {
    let supergraph = graph();
    planned(&supergraph, operation).display(&supergraph)
}

/// What another subgraph brings comes later, and what the same subgraph brings is asked for apart from the rest.
#[test]
fn a_deferred_fragment_has_fetches_of_its_own() {
    let operation = "{ me { name ... @defer(label: \"more\") { bio orders { total } } } }";
    assert_snapshot!(shown(operation), @r#"
    #0 users
      {
        me {
          name
          id
        }
      }

    #1 orders after #0 later "more" at me
      $representations at me
        User { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            orders {
              total
            }
          }
        }
      }

    #2 users after #0 later "more" at me
      $representations at me
        User { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            bio
          }
        }
      }
    "#);
}

/// What a part needs besides is its own: the first answer waits for none of it.
#[test]
fn a_part_fetches_what_it_needs_apart_from_the_first_answer() {
    let operation = "{ me { orders { total } ... @defer { orders { note tax } } } }";
    assert_snapshot!(shown(operation), @r#"
    #0 users
      {
        me {
          id
        }
      }

    #1 orders after #0
      $representations at me
        User { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            orders {
              total
            }
          }
        }
      }

    #2 orders after #0 later at me
      $representations at me
        User { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            orders {
              note
              id
              total
            }
          }
        }
      }

    #3 prices after #2 later at me
      $representations at me.orders
        Order { id total }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Order {
            tax
          }
        }
      }
    "#);
}

/// Without a key an object cannot be asked for again.
#[test]
fn a_value_without_a_key_comes_with_the_first_answer() {
    let supergraph = graph();
    let plan = planned(&supergraph, "{ page { title ... @defer { text } } }");
    assert_eq!(plan.fetches.len(), 1);
    assert_eq!(plan.fetches[0].part, None);
    assert_eq!(plan.deferred.len(), 1);
}

#[test]
fn parts_within_parts_and_at_the_root() {
    let supergraph = graph();
    let operation = "query($later: Boolean!) { page { title } ... @defer(label: \"me\", if: $later) {
        me { name ... @defer(label: \"orders\") { orders { id } } ... @defer(if: false) { bio } } } }";
    let plan = planned(&supergraph, operation);
    let labels: Vec<_> = plan.deferred.iter().map(|part| part.label.as_deref()).collect();
    assert_eq!(labels, [Some("me"), Some("orders")]);
    assert_eq!(plan.deferred[0].variable.as_ref().map(apollo_compiler::Name::as_str), Some("later"));
    assert_eq!((plan.deferred[1].parent, plan.deferred[1].path.len()), (Some(PartId(0)), 1));
    let parts: Vec<_> = plan.fetches.iter().map(|fetch| fetch.part).collect();
    assert_eq!(parts, [None, Some(PartId(0)), Some(PartId(1))], "{}", plan.display(&supergraph));
    let json = plan.to_json(&supergraph);
    assert_eq!(json["node"]["kind"], "Defer");
    assert_eq!(json["node"]["primary"]["node"]["kind"], "Fetch");
    assert_eq!(json["node"]["deferred"][0]["if"], "later");
    assert_eq!(json["node"]["deferred"][1]["depends"][0]["id"], json["node"]["deferred"][0]["node"]["id"]);
    assert_eq!(json["node"]["deferred"][1]["queryPath"][0], "me");
}

/// GraphQL section 6.2.3: one root field, whose every event is an execution.
#[test]
fn a_subscription_is_a_stream_and_what_follows_each_event() {
    let supergraph = graph();
    let operation = "subscription($room: ID!) { joined(room: $room) { name orders { total } } }";
    let plan = planned(&supergraph, operation);
    assert_eq!(plan.subscription, Some(FetchId(0)));
    let json = plan.to_json(&supergraph);
    assert_eq!(json["node"]["kind"], "Subscription");
    assert_eq!(json["node"]["primary"]["operationKind"], "subscription");
    assert_eq!(json["node"]["rest"]["kind"], "Flatten");
    assert_snapshot!(plan.display(&supergraph), @r#"
    #0 users for each event
      subscription($room: ID!) {
        joined(room: $room) {
          name
          id
        }
      }

    #1 orders after #0
      $representations at joined
        User { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            orders {
              total
            }
          }
        }
      }
    "#);
    assert_eq!(planned(&supergraph, "{ me { name } }").subscription, None);
}
