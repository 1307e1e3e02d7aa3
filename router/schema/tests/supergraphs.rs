//! The supergraphs of these tests.

/// Two subgraphs, `join` v0.5, with composed directives and hidden elements.
pub(crate) const SHOP: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@scopes" }], for: SECURITY)
  @link(url: "https://example.org/cacheControl/v0.1", import: ["@cacheControl"])
{
  query: Query
}

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @scopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT
directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT
directive @client(name: String) on FIELD

scalar join__FieldSet
scalar link__Import
scalar requiresScopes__Scope
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  CATALOG @join__graph(name: "catalog-v2", url: "http://catalog.test/graphql")
  REVIEWS @join__graph(name: "reviews", url: "")
}

"Addresses on the web."
scalar URL @join__type(graph: CATALOG) @specifiedBy(url: "https://url.spec.whatwg.org")

interface Item
  @join__type(graph: CATALOG, key: "id")
  @join__type(graph: REVIEWS, key: "id", isInterfaceObject: true)
{
  id: ID!
  rating: Float @join__field(graph: REVIEWS)
}

"A thing on sale."
type Product implements Item
  @join__implements(graph: CATALOG, interface: "Item")
  @join__type(graph: CATALOG, key: "id")
  @join__type(graph: CATALOG, key: "sku { code }", resolvable: false)
  @join__type(graph: REVIEWS, key: "id")
  @cacheControl(maxAge: 60)
  @tag(name: "partner")
{
  id: ID!
  sku: Sku! @join__field(graph: CATALOG)
  rating: Float @join__field
  page: URL @join__field(graph: CATALOG) @deprecated(reason: "gone")
  cost: Int @join__field(graph: CATALOG) @inaccessible
  secret: Hidden @join__field(graph: CATALOG) @inaccessible
  weight(unit: Unit = KILOGRAM, internal: Int @inaccessible): Float
    @join__field(graph: CATALOG) @join__field(graph: REVIEWS, external: true)
  shipping: Int @join__field(graph: REVIEWS, requires: "weight(unit: GRAM) sku { code }") @scopes(scopes: [["ship"]])
  stock: Int
    @join__field(graph: CATALOG, usedOverridden: true, overrideLabel: "percent(5)")
    @join__field(graph: REVIEWS, override: "catalog-v2", overrideLabel: "percent(5)")
}

type Sku @join__type(graph: CATALOG) @join__type(graph: REVIEWS) { code: String! }

type Hidden @join__type(graph: CATALOG) @inaccessible { id: ID }

union Found
  @join__type(graph: CATALOG) @join__type(graph: REVIEWS)
  @join__unionMember(graph: CATALOG, member: "Product") @join__unionMember(graph: CATALOG, member: "Sku")
  @join__unionMember(graph: REVIEWS, member: "Product")
 = Product | Sku

enum Unit @join__type(graph: CATALOG) {
  GRAM @join__enumValue(graph: CATALOG)
  KILOGRAM @join__enumValue(graph: CATALOG)
  STONE @join__enumValue(graph: CATALOG) @inaccessible
}

input By @join__type(graph: CATALOG) @oneOf { id: ID sku: String internal: Int @inaccessible }

type Query @join__type(graph: CATALOG) @join__type(graph: REVIEWS) {
  product(by: By!): Product @join__field(graph: CATALOG)
  found: Found @join__field(graph: REVIEWS, provides: "... on Product { weight }")
}
"#;

/// `join` v0.1 under `@core`, as the first composers wrote it: owners, and value types without a mark.
pub(crate) const FIRST_GENERATION: &str = r#"
schema
  @core(feature: "https://specs.apollo.dev/core/v0.1")
  @core(feature: "https://specs.apollo.dev/join/v0.1", as: "j")
{ query: Query }
directive @core(feature: String!, as: String) repeatable on SCHEMA
directive @j__field(graph: j__Graph, provides: j__FieldSet, requires: j__FieldSet) on FIELD_DEFINITION
directive @j__graph(name: String!, url: String!) on ENUM_VALUE
directive @j__owner(graph: j__Graph!) on INTERFACE | OBJECT
directive @j__type(graph: j__Graph!, key: j__FieldSet) repeatable on INTERFACE | OBJECT
scalar j__FieldSet
enum j__Graph {
  ACCOUNTS @j__graph(name: "accounts", url: "http://accounts.test")
  REVIEWS @j__graph(name: "reviews", url: "http://reviews.test")
}
type Name { first: String last: String }
type User @j__owner(graph: ACCOUNTS) @j__type(graph: ACCOUNTS, key: "id") @j__type(graph: REVIEWS, key: "id") {
  id: ID! @j__field(graph: ACCOUNTS)
  name: Name
  reviews: [String] @j__field(graph: REVIEWS)
}
type Query { me: User @j__field(graph: ACCOUNTS) }
"#;
