//! From subgraph to subgraph by keys, with what fields require, and one after the other.

use insta::assert_snapshot;

use super::audit;

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
