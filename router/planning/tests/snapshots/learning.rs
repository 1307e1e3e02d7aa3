//! Screens of a learner, over three subgraphs of the platform.

use apollo_compiler::ExecutableDocument;
use insta::assert_snapshot;
use router_planning::plan;

use super::{learning, planned};

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
