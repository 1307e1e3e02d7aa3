//! One answer for each path.

use std::collections::BTreeMap;

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use router_studio::otlp;
use router_studio::view::numbers::ms;
use router_studio::view::subgraphs::SubgraphFacts;
use serde_json::{Value, json};
use telemetry::TraceId;

use super::access::Asker;
use super::query::{Parameters, unreadable};
use super::{Door, faults, json_reply, live, receiver, reply};
use crate::configuration::StudioAccess;
use crate::identity::Viewer;
use crate::problem::Problem;

/// Answers who may look.
pub(super) async fn answer(door: &Door, asker: &Asker, head: &Parts, body: Body) -> Result<Response<Body>, Problem> {
    let path: Vec<&str> = head.uri.path().split('/').skip(1).collect();
    let (studio, window) = (&door.studio, |known: &[&str]| Parameters::of(head, known)?.window());
    let told = match path.as_slice() {
        ["ops", "overview"] => studio.overview(window(&["window"])?).await.map_err(unavailable)?,
        ["ops", "operations"] => {
            let known = ["window", "search", "kind", "client", "sort", "order", "limit", "after"];
            studio.operations(&Parameters::of(head, &known)?.operations()?).await
        }
        ["ops", "operations", hash] => {
            let window = window(&["window"])?;
            let told = studio.operation(hash, window).await.map_err(unavailable)?;
            told.ok_or_else(|| {
                missing(format!(
                    "No such operation was asked for in the last {}; look at a longer window.",
                    window.name()
                ))
            })?
        }
        ["ops", "traces"] => {
            let known = [
                "window",
                "beginAt",
                "endAt",
                "operation",
                "subgraph",
                "client",
                "status",
                "cache",
                "minMs",
                "maxMs",
                "search",
                "sort",
                "limit",
                "after",
            ];
            let filter = Parameters::of(head, &known)?.traces(studio.now_ms())?;
            studio.traces(&filter).await.map_err(unavailable)?
        }
        ["ops", "traces", id] => {
            Parameters::of(head, &[])?;
            let told = studio.trace(trace_id(id)?).await.map_err(unavailable)?;
            told.ok_or_else(|| not_kept(door))?
        }
        ["ops", "traces", id, "otlp"] => return exported(door, head, trace_id(id)?).await,
        ["ops", "subgraphs"] => {
            let window = window(&["window"])?;
            studio.subgraphs(window, &facts(door).await).await.map_err(unavailable)?
        }
        ["ops", "subgraphs", name] => {
            let window = window(&["window"])?;
            let told = studio.subgraph(name, window, &facts(door).await).await.map_err(unavailable)?;
            told.ok_or_else(|| missing("The graph has no such subgraph.".to_owned()))?
        }
        ["ops", "graph"] => studio.graph(window(&["window"])?).await,
        ["ops", "bottlenecks"] => studio.bottlenecks(window(&["window"])?).await.map_err(unavailable)?,
        ["ops", "live"] => {
            Parameters::of(head, &[])?;
            return live::stream(door);
        }
        ["ops", "session"] => {
            Parameters::of(head, &[])?;
            session(door, asker)
        }
        ["ops", "faults", ..] => return faults::answer(door, asker, head, body).await,
        _ => return receiver::receive(door, head, body).await,
    };
    Ok(json_reply(&told))
}

fn session(door: &Door, asker: &Asker) -> Value {
    let (identity, scopes) = match asker {
        Asker::Loopback => ("loopback", vec!["ops:read".to_owned()]),
        Asker::Token(viewer) => ("token", scopes(viewer)),
    };
    json!({
        "identity": identity,
        "scopes": scopes,
        "production": door.access == StudioAccess::Token,
        "faults": door.faults.is_some(),
        "budgetMs": ms(u64::try_from(door.studio.budget().as_micros()).unwrap_or(u64::MAX)),
        "version": env!("CARGO_PKG_VERSION"),
        "name": "Lyceum",
    })
}

fn scopes(viewer: &Viewer) -> Vec<String> {
    let mut scopes: Vec<String> = viewer.claims().map(|claims| claims.scopes.to_vec()).unwrap_or_default();
    scopes.sort();
    scopes
}

/// What is known of each subgraph now.
async fn facts(door: &Door) -> BTreeMap<String, SubgraphFacts> {
    let reachable = door.health.reachable_subgraphs().await;
    let facts = door.subgraphs.iter().map(|(name, watched)| {
        let facts = SubgraphFacts {
            in_process: watched.is_in_process,
            is_reachable: reachable.get(name).copied(),
            in_flight: watched.transport.in_flight(),
            in_flight_max: None,
        };
        (name.clone(), facts)
    });
    facts.collect()
}

/// A trace as OpenTelemetry's tools read it, as a file.
async fn exported(door: &Door, head: &Parts, id: TraceId) -> Result<Response<Body>, Problem> {
    Parameters::of(head, &[])?;
    let spans = door.studio.spans(id).await.map_err(unavailable)?.ok_or_else(|| not_kept(door))?;
    let body = otlp::to_json(&spans).map_err(|_| missing("The trace cannot be told as OTLP.".to_owned()))?;
    let mut reply = reply("application/json", body);
    let name = format!("attachment; filename=\"trace-{id}.json\"");
    if let Ok(value) = HeaderValue::from_str(&name) {
        reply.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(reply)
}

fn trace_id(text: &str) -> Result<TraceId, Problem> {
    text.to_ascii_lowercase().parse().map_err(|_| unreadable("A trace id is 32 hexadecimal digits.".to_owned()))
}

fn not_kept(door: &Door) -> Problem {
    let age = door.studio.age_max().as_secs();
    let age = if age.is_multiple_of(3_600) { format!("{} hours", age / 3_600) } else { format!("{age} seconds") };
    missing(format!(
        "The trace was not kept, or is no longer: which are, the sampling decides, and they are kept for at most {age} and \
         while there is room."
    ))
}

fn missing(detail: String) -> Problem {
    let (slug, code, title) = ("not-found", "NOT_FOUND", "There is no such thing");
    Problem { status: StatusCode::NOT_FOUND, slug, code, title, detail }
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    tracing::warn!(%error, "the studio's store cannot be read");
    Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        slug: "unavailable",
        code: "UNAVAILABLE",
        title: "The store cannot be read",
        detail: "What is remembered cannot be read now; the log tells why.".to_owned(),
    }
}

/// Whether something is to be changed.
pub(super) fn changes(head: &Parts) -> bool {
    head.method != Method::GET && head.method != Method::HEAD
}
