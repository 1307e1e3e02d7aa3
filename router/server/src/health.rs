//! Is the router alive, has it started, and can it serve? (`/health/live`, `/health/startup`, `/health/ready`)
//!
//! Ready means that the subgraphs it cannot do without can be reached, and that it is not stopping. A subgraph that is
//! away costs its own fields only (P9), so it makes the router degraded, not unready.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Json;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use router_execution::transport::Transport;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::configuration::HealthSettings;

/// Finds out whether the router can serve.
#[derive(Debug)]
pub(crate) struct Health {
    settings: HealthSettings,
    subgraphs: Vec<(String, Arc<dyn Transport>)>,
    stopping: AtomicBool,
    /// Held while asking, so that probes at the same time ask once.
    last: Mutex<Option<(Instant, Report)>>,
}

/// The body of a health reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    status: Status,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    subgraphs: BTreeMap<String, Status>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Up,
    Degraded,
    Down,
    Stopping,
}

impl Health {
    pub(crate) fn new(settings: HealthSettings, subgraphs: Vec<(String, Arc<dyn Transport>)>) -> Self {
        Self { settings, subgraphs, stopping: AtomicBool::new(false), last: Mutex::new(None) }
    }

    /// From now on the router is not ready, so that nothing new is sent to it.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// The process answers; nothing else is asked, because a restart mends nothing else.
    pub(crate) fn live() -> Json<Report> {
        Json(Report { status: Status::Up, subgraphs: BTreeMap::new() })
    }

    pub(crate) async fn ready(&self) -> (StatusCode, Json<Report>) {
        let report = if self.stopping.load(Ordering::Acquire) {
            Report { status: Status::Stopping, subgraphs: BTreeMap::new() }
        } else {
            self.subgraph_report().await
        };
        let code = match report.status {
            Status::Up | Status::Degraded => StatusCode::OK,
            Status::Down | Status::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        };
        (code, Json(report))
    }

    /// The subgraphs, and whether each could be reached when it was last tried.
    pub(crate) async fn reachable_subgraphs(&self) -> BTreeMap<String, bool> {
        let report = self.subgraph_report().await;
        report.subgraphs.into_iter().map(|(name, status)| (name, status == Status::Up)).collect()
    }

    async fn subgraph_report(&self) -> Report {
        let mut last = self.last.lock().await;
        if let Some((at, report)) = last.as_ref()
            && at.elapsed() < Duration::from_millis(self.settings.cache_ms)
        {
            return report.clone();
        }
        let asked = join_all(self.subgraphs.iter().map(|(name, transport)| async move {
            let status = if self.reachable(transport.as_ref()).await { Status::Up } else { Status::Down };
            (name.clone(), status)
        }));
        let subgraphs: BTreeMap<String, Status> = asked.await.into_iter().collect();
        let report = Report { status: self.judge(&subgraphs), subgraphs };
        *last = Some((Instant::now(), report.clone()));
        report
    }

    async fn reachable(&self, transport: &dyn Transport) -> bool {
        let Ok(request) = Request::get(self.settings.path.as_str()).body(Bytes::new()) else { return false };
        let sent = transport.send(request, Duration::from_millis(self.settings.timeout_ms)).await;
        sent.is_ok_and(|reply| !reply.status().is_server_error())
    }

    fn judge(&self, subgraphs: &BTreeMap<String, Status>) -> Status {
        let up = |name: &String| subgraphs.get(name) == Some(&Status::Up);
        let none = !subgraphs.is_empty() && !subgraphs.keys().any(up);
        if none || !self.settings.required_subgraphs.iter().all(up) {
            Status::Down
        } else if subgraphs.keys().all(up) {
            Status::Up
        } else {
            Status::Degraded
        }
    }
}
