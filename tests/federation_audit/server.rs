//! The audit's own server: every subgraph of every suite, and what each suite asks and expects.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::process::Process;

/// As the audit allows a gateway.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A running server of the audit.
pub(crate) struct AuditServer {
    http: reqwest::Client,
    url: String,
    _process: Process,
}

/// A subgraph of a suite.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditSubgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) sdl: String,
}

/// A question and what must come back.
#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) query: String,
    pub(crate) expected: Expected,
}

/// What must come back.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) data: Value,
    /// Whether there must be errors; absent when it does not matter.
    pub(crate) errors: Option<bool>,
}

impl AuditServer {
    /// Starts it from a checkout, on a free port.
    pub(crate) fn start(checkout: &Path) -> Self {
        assert!(
            checkout.join("node_modules/tsx").is_dir(),
            "{} is no installed checkout of the federation audit; run `npm install` there",
            checkout.display()
        );
        // A process may have one provider of cryptography; whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("node");
        command.current_dir(checkout).args(["--import", "tsx", "src/cli.ts", "serve", "--port", &free.to_string()]);
        // Some of its subgraphs then refuse to be asked for what the plan could have had elsewhere.
        command.env("PUNISH_FOR_POOR_PLANS", "1");
        let process = Process::start("the audit's server", command);
        process.wait_for(|line| line.contains("Server started").then_some(()));
        let http = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build().unwrap();
        Self { http, url: format!("http://127.0.0.1:{free}"), _process: process }
    }

    /// The names of its suites.
    pub(crate) async fn suites(&self) -> Vec<String> {
        self.get("/ids").await
    }

    /// The subgraphs of a suite.
    pub(crate) async fn subgraphs(&self, suite: &str) -> Vec<AuditSubgraph> {
        self.get(&format!("/{suite}/subgraphs")).await
    }

    /// The cases of a suite.
    pub(crate) async fn cases(&self, suite: &str) -> Vec<Case> {
        self.get(&format!("/{suite}/tests")).await
    }

    /// Asks a gateway one question, as the audit does.
    pub(crate) async fn ask(&self, gateway: &str, query: &str) -> Result<Value, String> {
        let body = serde_json::json!({ "query": query }).to_string();
        let request = self.http.post(gateway).header("content-type", "application/json");
        let reply = request.header("accept", "application/json").body(body).send().await;
        let text = reply.map_err(|error| error.to_string())?.text().await.map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let reply = self.http.get(format!("{}{path}", self.url)).header("accept", "application/json").send().await;
        let text = reply.unwrap().error_for_status().unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error} in {text}"))
    }
}
