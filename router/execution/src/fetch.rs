//! One exchange with a subgraph: from the bytes of a request to a parsed reply, or to [`events`].

mod cached;
mod event_stream;
pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod question;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod said_tags;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use router_planning::plan::FetchId;
use telemetry::SpanId;

use self::failure::FetchFailure;
use self::question::Question;
use self::reply::SubgraphReply;
use crate::context::{ForwardingReply, ForwardingRequest, RequestContext};
use crate::executor::Subgraph;
use crate::observer::Watch;

/// Both media types of GraphQL over HTTP, the newer one first.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");

/// Sends the question's `body` to its subgraph and reads the reply.
async fn exchange(
    question: &Question<'_>,
    body: Bytes,
    context: &RequestContext,
    watch: &mut Watch<'_>,
) -> Result<SubgraphReply, FetchFailure> {
    let subgraph = question.subgraph;
    let outcome = send(subgraph, question.id, body, context, watch).await;
    if let Err(failure) = &outcome {
        let (operation, detail) = (question.operation_name(), failure.detail());
        tracing::warn!(subgraph = subgraph.name, operation, detail, "{}", failure.message(&subgraph.name));
    }
    outcome
}

async fn send(
    subgraph: &Subgraph,
    fetch: FetchId,
    body: Bytes,
    context: &RequestContext,
    watch: &mut Watch<'_>,
) -> Result<SubgraphReply, FetchFailure> {
    watch.seen.request_bytes = body.len();
    let request = request_to(subgraph, &body, ACCEPTED, context, watch.span)?.map(|()| body);
    let response = subgraph.transport.send(request, subgraph.timeout).await?;
    tell_of(&response, subgraph, fetch, context);
    watch.replied(response.status(), response.body().len());
    reply::read(&response)
}

fn tell_of<Body>(response: &http::Response<Body>, subgraph: &Subgraph, fetch: FetchId, context: &RequestContext) {
    let headers = response.headers();
    context.forwarding.replied(ForwardingReply { subgraph: &subgraph.name, fetch: fetch.0, headers });
}

/// The request that carries `body`, without it.
fn request_to(
    subgraph: &Subgraph,
    body: &Bytes,
    accepted: HeaderValue,
    context: &RequestContext,
    span: Option<SpanId>,
) -> Result<Request<()>, FetchFailure> {
    let (method, path) = (&Method::POST, &subgraph.path);
    let forwarded =
        context.forwarding.headers(ForwardingRequest { subgraph: &subgraph.name, method, path, body, span });
    let mut request = Request::post(subgraph.path.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, accepted)
        .body(())
        .map_err(|error| FetchFailure::Unsendable(error.to_string()))?;
    // `extend` keeps several values of one name together and replaces what was there before.
    request.headers_mut().extend(forwarded);
    Ok(request)
}

/// Whether the response says that it is of this media type, with whatever parameters.
fn has_media_type<Body>(response: &http::Response<Body>, essence: &str) -> bool {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    given.trim().eq_ignore_ascii_case(essence)
}
