//! Paths that a subgraph answers by itself, such as signing in: method, path, query, body and end-to-end headers go
//! through, and the request is signed like every other, so that the subgraph learns the client's address from the
//! router.
//!
//! A token that is not accepted leaves the viewer anonymous here and goes through as it is: renewing an expired token
//! is one of the things these paths are for, and the subgraph decides what an anonymous viewer may do.
//!
//! A route for files has bodies of any length, which [`streaming`] passes on while they come.

mod exchange;
mod headers;
mod streaming;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use router_execution::transport::{Transport, TransportError};

use self::exchange::NotedExchange;
use crate::admission::{BodyError, collect};
use crate::configuration::PassThroughRoute;
use crate::cors::is_preflight;
use crate::forwarding::{ClientDescription, RequestSigner, RequestTrace, SignedRequest, ViewerHeader};
use crate::identity::{Identity, Viewer, identify_from};
use crate::problem::Problem;
use crate::recording::{Place, Recorder, Tracer};
use crate::reply;

/// How long a body may take to arrive; these are a few hundred bytes.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// One route and what it needs.
#[derive(Debug)]
pub(crate) struct PassThrough {
    pub(crate) route: PassThroughRoute,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) signer: RequestSigner,
    pub(crate) trusted_proxies: usize,
    pub(crate) tracer: Arc<Tracer>,
    /// The prefix, as it is recorded.
    pub(crate) place: Place,
}

/// Forwards one request.
pub(crate) async fn forward(
    pass_through: &PassThrough,
    peer: Option<IpAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let place = pass_through.place.clone();
    let (trace, recorder) = pass_through.tracer.begin(request.method(), place, request.headers());
    let path = request.uri().path().to_owned();
    let exchanged = if is_preflight(&request) {
        Err(preflight_problem())
    } else if pass_through.route.streaming {
        streaming::exchange(pass_through, &trace, &recorder, request).await
    } else {
        exchange(pass_through, peer, &trace, &recorder, request).await
    };
    let mut reply = match exchanged {
        Ok(reply) => reply,
        Err(problem) => problem.into_response(&path, &trace),
    };
    trace.write_to_reply(reply.headers_mut());
    recorder.end(reply.status(), reply::body_bytes(&reply));
    reply
}

async fn exchange(
    pass_through: &PassThrough,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    recorder: &Recorder,
    request: Request<Body>,
) -> Result<Response<Body>, Problem> {
    let route = &pass_through.route;
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    require_plain_path(head.uri.path())?;
    let body = collect(body, route.body_bytes_max, BODY_TIMEOUT).await.map_err(|error| body_problem(error, route))?;

    let client = ClientDescription::new(peer, &head.headers, pass_through.trusted_proxies);
    let viewer =
        identify_from(&pass_through.identity, &head.headers, client.address).await.unwrap_or(Viewer::Anonymous);
    let signed = SignedRequest { subgraph: &route.subgraph, method: &head.method, target, body: &body };

    let mut onward = Request::new(Bytes::new());
    *onward.method_mut() = head.method.clone();
    *onward.uri_mut() = target.parse().map_err(|_| path_problem())?;
    *onward.headers_mut() = headers::of_request(&head.headers);
    let noted = NotedExchange::begin(recorder, route, body.len());
    trace.write_to(noted.span(), onward.headers_mut());
    let viewer = ViewerHeader::of_method(&head.method, &viewer, &client);
    pass_through.signer.sign(&viewer, &signed, onward.headers_mut());
    *onward.body_mut() = body.clone();

    let sent = pass_through.transport.send(onward, Duration::from_millis(route.timeout_ms)).await;
    noted.end(&sent, Bytes::len);
    let reply = sent.map_err(|error| transport_problem(&error, route, trace))?;
    let (mut reply_head, body) = reply.into_parts();
    reply_head.headers = headers::of_reply(&reply_head.headers);
    Ok(Response::from_parts(reply_head, Body::from(body)))
}

/// A path with dot segments could mean another one at the subgraph, beyond the prefix that is let through.
fn require_plain_path(path: &str) -> Result<(), Problem> {
    let lower = path.to_ascii_lowercase();
    let dots = lower.replace("%2e", ".").split(['/', '\\']).any(|segment| segment == "." || segment == "..");
    let hidden = ["%2f", "%5c", "%00", "\\", "//"].iter().any(|text| lower.contains(text));
    if dots || hidden { Err(path_problem()) } else { Ok(()) }
}

/// HS-13: from an origin that is not let in.
fn preflight_problem() -> Problem {
    Problem {
        status: StatusCode::METHOD_NOT_ALLOWED,
        slug: "origin-not-allowed",
        code: "FORBIDDEN",
        title: "Pages of this origin may not ask",
        detail: "An operator names the origins that may.".to_owned(),
    }
}

fn path_problem() -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        slug: "bad-path",
        code: "BAD_USER_INPUT",
        title: "The path is ambiguous",
        detail: "Write the path without dot segments, empty segments and encoded slashes.".to_owned(),
    }
}

fn body_problem(error: BodyError, route: &PassThroughRoute) -> Problem {
    let (status, slug, title, detail) = match error {
        BodyError::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "The body is too large",
            format!("At most {} bytes are read.", route.body_bytes_max),
        ),
        BodyError::TooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "body-too-slow",
            "The body did not arrive in time",
            format!("It may take {} seconds.", BODY_TIMEOUT.as_secs()),
        ),
        BodyError::Broken => (
            StatusCode::BAD_REQUEST,
            "body-incomplete",
            "The body ended early",
            "The connection ended before the body was complete.".to_owned(),
        ),
    };
    Problem { status, slug, code: "BAD_USER_INPUT", title, detail }
}

fn transport_problem(error: &TransportError, route: &PassThroughRoute, trace: &RequestTrace) -> Problem {
    tracing::warn!(subgraph = route.subgraph, trace_id = trace.trace_id, %error, "a request passed on had no reply");
    let (status, slug, code, title) = match error {
        TransportError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "subgraph-unavailable",
            "SUBGRAPH_UNAVAILABLE",
            "A part of the service is unavailable",
        ),
        TransportError::Timeout(_) => (
            StatusCode::GATEWAY_TIMEOUT,
            "subgraph-timeout",
            "SUBGRAPH_TIMEOUT",
            "A part of the service did not answer in time",
        ),
        TransportError::TooLarge(_) => {
            (StatusCode::BAD_GATEWAY, "subgraph-reply-too-large", "INTERNAL", "A part of the service answered too much")
        }
    };
    let detail = format!("The subgraph {} gave no usable reply; try again in a moment.", route.subgraph);
    Problem { status, slug, code, title, detail }
}
