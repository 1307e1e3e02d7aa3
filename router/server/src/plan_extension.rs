//! The plan of an operation, for those who operate the graph: what would be asked of which subgraph, after what.
//!
//! A request asks for it with the header `x-lyceum-plan`: with `1` the reply has the plan in `extensions.plan` beside its
//! data, with `only` nothing is executed and the plan is all there is. It is the plan of that viewer: without what they
//! may not see. Beside data it says of each fetch whether it was found among what is kept, and if not, why.
//!
//! **Invariant.** Who has none of the playground's `plan_scopes` is told no plan: for them `1` means nothing, and `only`
//! is refused, so that what was not to be executed is not.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode};
use router_execution::{CachePolicy, Reply, RequestContext};
use router_planning::plan::{Fetch, FetchTarget, PathSegment};
use router_schema::Supergraph;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::caching::{Circumstances, Verdicts, told_of_reply};
use crate::configuration::PlaygroundSettings;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::Operation;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};

const HEADER: HeaderName = HeaderName::from_static("x-lyceum-plan");

/// What of the plan a reply shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanRequest {
    Nothing,
    /// The plan beside the data.
    Beside,
    /// The plan and no data.
    Only,
}

impl PlanRequest {
    /// What this viewer asks for and may have.
    ///
    /// # Errors
    /// When it is the plan alone and the viewer may not see plans.
    pub(crate) fn of(
        settings: Option<&PlaygroundSettings>,
        headers: &HeaderMap,
        viewer: &Viewer,
    ) -> Result<Self, Refusal> {
        let asked = match headers.get(HEADER).map(http::HeaderValue::as_bytes) {
            Some(b"1") => Self::Beside,
            Some(b"only") => Self::Only,
            _ => return Ok(Self::Nothing),
        };
        let may_see = match viewer {
            Viewer::Anonymous => false,
            Viewer::Authenticated(claims) => {
                settings.is_some_and(|settings| claims.scopes.iter().any(|scope| settings.plan_scopes.contains(scope)))
            }
        };
        match asked {
            _ if may_see => Ok(asked),
            Self::Only => Err(refusal(viewer)),
            _ => Ok(Self::Nothing),
        }
    }

    /// Listens to what is about to be executed, if the plan is to stand beside it.
    pub(crate) fn listen(self, context: &mut RequestContext, operation: &Operation) -> Option<Arc<Verdicts>> {
        (self == Self::Beside).then(|| Verdicts::listen(context, operation))
    }

    /// Adds the plan to the reply beside which it was asked for, and what became of it. `reply_age` is how long ago the reply was
    /// made, if it was kept as a whole.
    pub(crate) fn write_beside(
        reply: &mut Reply,
        view: &GraphView,
        verdicts: &Verdicts,
        reply_age: Option<Duration>,
        of: Circumstances<'_>,
    ) {
        let mut plan = told(of.operation, view.operations.supergraph());
        if let Some(age) = reply_age {
            plan["reply"] = told_of_reply(age);
        }
        for (index, fetch) in plan["fetches"].as_array_mut().into_iter().flatten().enumerate() {
            if let Some(verdict) = verdicts.told(index, of) {
                fetch["cache"] = verdict;
            }
        }
        reply.extensions.insert("plan", plan.into());
    }

    /// The reply of the plan alone.
    pub(crate) fn alone(self, operation: &Operation, view: &GraphView) -> Reply {
        let mut reply = Reply {
            data: RawValue::NULL.to_owned(),
            errors: Vec::new(),
            extensions: <_>::default(),
            policy: CachePolicy::NOT_KEPT,
        };
        if self != Self::Nothing {
            reply.extensions.insert("plan", told(operation, view.operations.supergraph()).into());
        }
        reply
    }
}

fn refusal(viewer: &Viewer) -> Refusal {
    let (status, code) = match viewer {
        Viewer::Anonymous => (StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated),
        Viewer::Authenticated(_) => (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
    };
    Refusal::new(RefusalClass::Http(status), code, "You may not ask for this; the operation was not executed.")
}

/// The plan in the form that tools know, as text for people, and as a flat list that says what depends on what.
fn told(operation: &Operation, supergraph: &Supergraph) -> Value {
    let plan = operation.prepared.plan();
    let fetches = plan.fetches.iter().map(|fetch| fetch_told(fetch, supergraph));
    json!({
        "fetches": fetches.collect::<Vec<_>>(),
        "json": plan.to_json(supergraph),
        "text": plan.display(supergraph),
    })
}

/// `after` names fetches by their place in the list, `at` the places of the answer; the root has none.
fn fetch_told(fetch: &Fetch, supergraph: &Supergraph) -> Value {
    let at: Vec<String> = match &fetch.target {
        FetchTarget::Root => Vec::new(),
        FetchTarget::Entities(sites) => sites.iter().map(|site| place(&site.path)).collect(),
    };
    json!({
        "subgraph": supergraph.subgraph(fetch.subgraph).name,
        "after": fetch.depends_on.iter().map(|id| id.0).collect::<Vec<_>>(),
        "at": at,
        "operation": fetch.document.text,
    })
}

/// The response keys on the way, with dots between them.
pub(crate) fn place(path: &[PathSegment]) -> String {
    let keys = path.iter().filter_map(|segment| match segment {
        PathSegment::Key(key) => Some(key.as_str()),
        PathSegment::OnTypes(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}
