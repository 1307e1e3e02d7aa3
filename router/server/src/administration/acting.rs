//! Who an operation is run as, in place of the administrator who asks.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use router_execution::Reply;
use serde_json::{Map, Value, json};

use crate::admission::Asked;
use crate::authorization::require_viewer;
use crate::configuration::AuthorizationSettings;
use crate::endpoint::Endpoint;
use crate::graph_view::GraphView;
use crate::identity::{AccessClaims, Viewer};
use crate::operation::Prepared;
use crate::persisted::{self, NewDocument, Reader, Registry};
use crate::refusal::Refusal;

/// An administrator, and as whom their operation is run.
#[derive(Debug)]
pub(crate) struct Acting {
    /// The path whose view of the graph and whose operations count.
    pub(crate) endpoint: Arc<Endpoint>,
    /// The claims of a client are its own only in name; subgraphs are told of nobody.
    is_client: bool,
    /// What else the token of whoever was chosen would say.
    claims: Map<String, Value>,
    /// For queries.
    asked: Viewer,
    /// For everything else: without what is not the administrator's own.
    narrowed: Viewer,
}

/// An operation that is prepared for who runs it.
pub(crate) struct Acted<'r> {
    pub(crate) viewer: &'r Viewer,
    pub(crate) view: &'r Arc<GraphView>,
    pub(crate) prepared: Prepared<'r>,
    /// A document that is new here, to be remembered once it is admitted.
    pub(crate) new: Option<NewDocument>,
}

impl Acting {
    pub(super) fn anonymous(endpoint: Arc<Endpoint>) -> Self {
        Self { endpoint, is_client: false, claims: Map::new(), asked: Viewer::Anonymous, narrowed: Viewer::Anonymous }
    }

    pub(super) fn with_claims(
        endpoint: Arc<Endpoint>,
        own: &AccessClaims,
        roles: Vec<String>,
        scopes: Vec<String>,
        claims: Map<String, Value>,
    ) -> Self {
        let narrowed = with(own, only_of(&roles, &own.roles), only_of(&scopes, &own.scopes));
        let mut said = own.clone();
        if let Some(whole) = said.whole.as_mut().and_then(Value::as_object_mut) {
            whole.extend(claims.clone());
        }
        Self { endpoint, is_client: false, claims, asked: with(&said, roles, scopes), narrowed }
    }

    /// The client's role is no right by itself: it says whose registered operations count.
    pub(super) fn client(
        endpoint: Arc<Endpoint>,
        own: &AccessClaims,
        client: &str,
        role: &str,
        scopes: Vec<String>,
    ) -> Self {
        let own_scopes = only_of(&scopes, &own.scopes);
        let as_client = |scopes| {
            // What else the administrator's token says is not said of the client.
            let whole = own.whole.as_ref().map(|_| json!({}));
            let named = AccessClaims { subject: client.to_owned(), session: None, whole, ..own.clone() };
            with(&named, vec![role.to_owned()], scopes)
        };
        Self {
            endpoint,
            is_client: true,
            claims: Map::new(),
            asked: as_client(scopes),
            narrowed: as_client(own_scopes),
        }
    }

    /// Prepares an operation for who runs it, which depends on what it does.
    pub(crate) async fn prepare<'r>(
        &'r self,
        authorization: &AuthorizationSettings,
        registry: Option<&'r Registry>,
        asked: Asked,
        operation_name: Option<String>,
    ) -> Result<Acted<'r>, Refusal> {
        let again = (asked.clone(), operation_name.clone());
        let acted = self.prepare_for(&self.asked, authorization, registry, asked, operation_name).await?;
        if acted.prepared.operation.kind == OperationType::Query {
            return Ok(acted);
        }
        self.prepare_for(&self.narrowed, authorization, registry, again.0, again.1).await
    }

    async fn prepare_for<'r>(
        &'r self,
        viewer: &'r Viewer,
        authorization: &AuthorizationSettings,
        registry: Option<&'r Registry>,
        asked: Asked,
        operation_name: Option<String>,
    ) -> Result<Acted<'r>, Refusal> {
        require_viewer(authorization, viewer)?;
        let view = self.endpoint.view_of(viewer);
        let reader = Reader { endpoint: &self.endpoint, view, viewer, registry };
        // What somebody registers as another would be registered for all who see the same.
        let (prepared, _) = persisted::prepare(reader, asked, operation_name).await?;
        Ok(Acted { viewer, view, prepared, new: None })
    }

    /// What was asked for.
    pub(super) fn asked(&self) -> Value {
        let mut said = self.said(&self.asked);
        if !self.claims.is_empty() {
            said.insert("claims".to_owned(), self.claims.clone().into());
        }
        said.into()
    }

    /// The graph as who runs a query sees it.
    pub(super) fn view(&self) -> &GraphView {
        self.endpoint.view_of(&self.asked)
    }

    /// As whom an operation of this kind is run, for `extensions.as`.
    pub(crate) fn write_to(&self, reply: &mut Reply, kind: OperationType) {
        reply.extensions.insert("as", self.told(kind).into());
    }

    fn told(&self, kind: OperationType) -> Value {
        if kind == OperationType::Query {
            return self.asked();
        }
        let mut said = self.said(&self.narrowed);
        if let (Viewer::Authenticated(asked), Viewer::Authenticated(had)) = (&self.asked, &self.narrowed) {
            let without = |asked: &[String], had: &[String]| -> Vec<String> {
                asked.iter().filter(|name| !had.contains(name)).cloned().collect()
            };
            let (roles, scopes) = (without(&asked.roles, &had.roles), without(&asked.scopes, &had.scopes));
            if !roles.is_empty() || !scopes.is_empty() || !self.claims.is_empty() {
                let mut withheld = json!({ "roles": roles, "scopes": scopes });
                if !self.claims.is_empty() {
                    withheld["claims"] = self.claims.keys().cloned().collect::<Vec<_>>().into();
                }
                said.insert("withheld".to_owned(), withheld);
            }
        }
        said.into()
    }

    fn said(&self, viewer: &Viewer) -> Map<String, Value> {
        let said = match viewer {
            Viewer::Anonymous => json!({ "anonymous": true }),
            Viewer::Authenticated(claims) if self.is_client => {
                json!({ "client": claims.subject, "endpoint": self.endpoint.path, "scopes": claims.scopes })
            }
            Viewer::Authenticated(claims) => json!({ "roles": claims.roles, "scopes": claims.scopes }),
        };
        match said {
            Value::Object(said) => said,
            _ => Map::new(),
        }
    }
}

/// Those of the names that are in both lists.
fn only_of(names: &[String], own: &[String]) -> Vec<String> {
    names.iter().filter(|name| own.contains(name)).cloned().collect()
}

fn with(own: &AccessClaims, roles: Vec<String>, scopes: Vec<String>) -> Viewer {
    let mut whole = own.whole.clone();
    if let Some(claims) = whole.as_mut().and_then(Value::as_object_mut) {
        claims.insert("sub".to_owned(), own.subject.clone().into());
        claims.insert("roles".to_owned(), roles.clone().into());
        claims.insert("scope".to_owned(), scopes.join(" ").into());
    }
    Viewer::Authenticated(Arc::new(AccessClaims { roles, scopes, whole, ..own.clone() }))
}
