//! `/ops/clients` on the operations listener: what clients have used, for tokens with the scope `ops:read`.

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use super::Usage;
use crate::forwarding::RequestTrace;
use crate::identity::Identity;
use crate::operators;
use crate::problem::Problem;

/// Names the one client that is asked for.
const CLIENT: &str = "client=";

/// Answers one request.
pub(crate) async fn answer(identity: &Identity, usage: &Usage, head: &Parts) -> Response<Body> {
    let trace = RequestTrace::of(&head.headers);
    let mut reply = match shown(identity, usage, head).await {
        Ok(reply) => reply,
        Err(problem) => problem.into_response(head.uri.path(), &trace),
    };
    trace.write_to_reply(reply.headers_mut());
    reply
}

async fn shown(identity: &Identity, usage: &Usage, head: &Parts) -> Result<Response<Body>, Problem> {
    operators::operator(identity, &head.headers).await?;
    let only = match head.uri.query() {
        None | Some("") => None,
        Some(query) => Some(query.strip_prefix(CLIENT).ok_or_else(unknown_parameter)?),
    };
    let mut reply = Response::new(Body::from(usage.shown(only).to_string()));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}

fn unknown_parameter() -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        slug: "bad-query",
        code: "BAD_USER_INPUT",
        title: "The query string cannot be read",
        detail: format!("The one parameter here is the name of a client: {CLIENT}acme."),
    }
}
