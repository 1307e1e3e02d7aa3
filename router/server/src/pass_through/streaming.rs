//! Bodies of any length, for files: nothing is collected, so nothing is signed, and the path itself says what may be done.

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;

use super::exchange::NotedExchange;
use super::{PassThrough, headers, path_problem, require_plain_path, transport_problem};
use crate::forwarding::RequestTrace;
use crate::problem::Problem;
use crate::recording::Recorder;

/// Forwards one request, and the reply as soon as its head is there.
pub(super) async fn exchange(
    pass_through: &PassThrough,
    trace: &RequestTrace,
    recorder: &Recorder,
    request: Request<Body>,
) -> Result<Response<Body>, Problem> {
    let (head, body) = request.into_parts();
    require_plain_path(head.uri.path())?;
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());

    let mut onward = Request::new(body.map_err(Into::into).boxed_unsync());
    *onward.method_mut() = head.method;
    *onward.uri_mut() = target.parse().map_err(|_| path_problem())?;
    *onward.headers_mut() = headers::of_streamed_request(&head.headers);
    let noted = NotedExchange::begin(recorder, &pass_through.route, 0);
    trace.write_to(noted.span(), onward.headers_mut());

    let sent = pass_through.transport.stream(onward).await;
    noted.end(&sent, |_| 0);
    let reply = sent.map_err(|error| transport_problem(&error, &pass_through.route, trace))?;
    let (mut reply_head, body) = reply.into_parts();
    reply_head.headers = headers::of_streamed_reply(&reply_head.headers);
    Ok(Response::from_parts(reply_head, Body::new(body)))
}
