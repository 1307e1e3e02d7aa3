//! A path that answers GraphQL: who sees which view of the graph there (domain P12).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::configuration::EndpointOperations;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::recording::Place;

/// One path.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) path: String,
    /// The same, as it is recorded.
    pub(crate) place: Place,
    /// What everybody sees.
    pub(crate) view: Arc<GraphView>,
    /// Those with one of `whole_scopes` see the whole graph.
    pub(crate) whole: Arc<GraphView>,
    pub(crate) whole_scopes: BTreeSet<String>,
    /// The contract of `view`; nothing when that is the whole graph.
    pub(crate) contract: Option<String>,
    /// What may be asked.
    pub(crate) operations: EndpointOperations,
}

impl Endpoint {
    /// The name of a viewer that is a client of its own here (`client_role`).
    pub(crate) fn own_client<'v>(&self, viewer: &'v Viewer) -> Option<&'v str> {
        match (&self.operations.client_role, viewer) {
            (Some(role), Viewer::Authenticated(claims)) if claims.roles.contains(role) => Some(&claims.subject),
            _ => None,
        }
    }

    /// The viewer as subgraphs are told of it: a client's program is no user of theirs.
    pub(crate) fn as_user<'v>(&self, viewer: &'v Viewer) -> &'v Viewer {
        if self.own_client(viewer).is_some() { &Viewer::Anonymous } else { viewer }
    }

    /// The graph as this viewer sees it.
    pub(crate) fn view_of(&self, viewer: &Viewer) -> &Arc<GraphView> {
        match viewer {
            Viewer::Authenticated(claims) if claims.scopes.iter().any(|scope| self.whole_scopes.contains(scope)) => {
                &self.whole
            }
            _ => &self.view,
        }
    }
}
