//! Subscriptions, as the router follows them.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::Response;
use serde_json::Value;

/// Longest wait for an event that is to come.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// A subscription that has begun. Dropping it ends it.
#[derive(Debug)]
pub struct Listening {
    body: BodyDataStream,
    text: String,
}

impl Listening {
    /// Reads the reply to a subscription.
    ///
    /// # Panics
    /// When it is no stream.
    pub(crate) fn to(response: Response<Body>) -> Self {
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        assert_eq!(content_type, Some("text/event-stream"), "{response:?}");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next response: `None` when the stream says that it is complete.
    ///
    /// # Panics
    /// When nothing comes, or the stream breaks off.
    pub async fn next(&mut self) -> Option<Value> {
        // Signs of life are no events.
        tokio::time::timeout(WAIT_MAX, self.read()).await.expect("an event comes in time")
    }

    async fn read(&mut self) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                match event.split_once('\n') {
                    Some(("event: next", data)) => {
                        let data = data.strip_prefix("data: ").expect("an event has data");
                        return Some(serde_json::from_str(data).expect("an event is JSON"));
                    }
                    None if event == "event: complete" => return None,
                    _ => {}
                }
            }
            let piece = self.body.next().await.expect("the stream goes on").expect("a body in memory can be read");
            self.text.push_str(std::str::from_utf8(&piece).expect("events are text"));
        }
    }

    /// Whether the stream breaks off, without having said that it is complete.
    pub async fn breaks_off(mut self) -> bool {
        tokio::time::timeout(WAIT_MAX, self.body.next()).await.expect("the stream ends in time").is_none()
    }
}
