//! Subscriptions: responses one after the other, as GraphQL over Server-Sent Events in distinct connections mode
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use async_graphql::Request;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream::once;
use http::{HeaderMap, StatusCode, header};
use kit_graph::ErrorCode;

use super::Shared;
use super::graphql::Refused;
use super::written::Written;
use crate::Call;
use crate::limits::SUBSCRIPTION_SILENCE_MAX;

/// Whether the answer is to be a stream: only who names it first expects one.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accepted.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("text/event-stream")
}

/// The stream. It ends with `complete`, unless the service stops: then it breaks off, and the router knows that there is
/// more elsewhere.
///
/// # Errors
/// When there are too many subscriptions already.
pub(super) async fn answer(shared: &Shared, request: Request, call: Call) -> Result<Response, Refused> {
    let place = Arc::clone(&shared.subscriptions).try_acquire_owned().map_err(|_| {
        let message = "the service has too many subscriptions; try again in a moment".to_owned();
        Refused(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::SubgraphUnavailable, message)
    })?;
    let mut responses = shared.subscribe(request, call).peekable();
    // Its resolver listens when it is first asked. Whoever has read the head of the reply misses nothing from then on.
    poll_fn(|context| Poll::Ready(_ = Pin::new(&mut responses).poll_peek(context))).await;
    let responses = responses.map(|response| Event::default().event("next").json_data(Written(&response)));
    let complete = once(async { Ok(Event::default().event("complete")) });
    let mut stopping = shared.stopping.subscribe();
    let stop = async move {
        // An error means that the service is gone, which is an end, too.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    };
    let events = responses.chain(complete).take_until(Box::pin(stop)).map(move |event| {
        let _ = &place;
        Ok::<_, Infallible>(event.unwrap_or_else(|error| {
            tracing::error!(%error, "the response of a subscription cannot be written");
            Event::default().comment("unwritable")
        }))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SUBSCRIPTION_SILENCE_MAX)).into_response())
}
