//! A path that answers GraphQL: who sees which view of the graph there (domain P12).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::configuration::EndpointOperations;
use crate::graph_view::GraphView;
use crate::identity::Viewer;

/// One path.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) path: String,
    /// What everybody sees.
    pub(crate) view: Arc<GraphView>,
    /// Those with one of `whole_scopes` see the whole graph.
    pub(crate) whole: Arc<GraphView>,
    pub(crate) whole_scopes: BTreeSet<String>,
    /// What may be asked.
    pub(crate) operations: EndpointOperations,
}

impl Endpoint {
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
