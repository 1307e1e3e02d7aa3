//! Supergraphs that were composed elsewhere.

use apollo_compiler::ExecutableDocument;
use router_planning::PlanningOptions;
use router_schema::Supergraph;

use crate::Outcome;

/// A supergraph loads or is refused with a reason; one that loads can be planned against.
///
/// # Panics
/// When one of that does not hold.
#[must_use]
pub fn supergraph(input: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(input) else { return Outcome::Refused };
    let supergraph = match Supergraph::parse(text) {
        Ok(supergraph) => supergraph,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "refused without a reason");
            return Outcome::Refused;
        }
    };
    let options = PlanningOptions { steps_max: 5_000, ..PlanningOptions::default() };
    for operation in operations(&supergraph) {
        let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation");
        let Ok(document) = document else { continue };
        if let Ok(plan) = router_planning::plan_with_options(&supergraph, &document, None, &options) {
            assert!(!plan.display(&supergraph).is_empty());
        }
    }
    Outcome::Accepted
}

/// For each field of the query root, an operation that asks for it.
fn operations(supergraph: &Supergraph) -> Vec<String> {
    let api = supergraph.api_schema();
    let Some(root) = api.schema_definition.query.as_ref().and_then(|name| api.get_object(name)) else {
        return Vec::new();
    };
    let fields = root.fields.values().take(8);
    let operations = fields.map(|field| {
        let is_leaf =
            api.types.get(field.ty.inner_named_type()).is_some_and(apollo_compiler::schema::ExtendedType::is_leaf);
        let below = api.get_object(field.ty.inner_named_type()).map(|object| {
            let leaves = object.fields.values().filter(|field| api.types[field.ty.inner_named_type()].is_leaf());
            leaves.map(|field| field.name.as_str()).collect::<Vec<_>>().join(" ")
        });
        match (is_leaf, below) {
            (true, _) => format!("{{ {} }}", field.name),
            (false, below) => format!("{{ {} {{ __typename {} }} }}", field.name, below.unwrap_or_default()),
        }
    });
    operations.collect()
}
