//! The dashboards, before a Prometheus that reads the product.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::folder;
use super::prometheus::{Prometheus, is_missing};
use super::stage::{Load, METRICS, TRACES, http, products, targets};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The dashboards, by the names of their files.
fn dashboards() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder().join("grafana/dashboards")).unwrap().map(|file| file.unwrap().path());
    let read = |file: std::path::PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let dashboard = serde_json::from_str(&std::fs::read_to_string(&file).unwrap());
        (name, dashboard.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    };
    files.map(read).collect()
}

/// Each expression, by where it stands.
fn expressions(dashboards: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let mut expressions = Vec::new();
    for (file, dashboard) in dashboards {
        for panel in dashboard["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().unwrap() {
                let place = format!("{file}: {} ({})", panel["title"].as_str().unwrap(), target["refId"]);
                // Grafana chooses it; it is never less than four times the interval between two readings.
                let expression = target["expr"].as_str().unwrap().replace("$__rate_interval", "20s");
                expressions.push((place, expression));
            }
        }
    }
    expressions
}

/// S0-OBS-3: dashboards are told apart, take their data from whoever looks says, and no panel covers another.
#[test]
fn the_dashboards_can_be_put_up() {
    let dashboards = dashboards();
    let uids: BTreeSet<&str> = dashboards.values().map(|dashboard| dashboard["uid"].as_str().unwrap()).collect();
    assert!(dashboards.len() >= 6 && uids.len() == dashboards.len(), "{uids:?}");
    for (file, dashboard) in &dashboards {
        assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource", "{file}");
        let mut taken = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{file}: {}", panel["title"]);
            let at = |side: &str| panel["gridPos"][side].as_u64().unwrap();
            for (x, y) in (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y))) {
                assert!(x < 24 && taken.insert((x, y)), "{file}: {} is where another one is", panel["title"]);
            }
        }
    }
}

/// S0-OBS-3, S0-OBS-4: a real Prometheus reads every process of both shapes, no panel is empty, and no alert's expression
/// fails.
#[tokio::test]
async fn no_panel_is_empty_and_no_alert_fails() {
    if is_missing() {
        return;
    }
    let products = products().await;
    let targets = targets(&products);
    let _load = Load::start(&products);
    let prometheus = Prometheus::start(&targets).await;
    let until = Instant::now() + PATIENCE;
    let mut left = expressions(&dashboards());
    while !left.is_empty() {
        let mut empty = Vec::new();
        for (place, expression) in left {
            let values = prometheus.query(&expression).await.unwrap_or_else(|error| panic!("{place}: {error}"));
            if values.is_empty() {
                empty.push((place, expression));
            }
        }
        left = empty;
        assert!(Instant::now() < until, "these panels are empty: {left:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let up = prometheus.query("up == 1").await.unwrap();
    assert_eq!(up.len(), targets.len(), "{targets:?}");
    for expression in [
        "histogram_quantile(0.95, sum by (le) (rate(router_request_duration_seconds_bucket[20s]))) > 0",
        "sum(rate(router_operation_requests_total{operation=\"Catalogue\"}[20s])) > 0",
        "sum(rate(router_fetch_cache_total[20s])) > 0",
        "sum(rate(events_published_total[20s])) > 0",
        "sum(process_resident_memory_bytes) > 1000000",
    ] {
        assert!(!prometheus.query(expression).await.unwrap().is_empty(), "{expression}");
    }
    let rules = prometheus.ask("/api/v1/rules").await;
    let rules = rules["data"]["groups"][0]["rules"].as_array().unwrap().clone();
    assert!(rules.len() > 10, "{rules:?}");
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule:#}");
    }
}

/// S0-OBS-5: a bucket names a trace that has gone to the collector, in the router and in subgraphs; Prometheus keeps that.
/// Metrics go to the collector as well.
#[tokio::test]
async fn a_point_of_a_histogram_leads_to_a_trace() {
    if is_missing() {
        return;
    }
    let products = products().await;
    let _load = Load::start(&products);
    let prometheus = Prometheus::start(&targets(&products)).await;
    let until = Instant::now() + PATIENCE;
    let mut left = vec![
        "router_request_duration_seconds_bucket",
        "router_operation_duration_seconds_bucket",
        "router_overhead_seconds_bucket",
        "subgraph_request_duration_seconds_bucket",
    ];
    let told = || TRACES.load(Ordering::Relaxed) > 0 && METRICS.load(Ordering::Relaxed) > 0;
    while !left.is_empty() || !told() {
        let mut without = Vec::new();
        for metric in left {
            let path = format!("/api/v1/query_exemplars?query={metric}&start=0&end=4000000000");
            let found = prometheus.ask(&path).await;
            let trace = found["data"][0]["exemplars"][0]["labels"]["trace_id"].as_str().map(str::len);
            if trace != Some(32) {
                without.push(metric);
            }
        }
        left = without;
        let sent = (TRACES.load(Ordering::Relaxed), METRICS.load(Ordering::Relaxed));
        assert!(Instant::now() < until, "without exemplars: {left:?}; messages with traces and metrics: {sent:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// S0-OBS-1: what every process shows is as Prometheus' checker wants it, in both formats.
#[tokio::test]
async fn what_is_shown_is_well_formed() {
    if is_missing() {
        return;
    }
    for target in targets(&products().await) {
        let url = format!("http://{target}/metrics");
        let text = http().get(&url).send().await.unwrap().text().await.unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &text).unwrap();
        let checked = std::process::Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(std::fs::File::open(file.path()).unwrap())
            .output()
            .unwrap();
        let said = [checked.stdout, checked.stderr].concat();
        assert!(checked.status.success(), "{url}:\n{}", String::from_utf8_lossy(&said));
        let open = http().get(&url).header("accept", "application/openmetrics-text").send().await;
        let open = open.unwrap().text().await.unwrap();
        assert!(open.ends_with("# EOF\n"), "{url}");
    }
}
