//! Why something is null or was refused, in words that are not for clients: `extensions.why` of each error that has more
//! to it than it says.
//!
//! - `masked` is what a masked error says, or what stands only in the log;
//! - `policies` are the rules of the policies that the viewer does not meet;
//! - `contract` is the contract without which the operation would be sound, and the tags in the way.

use http::HeaderMap;
use router_execution::{ErrorOrigin, ExecutionError};
use router_schema::Supergraph;
use serde_json::{Map, Value, json};

use super::{Acting, Administration, WHY, subject};
use crate::admission::{Asked, Parameters};
use crate::configuration::{AuthorizationSettings, RouterSettings};
use crate::endpoint::Endpoint;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation;
use crate::refusal::{Refusal, RefusalClass, RequestError};

/// An administrator's wish to have errors explained.
#[derive(Debug)]
pub(crate) struct Why {
    administrator: String,
}

impl Why {
    /// Nothing, if it is not wished for or not for this viewer to know.
    pub(crate) fn of(
        administration: Option<&Administration>,
        endpoint: &Endpoint,
        headers: &HeaderMap,
        viewer: &Viewer,
    ) -> Option<Self> {
        let administration = administration.filter(|administration| administration.is_asked_at(endpoint))?;
        headers.get(WHY).filter(|value| *value == "1")?;
        administration.administrator(viewer)?;
        Some(Self { administrator: subject(viewer).to_owned() })
    }

    /// Explains the errors of an executed operation, of which `unmasked` are as they were.
    pub(crate) fn of_errors(
        &self,
        settings: &AuthorizationSettings,
        errors: &mut [ExecutionError],
        unmasked: &[ExecutionError],
    ) {
        let mut told = 0_usize;
        for (error, unmasked) in errors.iter_mut().zip(unmasked) {
            let mut why = Map::new();
            // Of what a subgraph says to clients there is nothing more to tell.
            let is_failure = unmasked.origin == ErrorOrigin::Router && unmasked.detail.is_some();
            if is_failure || error.message != unmasked.message {
                told += 1;
                why.insert("masked".to_owned(), said(unmasked));
            }
            let required = error.extensions.get("required").and_then(|required| serde_json::to_value(required).ok());
            if let Some(policies) = required.and_then(|required| policies(settings, &required)) {
                why.insert("policies".to_owned(), policies);
            }
            if !why.is_empty() {
                error.extensions.insert("why", Value::Object(why).into());
            }
        }
        if told > 0 {
            tracing::info!(administrator = self.administrator, errors = told, "what masked errors say is told");
        }
    }

    /// Explains why an operation is refused.
    pub(crate) async fn of_refusal(
        &self,
        settings: &RouterSettings,
        endpoint: &Endpoint,
        acting: Option<&Acting>,
        mut refusal: Refusal,
        parameters: Parameters,
    ) -> Refusal {
        for error in &mut refusal.errors {
            let required = error.extensions.get("required");
            if let Some(policies) = required.and_then(|required| policies(&settings.authorization, required)) {
                error.extensions.insert("why".to_owned(), json!({ "policies": policies }));
            }
        }
        let asked_at = acting.map_or(endpoint, |acting| &acting.endpoint);
        let contract = settings.endpoints.iter().find(|each| each.path == asked_at.path).and_then(|each| {
            let name = each.contract.as_ref()?;
            Some(json!({ "name": name, "tags": settings.contracts.get(name), "seenWith": each.whole_graph_scopes }))
        });
        if let (Some(contract), RefusalClass::Operation, Asked::Text(text)) =
            (contract, refusal.class, parameters.asked)
        {
            let whole = problems(&asked_at.whole, text, parameters.operation_name).await;
            for error in &mut refusal.errors {
                if !whole.iter().any(|other| other.message == error.message && other.locations == error.locations) {
                    explain_contract(error, contract.clone(), asked_at.whole.operations.supergraph());
                }
            }
        }
        refusal
    }
}

/// What is wrong with an operation on this view of the graph.
async fn problems(view: &GraphView, text: String, operation_name: Option<String>) -> Vec<RequestError> {
    let prepared = operation::prepare(&view.operations, text, operation_name).await;
    prepared.err().map(|refusal| refusal.errors).unwrap_or_default()
}

fn explain_contract(error: &mut RequestError, mut contract: Value, whole: &Supergraph) {
    if let Some((coordinate, tags)) = tagged(&error.message, whole) {
        contract["coordinate"] = coordinate.into();
        contract["tagged"] = tags.into();
    }
    error.extensions.insert("why".to_owned(), json!({ "contract": contract }));
}

/// The field that a message is about, and the tags of it and its type in the whole graph.
fn tagged(message: &str, whole: &Supergraph) -> Option<(String, Vec<String>)> {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let schema = whole.full_schema();
    let pairs = names.iter().flat_map(|left| names.iter().map(move |right| (*left, *right)));
    pairs.into_iter().find_map(|(parent, field)| {
        let definition = schema.type_field(parent, field).ok()?;
        let own = definition.directives.get_all("tag");
        let of_type = schema.types.get(parent)?.directives().get_all("tag");
        let returned = schema.types.get(definition.ty.inner_named_type())?.directives().get_all("tag");
        let name =
            |tag: &apollo_compiler::ast::Directive| Some(tag.specified_argument_by_name("name")?.as_str()?.to_owned());
        let mut tags: Vec<String> = own
            .map(|tag| name(tag))
            .chain(of_type.map(|tag| name(tag)))
            .chain(returned.map(|tag| name(tag)))
            .flatten()
            .collect();
        tags.sort_unstable();
        tags.dedup();
        Some((format!("{parent}.{field}"), tags))
    })
}

fn said(error: &ExecutionError) -> Value {
    let mut said = Map::new();
    said.insert("message".to_owned(), error.message.clone().into());
    said.insert("code".to_owned(), error.code().into());
    if let Some(detail) = &error.detail {
        said.insert("detail".to_owned(), detail.clone().into());
    }
    said.into()
}

/// The rules of the policies that an error names; a policy without one is met by nobody.
fn policies(settings: &AuthorizationSettings, required: &Value) -> Option<Value> {
    let lists = required.as_array()?.iter().filter_map(|rule| rule["policies"].as_array());
    let names = lists.flatten().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let rules: Map<String, Value> = names.map(|name| (name.to_owned(), json!(settings.policies.get(name)))).collect();
    (!rules.is_empty()).then(|| rules.into())
}
