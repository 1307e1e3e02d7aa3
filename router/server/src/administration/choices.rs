//! What the page offers to run an operation as: `GET /playground/choices`, and the graph that whoever is chosen sees:
//! `GET /playground/schema`. Both are for administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, header};
use router_schema::Rule;
use serde_json::{Value, json};

use super::{acting, not_administrator};
use crate::admission::media_type::ReplyMediaType;
use crate::configuration::{PolicyRule, RouterSettings};
use crate::forwarding::RequestTrace;
use crate::identity::identify;
use crate::persisted::Registry;
use crate::pipeline::Pipeline;
use crate::refusal::Refusal;
use crate::reply;

/// Where the page asks what there is to choose.
pub(crate) const CHOICES_PATH: &str = "/playground/choices";
/// Where it asks for the graph of who is chosen, as a schema document. Introspection would be what they ask, and some may
/// not.
pub(crate) const SCHEMA_PATH: &str = "/playground/schema";

/// Roles, scopes, and clients with what they have registered.
pub(crate) async fn choices(pipeline: &Arc<Pipeline>, headers: &HeaderMap) -> Response<Body> {
    answer(pipeline, headers, "application/json", offered(pipeline, headers).await)
}

/// The public schema of the view that the header `x-lyceum-as` leads to.
pub(crate) async fn schema(pipeline: &Arc<Pipeline>, headers: &HeaderMap) -> Response<Body> {
    answer(pipeline, headers, "text/plain; charset=utf-8", shown(pipeline, headers).await)
}

async fn offered(pipeline: &Pipeline, headers: &HeaderMap) -> Result<String, Refusal> {
    let viewer = identify(&pipeline.identity, headers).await?;
    let administration = pipeline.administration.as_ref();
    let found =
        administration.and_then(|administration| Some((administration, administration.administrator(&viewer)?)));
    let (administration, claims) = found.ok_or_else(|| not_administrator(&viewer))?;
    let mut names = Names::of(&pipeline.settings);
    names.roles.extend(claims.roles.iter().cloned());
    names.scopes.extend(claims.scopes.iter().cloned());
    for endpoint in &administration.endpoints {
        for rule in endpoint.whole.operations.supergraph().authorization().rules() {
            if let Rule::Scopes(alternatives) = rule {
                names.scopes.extend(alternatives.iter().flatten().cloned());
            }
        }
    }
    let registered = pipeline.registry.as_deref().map(Registry::snapshot);
    let clients = registered.iter().flat_map(|snapshot| &snapshot.clients).flat_map(|(client, operations)| {
        let listed: Vec<Value> = operations
            .operations()
            .map(|operation| json!({ "id": operation.id, "name": operation.name, "text": operation.text }))
            .collect();
        let at = administration.serving(client.as_str()).into_iter();
        at.map(move |endpoint| json!({ "name": client.as_str(), "endpoint": endpoint.path, "operations": listed }))
            .collect::<Vec<_>>()
    });
    let clients: Vec<Value> = clients.collect();
    Ok(json!({ "roles": names.roles, "scopes": names.scopes, "clients": clients }).to_string())
}

async fn shown(pipeline: &Pipeline, headers: &HeaderMap) -> Result<String, Refusal> {
    let viewer = identify(&pipeline.identity, headers).await?;
    let administration = pipeline.administration.as_ref();
    let first = administration.and_then(|administration| administration.endpoints.first());
    let registry = pipeline.registry.as_deref();
    let acting = match first {
        Some(first) => acting(administration, registry, first, headers, &viewer)?,
        None => None,
    };
    let Some(acting) = acting else { return Err(not_administrator(&viewer)) };
    Ok(acting.view().operations.supergraph().api_schema().to_string())
}

fn answer(
    pipeline: &Pipeline,
    headers: &HeaderMap,
    media_type: &'static str,
    body: Result<String, Refusal>,
) -> Response<Body> {
    let body = match body {
        Ok(body) => body,
        Err(refusal) => {
            let (rules, trace) = (pipeline.settings.admission.status_rules, RequestTrace::of(headers));
            return reply::of_refusal(refusal, rules, ReplyMediaType::GraphqlResponse, &trace);
        }
    };
    let mut reply = Response::new(Body::from(body));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// The roles and scopes that mean something to this router.
#[derive(Debug, Default)]
struct Names {
    roles: BTreeSet<String>,
    scopes: BTreeSet<String>,
}

impl Names {
    fn of(settings: &RouterSettings) -> Self {
        let mut names = Self::default();
        settings.authorization.policies.values().for_each(|rule| names.add(rule));
        names.scopes.extend(settings.operations.cost.budget_by_scope.keys().cloned());
        names.scopes.extend(settings.endpoints.iter().flat_map(|endpoint| endpoint.whole_graph_scopes.iter().cloned()));
        names
    }

    fn add(&mut self, rule: &PolicyRule) {
        match rule {
            PolicyRule::Scope { scope } => drop(self.scopes.insert(scope.clone())),
            PolicyRule::Role { role } => drop(self.roles.insert(role.clone())),
            PolicyRule::Claim { .. } => {}
            PolicyRule::All { all: rules } | PolicyRule::Any { any: rules } => {
                rules.iter().for_each(|rule| self.add(rule));
            }
            PolicyRule::Not { not } => self.add(not),
        }
    }
}
