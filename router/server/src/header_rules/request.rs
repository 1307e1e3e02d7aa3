//! From a client's request to the requests to subgraphs.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::names::is_forbidden_in_request;
use super::rules::{HeaderPolicy, RequestRule, Source};
use super::selector::Selector;
use crate::configuration::HeaderValueSource;
use crate::header_names::named_by_connection;
use crate::identity::AccessClaims;
use crate::refusal::Refusal;

/// What of one client's request rules may put on requests to subgraphs.
#[derive(Debug)]
pub(crate) struct PropagatedHeaders {
    policy: Arc<HeaderPolicy>,
    /// Of the client's headers, those that some rule is about.
    client: HeaderMap,
    facts: RequestFacts,
}

/// What rules can say of a request beside its headers.
#[derive(Debug, Default)]
pub(crate) struct RequestFacts {
    pub(crate) endpoint: String,
    pub(crate) client_address: Option<IpAddr>,
    pub(crate) operation_kind: &'static str,
    pub(crate) operation_name: Option<String>,
    /// The token's claims, of a viewer that subgraphs are told of.
    pub(crate) claims: Option<Arc<AccessClaims>>,
}

impl PropagatedHeaders {
    /// Takes from a client's headers what rules are about.
    ///
    /// # Errors
    /// When that is more than subgraphs are sent, or says twice who asks.
    pub(crate) fn new(policy: Arc<HeaderPolicy>, headers: &HeaderMap, facts: RequestFacts) -> Result<Self, Refusal> {
        let selectors: Vec<&Selector> = policy
            .of_any_request()
            .filter_map(|rule| match rule {
                RequestRule::Propagate { selector, .. } => Some(selector),
                _ => None,
            })
            .collect();
        let ends_here = named_by_connection(headers);
        // Bytes beyond ASCII mean something else to each who reads them.
        let is_wanted = |name: &HeaderName, value: &HeaderValue| {
            !is_forbidden_in_request(name)
                && value.to_str().is_ok()
                && selectors.iter().any(|selector| selector.selects(name))
                && !ends_here.iter().any(|named| named == name.as_str())
        };
        let mut client = HeaderMap::new();
        let mut bytes = 0;
        for (name, value) in headers.iter().filter(|(name, value)| is_wanted(name, value)) {
            bytes += name.as_str().len() + value.len();
            client.append(name.clone(), value.clone());
        }
        if client.get_all(header::AUTHORIZATION).iter().count() > 1 {
            return Err(Refusal::http(StatusCode::BAD_REQUEST, "The header authorization is there more than once."));
        }
        if bytes > policy.propagated_bytes_max {
            return Err(Refusal::http(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                format!(
                    "The headers that go along with this request have {bytes} bytes; at most {} are sent on.",
                    policy.propagated_bytes_max
                ),
            ));
        }
        Ok(Self { policy, client, facts })
    }

    /// What the rules make of it for this subgraph.
    pub(crate) fn for_subgraph(&self, subgraph: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for rule in self.policy.of_request(subgraph) {
            match rule {
                RequestRule::Propagate { selector: Selector::Name(name), rename, default } => {
                    let to = rename.as_ref().unwrap_or(name);
                    let mut values: Vec<_> = self.client.get_all(name).iter().cloned().collect();
                    if values.is_empty() {
                        values.extend(default.clone());
                    }
                    replace(&mut headers, to, values);
                }
                RequestRule::Propagate { selector, .. } => {
                    for name in self.client.keys().filter(|name| selector.selects(name)) {
                        replace(&mut headers, name, self.client.get_all(name).iter().cloned());
                    }
                }
                RequestRule::Insert { name, source } => {
                    if let Some(value) = self.value(source, subgraph) {
                        headers.insert(name.clone(), value);
                    }
                }
                RequestRule::Rename { name, to } => {
                    let values: Vec<_> = headers.get_all(name).iter().cloned().collect();
                    headers.remove(name);
                    replace(&mut headers, to, values);
                }
                RequestRule::Remove(selector) => remove(&mut headers, selector),
            }
        }
        headers
    }

    fn value(&self, source: &Source, subgraph: &str) -> Option<HeaderValue> {
        let text = match source {
            Source::Text(value) => return Some(value.clone()),
            Source::Claim(pointer) => text_of(self.facts.claims.as_ref()?.whole.as_ref()?.pointer(pointer)?)?,
            Source::Request(HeaderValueSource::ClientAddress) => self.facts.client_address?.to_string(),
            Source::Request(HeaderValueSource::Endpoint) => self.facts.endpoint.clone(),
            Source::Request(HeaderValueSource::OperationKind) => self.facts.operation_kind.to_owned(),
            Source::Request(HeaderValueSource::OperationName) => self.facts.operation_name.clone()?,
            Source::Request(HeaderValueSource::Subgraph) => subgraph.to_owned(),
        };
        let value = HeaderValue::from_str(&text);
        if value.is_err() {
            tracing::warn!(subgraph, ?source, "a header is left out: its value has characters that no header may have");
        }
        value.ok()
    }
}

/// A claim that is one plain value.
fn text_of(claim: &Value) -> Option<String> {
    match claim {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(claim.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// These values in the place of whatever stands there; without any it stays.
fn replace(headers: &mut HeaderMap, name: &HeaderName, values: impl IntoIterator<Item = HeaderValue>) {
    for (index, value) in values.into_iter().enumerate() {
        if index == 0 {
            headers.insert(name.clone(), value);
        } else {
            headers.append(name.clone(), value);
        }
    }
}

/// Takes away what a rule finds.
fn remove(headers: &mut HeaderMap, selector: &Selector) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| selector.finds(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}
