//! Faults that administrators put in the way of requests: `/ops/faults` (S1-DEMO-1).

use std::time::Duration;

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Asker;
use super::answers::changes;
use super::query::{Parameters, unreadable};
use super::{Door, json_reply, receiver};
use crate::admission::collect;
use crate::faults::{DELAY_MAX, Failure, Fault, Faults, SECONDS_MAX, StandingFault};
use crate::problem::Problem;

const BODY_BYTES_MAX: usize = 4 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A fault that is ordered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Order {
    subgraph: String,
    #[serde(default)]
    delay_ms: Option<u64>,
    #[serde(default)]
    error: Option<Failure>,
    #[serde(default = "whole")]
    share: f64,
    seconds: u64,
}

fn whole() -> f64 {
    1.0
}

/// Answers `/ops/faults` and what is below it.
pub(super) async fn answer(door: &Door, asker: &Asker, head: &Parts, body: Body) -> Result<Response<Body>, Problem> {
    Parameters::of(head, &[])?;
    if !changes(head) {
        return Ok(json_reply(&told(door)));
    }
    let Some(faults) = &door.faults else { return Err(not_here()) };
    let viewer = asker.require_change()?;
    let by = viewer.claims().map(|claims| claims.subject.clone()).unwrap_or_default();
    if head.method == Method::DELETE {
        let subgraph = head.uri.path().rsplit('/').next().unwrap_or_default();
        faults.lift(subgraph);
        tracing::warn!(by, subgraph, "a fault was lifted");
        return Ok(json_reply(&told(door)));
    }
    let media_type = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !media_type.is_some_and(|value| value.starts_with(b"application/json")) {
        return Err(unreadable("Send the fault as application/json.".to_owned()));
    }
    let body = collect(body, BODY_BYTES_MAX, BODY_TIMEOUT).await.map_err(receiver::unread)?;
    let order: Order =
        serde_json::from_slice(&body).map_err(|error| unreadable(format!("It is no fault: {error}.")))?;
    order_fault(door, faults, &order, by)?;
    Ok(json_reply(&told(door)))
}

fn order_fault(door: &Door, faults: &Faults, order: &Order, by: String) -> Result<(), Problem> {
    let delay_most = u64::try_from(DELAY_MAX.as_millis()).unwrap_or(u64::MAX);
    let wrong = if !door.subgraphs.contains_key(&order.subgraph) {
        let known = door.subgraphs.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Some(format!("`subgraph` is one of: {known}."))
    } else if order.delay_ms.is_none() && order.error.is_none() {
        Some("Say `delayMs`, or `error` (unavailable or timeout), or both.".to_owned())
    } else if order.delay_ms.is_some_and(|delay| delay > delay_most) {
        Some(format!("`delayMs` is at most {delay_most}."))
    } else if !(0.0..=1.0).contains(&order.share) || order.share == 0.0 {
        Some("`share` is a number above 0 and at most 1.".to_owned())
    } else if !(1..=SECONDS_MAX).contains(&order.seconds) {
        Some(format!("`seconds` is from 1 to {SECONDS_MAX}."))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return Err(unreadable(wrong));
    }
    let fault = Fault { delay: order.delay_ms.map(Duration::from_millis), failure: order.error };
    tracing::warn!(by, subgraph = order.subgraph, ?fault, seconds = order.seconds, "a fault was ordered");
    let until_ms = door.studio.now_ms() + order.seconds * 1000;
    let lasts = Duration::from_secs(order.seconds);
    faults.order(&order.subgraph, StandingFault::new(fault, order.share, lasts, until_ms, by));
    Ok(())
}

fn told(door: &Door) -> Value {
    let standing = door.faults.as_ref().map(|faults| faults.standing()).unwrap_or_default();
    let told = standing.iter().map(|(subgraph, standing)| {
        json!({
            "subgraph": subgraph,
            "delayMs": standing.fault.delay.map(|delay| delay.as_millis()),
            "error": standing.fault.failure,
            "share": standing.share,
            "untilAt": router_studio::view::numbers::moment(standing.until_ms),
            "by": standing.by,
        })
    });
    json!({ "allowed": door.faults.is_some(), "faults": told.collect::<Value>() })
}

fn not_here() -> Problem {
    Problem {
        status: StatusCode::FORBIDDEN,
        slug: "forbidden",
        code: "FORBIDDEN",
        title: "No faults here",
        detail:
            "Faults are switched off; where nobody depends on the answers, `router.studio.faults: true` allows them."
                .to_owned(),
    }
}
