//! What clients see.

use insta::assert_snapshot;
use router_schema::Supergraph;

use crate::supergraphs::SHOP;

#[test]
fn only_public_elements_and_directives_of_the_specification_remain() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    assert_snapshot!(supergraph.api_schema().to_string(), @r#"
    directive @client(name: String) on FIELD

    """Exactly one field of this input object must be given, and not null."""
    directive @oneOf on INPUT_OBJECT

    """Addresses on the web."""
    scalar URL @specifiedBy(url: "https://url.spec.whatwg.org")

    interface Item {
      id: ID!
      rating: Float
    }

    """A thing on sale."""
    type Product implements Item {
      id: ID!
      sku: Sku!
      rating: Float
      page: URL @deprecated(reason: "gone")
      weight(unit: Unit = KILOGRAM): Float
      shipping: Int
      stock: Int
    }

    type Sku {
      code: String!
    }

    union Found = Product | Sku

    enum Unit {
      GRAM
      KILOGRAM
    }

    input By @oneOf {
      id: ID
      sku: String
    }

    type Query {
      product(by: By!): Product
      found: Found
    }
    "#);
}

#[test]
fn composed_directives_can_be_read_from_the_full_schema_under_their_local_names() {
    let supergraph = Supergraph::parse(SHOP).unwrap();
    let product = supergraph.full_schema().get_object("Product").unwrap();
    assert!(product.directives.has(&supergraph.directive_name("cacheControl", "cacheControl")));
    assert!(product.directives.has(&supergraph.directive_name("tag", "tag")));
    let scopes = supergraph.directive_name("requiresScopes", "requiresScopes");
    assert_eq!(scopes, "scopes");
    assert!(product.fields["shipping"].directives.has(&scopes));
}
