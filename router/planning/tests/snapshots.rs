//! Plans worth reading, as people see them.

use apollo_compiler::ExecutableDocument;
use insta::assert_snapshot;
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

/// Entity joins over three subgraphs, with `@requires`. // S0
#[test]
#[expect(clippy::too_many_lines, reason = "the plan of a whole screen, kept in one piece")]
fn a_learners_courses_with_price_and_progress() {
    let operation = "query Home { me { displayName enrollments(first: 5) { edges { node { enrolledAt course {
        title viewerPrice { amount { amountMinor } reason } viewerProgress { percent } instructors { displayName } } } } } } }";
    assert_snapshot!(planned(&learning(), operation), @r"
    #0 identity
      query Home__identity__0 {
        me {
          displayName
          id
        }
      }

    #1 enrollment after #0
      $representations at me
        User { id }
      query Home__enrollment__1($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            enrollments(first: 5) {
              edges {
                node {
                  enrolledAt
                  course {
                    id
                  }
                }
              }
            }
          }
        }
      }

    #2 learning after #1
      $representations at me.enrollments.edges.node.course
        Course { id }
      query Home__learning__2($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Course {
            listPrice {
              amountMinor
              currency
            }
            lessonCount
            totalDurationSeconds
            title
            instructors {
              id
            }
          }
        }
      }

    #3 enrollment after #2
      $representations at me.enrollments.edges.node.course
        Course { id listPrice { amountMinor currency } lessonCount totalDurationSeconds }
      query Home__enrollment__3($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Course {
            viewerPrice {
              amount {
                amountMinor
              }
              reason
            }
            viewerProgress {
              percent
            }
          }
        }
      }

    #4 identity after #2
      $representations at me.enrollments.edges.node.course.instructors
        User { id }
      query Home__identity__4($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            displayName
          }
        }
      }
    ");
}

/// The key field keeps out of the way of the client's aliases, arguments are forwarded.
#[test]
fn aliases_and_variables() {
    let operation = "query Aliased($first: Int = 3) {
        me { id: displayName handle2: handle enrollments(first: $first) { edges { node { course { id: title slug } } } } } }";
    assert_snapshot!(planned(&learning(), operation), @r"
    #0 identity
      query Aliased__identity__0 {
        me {
          id: displayName
          handle2: handle
          _id_0: id
        }
      }

    #1 enrollment after #0
      $representations at me
        User { id = _id_0 }
      query Aliased__enrollment__1($representations: [_Any!]!, $first: Int = 3) {
        _entities(representations: $representations) {
          ... on User {
            enrollments(first: $first) {
              edges {
                node {
                  course {
                    _id_0: id
                  }
                }
              }
            }
          }
        }
      }

    #2 learning after #1
      $representations at me.enrollments.edges.node.course
        Course { id = _id_0 }
      query Aliased__learning__2($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Course {
            id: title
            slug
          }
        }
      }
    ");
}

/// A fetch in which everything hangs on one condition carries it; where only a part does, the fields keep it.
#[test]
fn conditions() {
    let operation = "query Conditions($price: Boolean!, $names: Boolean!) { course(slug: \"rust\") {
        title @skip(if: $names) viewerPrice @include(if: $price) { reason } instructors { displayName @include(if: $names) } } }";
    assert_snapshot!(planned(&learning(), operation), @r#"
    #0 learning
      query Conditions__learning__0($names: Boolean!) {
        course(slug: "rust") {
          title @skip(if: $names)
          instructors {
            id
          }
          id
          listPrice {
            amountMinor
            currency
          }
        }
      }

    #1 enrollment after #0 if $price
      $representations at course
        Course { id listPrice { amountMinor currency } }
      query Conditions__enrollment__1($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Course {
            viewerPrice {
              reason
            }
          }
        }
      }

    #2 identity after #0 if $names
      $representations at course.instructors
        User { id }
      query Conditions__identity__2($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            displayName
          }
        }
      }
    "#);
}

/// Introspection and the root's `__typename` are the executor's.
#[test]
fn introspection_needs_no_fetch() {
    assert_snapshot!(planned(&learning(), "{ __typename __schema { queryType { name } } }"), @"no fetch");
}

/// A key of C that only B can give.
#[test]
fn a_chain_of_keys() {
    let operation = "{ bookContainers { book { upc author { name } } } }";
    assert_snapshot!(audit("null-keys", operation), @r"
    #0 a
      {
        bookContainers {
          book {
            upc
          }
        }
      }

    #1 b after #0
      $representations at bookContainers.book
        Book { upc }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Book {
            id
          }
        }
      }

    #2 c after #1
      $representations at bookContainers.book
        Book { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Book {
            author {
              name
            }
          }
        }
      }
    ");
}

/// Two fields of one subgraph need the same field with different arguments.
#[test]
fn requirements_with_conflicting_arguments() {
    let operation = "{ products { upc name shippingEstimate shippingEstimateEUR isExpensiveCategory } }";
    assert_snapshot!(audit("requires-with-argument-conflict", operation), @r#"
    #0 b
      {
        products {
          name
          upc
          _price_0: price(currency: "USD")
          weight
          _price_1: price(currency: "EUR")
          category {
            _averagePrice_0: averagePrice(currency: "USD")
          }
        }
      }

    #1 a after #0
      $representations_0 at products
        Product { upc price = _price_0 weight category { averagePrice = _averagePrice_0 } }
      $representations_1 at products
        Product { upc price = _price_1 weight }
      query($representations_0: [_Any!]!, $representations_1: [_Any!]!) {
        _entities_0: _entities(representations: $representations_0) {
          ... on Product {
            shippingEstimate
            isExpensiveCategory
          }
        }
        _entities_1: _entities(representations: $representations_1) {
          ... on Product {
            shippingEstimateEUR
          }
        }
      }
    "#);
}

/// A requirement of a requirement of a requirement.
#[test]
fn chained_requirements() {
    let operation = "{ product { canAfford canAffordWithDiscount } }";
    assert_snapshot!(audit("requires-requires", operation), @r"
    #0 b
      {
        product {
          id
          hasDiscount
        }
      }

    #1 a after #0
      $representations at product
        Product { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            price
          }
        }
      }

    #2 c after #1
      $representations at product
        Product { id price hasDiscount }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            isExpensive
            isExpensiveWithDiscount
          }
        }
      }

    #3 d after #2
      $representations at product
        Product { id isExpensive isExpensiveWithDiscount }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            canAfford
            canAffordWithDiscount
          }
        }
      }
    ");
}

/// From a subgraph that knows the object only as its interface to one that knows its type.
#[test]
fn from_an_interface_object_to_the_object() {
    let operation = "{ anotherUsers { ... on User { age id name username } id name } }";
    assert_snapshot!(audit("simple-interface-object", operation), @r"
    #0 b
      {
        anotherUsers {
          id
          username
          __typename
        }
      }

    #1 a after #0
      $representations at anotherUsers
        NodeWithName { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on NodeWithName {
            __typename
            ... on User {
              age
              name
            }
          }
        }
      }
    ");
}

/// The other way, with a requirement on the interface.
#[test]
fn from_the_object_to_an_interface_object() {
    let operation = "{ users { id name username } }";
    assert_snapshot!(audit("interface-object-with-requires", operation), @r"
    #0 a
      {
        users {
          id
          name
          __typename
          ... on User {
            id
            name
          }
        }
      }

    #1 b after #0
      $representations at users
        User as NodeWithName { id name }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on NodeWithName {
            username
          }
        }
      }
    ");
}

/// No key leads from `a` to the fields of `b`: their parent is asked for again.
#[test]
fn a_value_type_whose_fields_come_from_two_subgraphs() {
    let operation = "{ productFromD(id: \"1\") { id name category { id name details } } }";
    assert_snapshot!(audit("parent-entity-call-complex", operation), @r#"
    #0 d
      {
        productFromD(id: "1") {
          id
          name
        }
      }

    #1 a after #0
      $representations at productFromD
        Product { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            category {
              details
            }
          }
        }
      }

    #2 b after #0
      $representations at productFromD
        Product { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            category {
              id
            }
          }
        }
      }

    #3 c after #2
      $representations at productFromD.category
        Category { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Category {
            name
          }
        }
      }
    "#);
}

/// The same field has another type behind each member of a union.
#[test]
fn fields_of_one_name_and_two_types() {
    let operation = "{ accounts { ... on User { id name } ... on Admin { id name } } }";
    assert_snapshot!(audit("child-type-mismatch", operation), @r"
    #0 b
      _id_0 stands for id
      {
        accounts {
          __typename
          ... on Admin {
            id
            name
          }
          ... on User {
            _id_0: id
            name
          }
        }
      }
    ");
}

/// In this subgraph `Oven` is no `Node`, so the client's condition is not the subgraph's.
#[test]
fn a_type_condition_that_means_less_in_the_subgraph() {
    let operation = "{ products { ... on Node { id } } }";
    assert_snapshot!(audit("union-interface-distributed", operation), @r"
    #0 a
      {
        products {
          __typename
          ... on Oven {
            id
          }
          ... on Toaster {
            id
          }
        }
      }
    ");
}

/// `@provides` on one member of a union only.
#[test]
fn fields_provided_on_a_union() {
    let operation = "{ media { ... on Book { id title } ... on Movie { id title } } }";
    assert_snapshot!(audit("provides-on-union", operation), @r"
    #0 b
      {
        media {
          __typename
          ... on Book {
            id
            title
          }
          ... on Movie {
            id
          }
        }
      }

    #1 c after #0
      $representations at media
        Movie { id }
      query($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Movie {
            title
          }
        }
      }
    ");
}

/// The root fields of a mutation run one after the other. // GraphQL 6.2.2
#[test]
fn serial_mutations() {
    let operation = "mutation { five: add(num: 5, requestId: \"r\") ten: multiply(by: 2, requestId: \"r\")
        twelve: add(num: 2, requestId: \"r\") also: add(num: 2, requestId: \"r\") final: delete(requestId: \"r\") }";
    assert_snapshot!(audit("mutations", operation), @r#"
    #0 c
      mutation {
        five: add(num: 5, requestId: "r")
      }

    #1 a after #0
      mutation {
        ten: multiply(by: 2, requestId: "r")
      }

    #2 c after #1
      mutation {
        twelve: add(num: 2, requestId: "r")
        also: add(num: 2, requestId: "r")
      }

    #3 b after #2
      mutation {
        final: delete(requestId: "r")
      }
    "#);
}

/// The common JSON form.
#[test]
fn a_plan_as_json() {
    let supergraph = learning();
    let operation = "query Names { course(slug: \"rust\") { viewerProgress { percent } } }";
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation").unwrap();
    let json = plan(&supergraph, &document, None).unwrap().to_json(&supergraph);
    assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
    {
      "kind": "QueryPlan",
      "node": {
        "kind": "Sequence",
        "nodes": [
          {
            "kind": "Fetch",
            "serviceName": "learning",
            "operationKind": "query",
            "operationName": "Names__learning__0",
            "operation": "query Names__learning__0{course(slug:\"rust\"){id lessonCount totalDurationSeconds}}",
            "variableUsages": []
          },
          {
            "kind": "Flatten",
            "path": [
              "course"
            ],
            "node": {
              "kind": "Fetch",
              "serviceName": "enrollment",
              "operationKind": "query",
              "operationName": "Names__enrollment__1",
              "operation": "query Names__enrollment__1($representations:[_Any!]!){_entities(representations:$representations){...on Course{viewerProgress{percent}}}}",
              "variableUsages": [],
              "requires": [
                {
                  "kind": "InlineFragment",
                  "typeCondition": "Course",
                  "selections": [
                    {
                      "kind": "Field",
                      "name": "__typename"
                    },
                    {
                      "kind": "Field",
                      "name": "id"
                    },
                    {
                      "kind": "Field",
                      "name": "lessonCount"
                    },
                    {
                      "kind": "Field",
                      "name": "totalDurationSeconds"
                    }
                  ]
                }
              ]
            }
          }
        ]
      }
    }
    "#);
}
