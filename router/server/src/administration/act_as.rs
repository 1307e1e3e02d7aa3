//! The header `x-lyceum-as`: who an administrator wants an operation to be run as.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use router_registry::ClientName;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::acting::Acting;
use super::{AS, Administration};
use crate::endpoint::Endpoint;
use crate::identity::AccessClaims;
use crate::persisted::Registry;
use crate::refusal::Refusal;

/// Claims that say who somebody is, or that are chosen otherwise.
const OWN_CLAIMS: [&str; 10] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "roles", "scope"];
/// A longer value is not parsed.
const BYTES_MAX: usize = 4096;

/// The header's value. Without any member: somebody signed in who has no role and no scope.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object")]
pub(super) struct ActAs {
    /// Nobody who is signed in.
    anonymous: bool,
    roles: BTreeSet<String>,
    scopes: BTreeSet<String>,
    /// What else a token of theirs would say, for policies that look at it.
    claims: Map<String, Value>,
    /// A client of its own, by its name: its endpoint's view of the graph, and the operations that it has registered.
    client: Option<String>,
    /// Which endpoint, where several serve that client.
    endpoint: Option<String>,
}

impl ActAs {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(AS).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(malformed("is sent more than once"));
        };
        if value.len() > BYTES_MAX {
            return Err(malformed(&format!("has {} bytes, and at most {BYTES_MAX} are read", value.len())));
        }
        // A list would be read as one of the members in their order.
        if value.as_bytes().trim_ascii_start().first() != Some(&b'{') {
            return Err(malformed("is not what it should be (no object)"));
        }
        let wanted: Self = serde_json::from_slice(value.as_bytes())
            .map_err(|error| malformed(&format!("is not what it should be ({error})")))?;
        wanted.check().map_err(|problem| malformed(&problem))?;
        Ok(wanted)
    }

    fn check(&self) -> Result<(), String> {
        if let Some(name) = self.roles.iter().chain(&self.scopes).find(|name| !is_token(name)) {
            return Err(format!("names {name:?}, which can be no role and no scope"));
        }
        if let Some(name) = OWN_CLAIMS.iter().find(|name| self.claims.contains_key(**name)) {
            return Err(format!("names the claim {name:?}, which cannot be chosen as one"));
        }
        let has_roles = !self.roles.is_empty() || !self.claims.is_empty();
        match (self.anonymous, &self.client, &self.endpoint) {
            (true, ..) if has_roles || !self.scopes.is_empty() => {
                Err("asks for nobody who is signed in, and for roles, scopes or claims".to_owned())
            }
            (true, Some(_), _) => Err("asks for nobody who is signed in, and for a client".to_owned()),
            (_, Some(_), _) if has_roles => Err("names a client and roles or claims; a client has its own".to_owned()),
            (_, None, Some(_)) => Err("names an endpoint and no client that it serves".to_owned()),
            _ => Ok(()),
        }
    }

    /// Finds what it names.
    pub(super) fn resolve(
        self,
        administration: &Administration,
        registry: Option<&Registry>,
        endpoint: &Endpoint,
        own: &Arc<AccessClaims>,
    ) -> Result<Acting, Refusal> {
        // The one that was asked, as the router shares it.
        let here = administration.endpoints.iter().find(|each| each.path == endpoint.path);
        let here = Arc::clone(here.ok_or_else(|| malformed("is not accepted at this path"))?);
        if self.anonymous {
            return Ok(Acting::anonymous(here));
        }
        let (roles, scopes) = (self.roles.into_iter().collect(), self.scopes.into_iter().collect());
        let Some(client) = self.client else {
            return Ok(Acting::with_claims(here, own, roles, scopes, self.claims));
        };
        let is_registered = registry.is_some_and(|registry| registry.has_client(&client));
        if ClientName::parse(&client).is_err() || !is_registered {
            return Err(malformed(&format!("names the client {client:?}, which has registered nothing")));
        }
        let serving = administration.serving(&client);
        let wanted = |each: &&Arc<Endpoint>| self.endpoint.as_ref().is_none_or(|path| each.path == *path);
        let Some(serving) = serving.into_iter().find(wanted) else {
            return Err(malformed(&format!("names the client {client:?}, which no such endpoint serves")));
        };
        let Some(role) = &serving.operations.client_role else {
            return Err(malformed(&format!("names the client {client:?}, which is everybody")));
        };
        Ok(Acting::client(Arc::clone(serving), own, &client, role, scopes))
    }
}

impl Administration {
    /// Where this client is one of its own.
    pub(super) fn serving(&self, client: &str) -> Vec<&Arc<Endpoint>> {
        let everyones: BTreeSet<&str> =
            self.endpoints.iter().filter_map(|endpoint| endpoint.operations.everyones()).collect();
        let serves = |endpoint: &&Arc<Endpoint>| {
            endpoint.operations.client_role.is_some() && endpoint.operations.may_serve(client, &everyones)
        };
        self.endpoints.iter().filter(serves).collect()
    }
}

/// A scope is a token of visible characters without quotes (RFC 6749 section 3.3); roles are written alike.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}

fn malformed(problem: &str) -> Refusal {
    let message = format!(
        "The header x-lyceum-as {problem}. It is JSON: {{\"anonymous\": true}}, {{\"roles\": [], \"scopes\": []}} or \
         {{\"client\": \"name\"}}. Nothing was executed."
    );
    Refusal::http(StatusCode::BAD_REQUEST, message)
}
