mod computed;
mod generated;
mod signature;

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use router_composition::{SubgraphSource, compose};
use router_execution::{JsonValue, coerce_variables};
use router_schema::Supergraph;
use serde_json::{Value, json};

use super::{CostModel, Formula, compile};

const SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@inaccessible", "@listSize", "@cost"])
type Query {
  me: User
  users(first: Int, last: Int): UserConnection
  tags: [String!]
  scores: [Score!]
  books(first: Int = 3): [Book!]
  shelf(limit: Int): [Book!]
  found(first: Int!): [Found!]
  node: Node
  assumed: [Book!] @listSize(assumedSize: 7)
  sliced(count: Int, page: Int): [Book!] @listSize(slicingArguments: ["count", "page"])
  either(count: Int, page: Int): [Book!]
    @listSize(slicingArguments: ["count", "page"], requireOneSlicingArgument: false, assumedSize: 4)
  pages(size: Int = 2): Page @listSize(slicingArguments: ["size"], sizedFields: ["items"])
  search(filter: Filter, any: [Filter!], fuzzy: Boolean @cost(weight: 3)): Int
  matrix: [[Book!]]
  report: Report @cost(weight: 50)
  heavy: Heavy
}
type Mutation { rename(name: String): User purge: Boolean cheap: Boolean @cost(weight: 2) }
type User implements Node { id: ID! name: String friends(first: Int): UserConnection books: [Book!] }
type UserConnection { edges: [UserEdge!] nodes: [User!] totalCount: Int @cost(weight: 4) }
type UserEdge { node: User cursor: String }
type Book implements Node { id: ID! title: String author: User cover: Picture @cost(weight: 8) }
type Picture { url: String }
type Report { lines: [String!] @cost(weight: 2) }
type Heavy @cost(weight: 20) { id: ID! size: Size score: Score }
type Page { items: [Book!] others: [Book!] count: Int }
type Hidden implements Node @inaccessible { id: ID! all: [Heavy!] }
interface Node { id: ID! }
union Found = User | Book
scalar Score @cost(weight: 6)
enum Size @cost(weight: 5) { S L }
input Filter { text: String @cost(weight: 2) size: Size also: [Filter!] plain: Int }
"#;

fn supergraph() -> Arc<Supergraph> {
    let source = SubgraphSource {
        name: "all".to_owned(),
        url: "http://all.invalid/graphql".to_owned(),
        sdl: SDL.to_owned(),
        file_name: "all.graphql".to_owned(),
    };
    let composed = compose(&[source]).unwrap().supergraph_sdl;
    // As another composer may write it.
    let renamed = composed.replace("\"@cost\"", "{name: \"@cost\", as: \"@price\"}").replace("@cost(", "@price(");
    assert!(renamed.contains("@listSize(") && renamed.contains("as: \"@price\"}"), "{renamed}");
    Arc::new(Supergraph::parse(&renamed).unwrap())
}

/// A graph in which unknown lists have ten values.
struct Reckoner {
    supergraph: Arc<Supergraph>,
    model: CostModel,
}

impl Reckoner {
    fn new() -> Self {
        let supergraph = supergraph();
        Self { model: CostModel::new(Arc::clone(&supergraph), 10), supergraph }
    }

    fn compiled(&self, document: &str, variables: &Value) -> (Formula, super::Variables, Vec<String>) {
        let schema = self.supergraph.api_schema();
        let document = ExecutableDocument::parse_and_validate(schema, document, "operation")
            .unwrap_or_else(|problem| panic!("{document}: {problem}"));
        let operation = document.operations.get(None).unwrap();
        let (formula, problems) = compile(&self.model, &document, operation);
        let variables: JsonValue = variables.clone().into();
        let given = variables.as_object().cloned().unwrap_or_default();
        let variables = coerce_variables(schema, operation, &given).unwrap().into_inner();
        (formula, variables, problems.iter().map(ToString::to_string).collect())
    }

    fn cost_with(&self, document: &str, variables: &Value) -> u64 {
        let (formula, variables, problems) = self.compiled(document, variables);
        assert!(problems.is_empty(), "{document}: {problems:?}");
        let cost = formula.cost(&variables);
        assert_eq!(formula.values(&variables)[formula.root.0], cost, "{document}: the short way is the long way");
        cost
    }

    fn cost(&self, document: &str) -> u64 {
        self.cost_with(document, &json!({}))
    }
}
