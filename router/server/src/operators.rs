//! What operators ask of all subgraphs at once: `/ops/…` on the operations listener (domain section 4.4).
//!
//! A request with a token that has the scope `ops:read` goes to every subgraph, signed in the viewer's name; the answers
//! are one object, by subgraph. What a path means, and who may use it, the subgraphs know.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::join_all;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use router_execution::transport::Transport;
use serde_json::{Map, Value, json};

use crate::admission::collect;
use crate::configuration::StatusRules;
use crate::forwarding::{ClientDescription, RequestSigner, RequestTrace, SignedRequest, ViewerHeader};
use crate::identity::{Identity, Viewer, identify};
use crate::problem::Problem;

/// The scope without which nothing is asked.
const SCOPE: &str = "ops:read";
/// Every subgraph has as long: an operator would rather see what is there than wait for all.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
const BODY_BYTES_MAX: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks all subgraphs what operators want to know.
#[derive(Debug)]
pub(crate) struct Operators {
    pub(crate) subgraphs: Vec<(String, Arc<dyn Transport>)>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) signer: RequestSigner,
}

/// What one subgraph said.
enum Answer {
    /// It has answered.
    Told(Value),
    /// It has nothing there.
    Nothing,
    /// It refuses the request, which is the same for all.
    Refused(Response<Bytes>),
    /// It cannot be asked.
    Unavailable,
}

/// Answers one request.
pub(crate) async fn answer(operators: &Operators, peer: Option<IpAddr>, request: Request<Body>) -> Response<Body> {
    let trace = RequestTrace::of(request.headers());
    let path = request.uri().path().to_owned();
    let mut reply = match ask_all(operators, peer, &trace, request).await {
        Ok(reply) => reply,
        Err(problem) => problem.into_response(&path, &trace),
    };
    trace.write_to_reply(reply.headers_mut());
    reply
}

async fn ask_all(
    operators: &Operators,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    request: Request<Body>,
) -> Result<Response<Body>, Problem> {
    let (head, body) = request.into_parts();
    let viewer = operator(&operators.identity, &head.headers).await?;
    let body = collect(body, BODY_BYTES_MAX, BODY_TIMEOUT).await.map_err(|_| body_problem())?;
    let client = ClientDescription::new(peer, &head.headers, 0);
    let viewer = ViewerHeader::of_method(&head.method, &viewer, &client);
    let target = head.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let asked = operators.subgraphs.iter().map(|(name, transport)| async {
        let signed = SignedRequest { subgraph: name, method: &head.method, target: target.as_str(), body: &body };
        let mut onward = Request::new(body.clone());
        *onward.method_mut() = head.method.clone();
        *onward.uri_mut() = target.clone().into();
        trace.write_to(None, onward.headers_mut());
        operators.signer.sign(&viewer, &signed, onward.headers_mut());
        (name.clone(), ask(transport.as_ref(), onward).await)
    });
    Ok(merged(join_all(asked).await))
}

/// The viewer, who may see what operators see.
///
/// # Errors
/// When nobody is signed in, or the token lacks the scope.
pub(crate) async fn operator(identity: &Identity, headers: &HeaderMap) -> Result<Viewer, Problem> {
    let viewer = identify(identity, headers).await.map_err(|refusal| {
        let detail = refusal.errors.first().map(|error| error.message.clone());
        unauthenticated(refusal.status(StatusRules::default(), false), detail.unwrap_or_default())
    })?;
    require_scope(&viewer, SCOPE)?;
    Ok(viewer)
}

async fn ask(transport: &dyn Transport, request: Request<Bytes>) -> Answer {
    let Ok(reply) = transport.send(request, ANSWER_TIME_MAX).await else { return Answer::Unavailable };
    match reply.status() {
        StatusCode::NOT_FOUND => Answer::Nothing,
        status if status.is_client_error() => Answer::Refused(reply),
        status if status.is_success() => serde_json::from_slice(reply.body()).map_or(Answer::Unavailable, Answer::Told),
        _ => Answer::Unavailable,
    }
}

/// One answer of all. Nobody with anything to say is 404, everybody away is 503.
fn merged(answers: Vec<(String, Answer)>) -> Response<Body> {
    let (mut told, mut unavailable) = (Map::new(), Vec::new());
    for (name, answer) in answers {
        match answer {
            Answer::Told(value) => drop(told.insert(name, value)),
            Answer::Unavailable => unavailable.push(name),
            Answer::Nothing => {}
            Answer::Refused(reply) => return reply.map(Body::from),
        }
    }
    let status = match (told.is_empty(), unavailable.is_empty()) {
        (false, _) => StatusCode::OK,
        (true, true) => StatusCode::NOT_FOUND,
        (true, false) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({ "subgraphs": told, "unavailable": unavailable }).to_string();
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// Refuses who lacks the scope.
pub(crate) fn require_scope(viewer: &Viewer, needed: &str) -> Result<(), Problem> {
    match viewer {
        Viewer::Anonymous => {
            Err(unauthenticated(StatusCode::UNAUTHORIZED, "Send an access token: Authorization: Bearer.".to_owned()))
        }
        Viewer::Authenticated(claims) if claims.scopes.iter().any(|scope| scope == needed) => Ok(()),
        Viewer::Authenticated(_) => Err(Problem {
            status: StatusCode::FORBIDDEN,
            slug: "forbidden",
            code: "FORBIDDEN",
            title: "The viewer may not",
            detail: format!("This needs the scope `{needed}`."),
        }),
    }
}

fn unauthenticated(status: StatusCode, detail: String) -> Problem {
    let (slug, code, title) = match status {
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "SUBGRAPH_UNAVAILABLE", "The token cannot be verified now"),
        _ => ("unauthenticated", "UNAUTHENTICATED", "The token is missing or not accepted"),
    };
    Problem { status, slug, code, title, detail }
}

/// The body is too long, or does not come.
pub(crate) fn body_problem() -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        slug: "bad-body",
        code: "BAD_USER_INPUT",
        title: "The body cannot be read",
        detail: format!("Send at most {BODY_BYTES_MAX} bytes, within {} seconds.", BODY_TIMEOUT.as_secs()),
    }
}
