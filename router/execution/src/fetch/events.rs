//! The source stream of a subscription: GraphQL over Server-Sent Events, in distinct connections mode
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::{BodyExt, Full};
use router_planning::plan::FetchId;

use super::event_stream::{EventStreamDecoder, ServerSentEvent};
use super::failure::FetchFailure;
use super::reply::{self, SubgraphReply};
use super::{has_media_type, request_to, tell_of};
use crate::cache_policy::CachePolicy;
use crate::context::RequestContext;
use crate::executor::Subgraph;
use crate::observer::{BegunFetch, Watch};
use crate::transport::{REPLY_BYTES_MAX, StreamedBody, TransportError, collect_streamed};

/// A subgraph that cannot stream says in JSON why.
const ACCEPTED: HeaderValue = HeaderValue::from_static("text/event-stream, application/graphql-response+json;q=0.5");
/// A subgraph says something at least this often, be it that nothing has happened; one that does not is gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// The events of one subscription at one subgraph. Dropping it ends the subscription there.
#[derive(Debug)]
pub(crate) struct Events {
    body: StreamedBody,
    decoder: EventStreamDecoder,
    ready: VecDeque<ServerSentEvent>,
    is_over: bool,
}

impl Events {
    /// Subscribes.
    ///
    /// # Errors
    /// When the subgraph gives no stream; what it says instead is a reply of its own, or a failure.
    pub(crate) async fn open(
        subgraph: &Subgraph,
        fetch: FetchId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<Self, Result<SubgraphReply, FetchFailure>> {
        let mut watch = Watch::begin(context, BegunFetch { fetch, subgraph: &subgraph.name, entities: 0 });
        let opened = Self::open_watched(subgraph, fetch, body, context, &mut watch).await;
        match &opened {
            // What comes by it is told with each event.
            Ok(_) => watch.end(&Ok(SubgraphReply::kept(Arc::default(), CachePolicy::NOT_KEPT))),
            Err(outcome) => watch.end(outcome),
        }
        opened
    }

    async fn open_watched(
        subgraph: &Subgraph,
        fetch: FetchId,
        body: Bytes,
        context: &RequestContext,
        watch: &mut Watch<'_>,
    ) -> Result<Self, Result<SubgraphReply, FetchFailure>> {
        watch.seen.request_bytes = body.len();
        let request = request_to(subgraph, &body, ACCEPTED, context, watch.span).map_err(Err)?;
        let request = request.map(|()| Full::new(body).map_err(|never| match never {}).boxed_unsync());
        let head = tokio::time::timeout(subgraph.timeout, subgraph.transport.stream(request)).await;
        let too_late = |_| Err(FetchFailure::Transport(TransportError::Timeout(subgraph.timeout)));
        let response = head.map_err(too_late)?.map_err(|error| Err(error.into()))?;
        tell_of(&response, subgraph, fetch, context);
        watch.replied(response.status(), 0);
        let is_stream = has_media_type(&response, "text/event-stream");
        let (head, body) = response.into_parts();
        if head.status.is_success() && is_stream {
            let decoder = EventStreamDecoder::new(REPLY_BYTES_MAX);
            return Ok(Self { body, decoder, ready: VecDeque::new(), is_over: false });
        }
        let whole = collect_streamed(http::Response::from_parts(head, body), REPLY_BYTES_MAX);
        let whole = tokio::time::timeout(subgraph.timeout, whole).await;
        let response = whole.map_err(too_late)?.map_err(|error| Err(error.into()))?;
        watch.replied(response.status(), response.body().len());
        Err(reply::read(&response))
    }

    /// Waits for the next reply. `None` when the subscription is over; after a failure it is.
    pub(crate) async fn next(&mut self) -> Option<Result<SubgraphReply, FetchFailure>> {
        while !self.is_over {
            if let Some(event) = self.ready.pop_front() {
                match event.name.as_str() {
                    "next" => return Some(reply::parse(event.data.as_bytes())),
                    "complete" => self.is_over = true,
                    _ => {}
                }
                continue;
            }
            if let Err(failure) = self.read().await {
                self.is_over = true;
                return Some(Err(failure));
            }
        }
        None
    }

    async fn read(&mut self) -> Result<(), FetchFailure> {
        let unavailable = |reason: &str| FetchFailure::Transport(TransportError::Unavailable(reason.to_owned()));
        let frame = tokio::time::timeout(SILENCE_MAX, self.body.frame()).await;
        let frame = frame.map_err(|_| unavailable("the stream of events fell silent"))?;
        let frame = frame.ok_or_else(|| unavailable("the stream of events broke off"))?;
        let frame = frame.map_err(|error| unavailable(&error.to_string()))?;
        let Some(bytes) = frame.data_ref() else { return Ok(()) };
        let events = self.decoder.push(bytes);
        let events = events.map_err(|_| FetchFailure::Transport(TransportError::TooLarge(REPLY_BYTES_MAX)))?;
        self.ready.extend(events);
        Ok(())
    }
}
