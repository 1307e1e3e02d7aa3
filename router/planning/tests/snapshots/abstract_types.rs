//! Interfaces, interface objects and unions, which subgraphs know in part.

use insta::assert_snapshot;

use super::audit;

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
