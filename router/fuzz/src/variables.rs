//! The values of variables.

use std::sync::LazyLock;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;
use router_execution::{JsonMap, coerce_variables};

use crate::Outcome;
use crate::graph::graph;

const OPERATION: &str = "query($i: Int $f: Float! = 1 $s: String $b: Boolean! = true $id: ID! $where: Filter) {
  people(first: $i, where: $where) { id name @include(if: $b) }
  a: people(where: { any: [{ name: $s, near: { x: $f } }] }) { greeting(formal: $b) }
  b: node(id: $id) { id }
  c: people(where: { choice: { id: $id } }) { id }
  d: place { within(distance: $f) { id } }
  e: people(where: { name: $s }) @include(if: true) { id }
  f: node(id: $id) @skip(if: $b) { name }
}";

static DOCUMENT: LazyLock<Valid<ExecutableDocument>> = LazyLock::new(|| {
    ExecutableDocument::parse_and_validate(graph().api_schema(), OPERATION, "operation")
        .unwrap_or_else(|error| panic!("{}", error.errors))
});

/// Values are coerced or refused with a reason; what was coerced is coerced to itself.
///
/// # Panics
/// When one of that does not hold.
#[must_use]
pub fn variables(input: &[u8]) -> Outcome {
    let Ok(values) = serde_json::from_slice::<JsonMap>(input) else { return Outcome::Refused };
    let operation = DOCUMENT.operations.get(None).expect("there is one operation");
    match coerce_variables(graph().api_schema(), operation, &values) {
        Ok(coerced) => {
            let again = coerce_variables(graph().api_schema(), operation, &coerced)
                .unwrap_or_else(|error| panic!("coerced values are refused: {error:?}"));
            assert_eq!(*coerced, *again, "coercion is not stable");
            Outcome::Accepted
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            Outcome::Refused
        }
    }
}
