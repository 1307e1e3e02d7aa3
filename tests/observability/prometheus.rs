//! A Prometheus of the tests' own.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::folder;
use super::stage::http;
use crate::product::Process;

/// Prometheus and its checker are not on this machine, and nobody has said that they must be.
pub(super) fn is_missing() -> bool {
    let is_there =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|ran| ran.status.success());
    if is_there("prometheus") && is_there("promtool") {
        return false;
    }
    let is_required = std::env::var("LYCEUM_REQUIRE_OBSERVABILITY").is_ok_and(|value| value == "1");
    assert!(!is_required, "prometheus and promtool are required; apt-get install prometheus");
    eprintln!("skipped: prometheus and promtool are not on this machine; apt-get install prometheus");
    true
}

/// A server that reads what it is told to every second.
pub(super) struct Prometheus {
    url: String,
    http: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

impl Prometheus {
    /// Starts one that reads these addresses, and judges the alert rules.
    pub(super) async fn start(targets: &[String]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let rules = folder().join("prometheus/alerts.yaml").canonicalize().unwrap();
        let mut configuration = format!(
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files: [{}]\nscrape_configs:\n  - job_name: \
             lyceum\n    static_configs:\n      - targets:\n",
            rules.display()
        );
        for target in targets {
            writeln!(configuration, "        - \"{target}\"").unwrap();
        }
        let file = temporary.path().join("prometheus.yaml");
        std::fs::write(&file, configuration).unwrap();
        let port = crate::product::steady_port();
        let process = Process::start("prometheus", command(&file, temporary.path(), port));
        let server =
            Self { url: format!("http://127.0.0.1:{port}"), http: http(), _process: process, _folder: temporary };
        let until = Instant::now() + Duration::from_secs(60);
        while !server.is_ready().await {
            assert!(Instant::now() < until, "prometheus does not get ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    async fn is_ready(&self) -> bool {
        let asked = self.http.get(format!("{}/-/ready", self.url)).send().await;
        asked.is_ok_and(|reply| reply.status().is_success())
    }

    /// What an expression gives at this moment: its values, which may be none.
    pub(super) async fn query(&self, expression: &str) -> Result<Vec<f64>, String> {
        let reply = self.ask(&format!("/api/v1/query?query={}", encoded(expression))).await;
        if reply["status"] != "success" {
            return Err(reply["error"].to_string());
        }
        let result = reply["data"]["result"].as_array().cloned().unwrap_or_default();
        Ok(result.iter().filter_map(|series| series["value"][1].as_str()?.parse().ok()).collect())
    }

    /// The answer to a question of its API.
    pub(super) async fn ask(&self, path: &str) -> Value {
        let reply = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
    }
}

fn command(configuration: &Path, data: &Path, port: u16) -> Command {
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", configuration.display()))
        .arg(format!("--storage.tsdb.path={}", data.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--enable-feature=exemplar-storage")
        .arg("--log.level=warn");
    command
}

/// As a part of an address.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
