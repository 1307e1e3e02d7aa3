//! The platform as people run it, with the tiny demonstration data on embedded databases and a folder.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const PASSWORD: &str = "tiny-worlds-need-long-passwords";
/// The configuration that is built in, and the address there of each subgraph.
const CONFIGURATION: &str = include_str!("../../../supergraph.yaml");
const SUBGRAPHS: [(&str, &str); 5] = [
    ("identity", "127.0.0.1:4101"),
    ("learning", "127.0.0.1:4102"),
    ("enrollment", "127.0.0.1:4103"),
    ("media", "127.0.0.1:4104"),
    ("playback", "127.0.0.1:4105"),
];

/// Running processes, and somebody who has signed in. They end with this value.
pub(crate) struct Platform {
    /// The router.
    pub(crate) origin: String,
    /// Media; the router's process when there is only one.
    pub(crate) media_origin: String,
    processes: Vec<(&'static str, Child)>,
    client: reqwest::Client,
    runtime: Runtime,
    token: String,
    _folder: TempDir,
}

/// Where a file is to be sent.
#[derive(Deserialize)]
pub(crate) struct Upload {
    id: String,
    pub(crate) parts: Vec<Part>,
    file: File,
}

#[derive(Deserialize)]
struct File {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    pub(crate) url: String,
    pub(crate) byte_size: u64,
}

impl Platform {
    /// `lyceum up`.
    pub(crate) fn in_one_process() -> Self {
        let (folder, listener) = (tempfile::tempdir().unwrap(), free_address());
        let origin = format!("http://{listener}");
        let arguments = ["up", "--listen", &listener, "--ops-listen", "127.0.0.1:0"];
        let process = start(folder.path(), &origin, &arguments, "/graphql");
        Self::around(folder, origin.clone(), origin, vec![("router", process)])
    }

    /// `lyceum router`, and `lyceum subgraph` for each.
    pub(crate) fn in_many_processes() -> Self {
        let (folder, listener) = (tempfile::tempdir().unwrap(), free_address());
        let (origin, mut media_origin) = (format!("http://{listener}"), String::new());
        let mut configuration = CONFIGURATION.to_owned();
        for (name, known) in SUBGRAPHS {
            let address = free_address();
            configuration = configuration.replace(known, &address);
            if name == "media" {
                media_origin = format!("http://{address}");
            }
        }
        std::fs::write(folder.path().join("supergraph.yaml"), configuration).unwrap();
        let mut processes = Vec::new();
        for (name, _) in SUBGRAPHS {
            processes.push((name, start(folder.path(), &origin, &["subgraph", name], "/graphql")));
        }
        let arguments = ["router", "--listen", &listener, "--ops-listen", "127.0.0.1:0"];
        processes.push(("router", start(folder.path(), &origin, &arguments, "/health/ready")));
        Self::around(folder, origin, media_origin, processes)
    }

    fn around(folder: TempDir, origin: String, media_origin: String, processes: Vec<(&'static str, Child)>) -> Self {
        // A process may have one provider of cryptography; whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A new connection each time: nobody minds the idle ones while files are on their way.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let token = String::new();
        let mut platform = Self { origin, media_origin, processes, client, runtime, token, _folder: folder };
        let signed_in =
            platform.post("/auth/v1/login", &json!({ "email": "admin@demo.invalid", "password": PASSWORD }));
        signed_in["accessToken"].as_str().unwrap().clone_into(&mut platform.token);
        platform
    }

    /// The process of this name.
    pub(crate) fn process(&self, name: &str) -> u32 {
        self.processes.iter().find(|(known, _)| *known == name).unwrap().1.id()
    }

    pub(crate) fn announce(&self, byte_size: u64, sha256: &str) -> Upload {
        let selection = "upload { id parts { url byteSize } file { id } }";
        let input = json!({
            "kind": "VIDEO", "fileName": "large.mp4", "contentType": "video/mp4", "byteSize": byte_size, "sha256": sha256,
        });
        serde_json::from_value(self.change("createUpload", selection, &input)["upload"].clone()).unwrap()
    }

    /// Has a file put together, and waits until it can be fetched; the address to fetch it from.
    pub(crate) fn complete(&self, upload: &Upload) -> String {
        self.change("completeUpload", "file { id }", &json!({ "uploadId": upload.id }));
        loop {
            let ticket = self.change("createDownload", "ticket { url }", &json!({ "fileId": upload.file.id }));
            if let Some(url) = ticket["ticket"]["url"].as_str() {
                return url.to_owned();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn change(&self, mutation: &str, selection: &str, input: &Value) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} }} }}");
        let reply = self.post("/graphql", &json!({ "query": query, "variables": { "input": input } }));
        assert!(reply["errors"].is_null(), "{reply}");
        reply["data"][mutation].clone()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut request = self.client.post(format!("{}{path}", self.origin)).header("content-type", "application/json");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let request = request.body(body.to_string());
        let answered = async { request.send().await.unwrap().bytes().await.unwrap() };
        serde_json::from_slice(&self.runtime.block_on(answered)).unwrap()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        for (_, process) in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Starts the command, and waits until it says a line with this text.
fn start(folder: &Path, origin: &str, arguments: &[&str], said: &str) -> Child {
    let mut process = Command::new(env!("CARGO_BIN_EXE_lyceum"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("DEMO_PASSWORD", PASSWORD)
        .env("LYCEUM_SEED_PROFILE", "tiny")
        .env("LYCEUM_MEDIA_PUBLIC_URL", origin)
        .env("LYCEUM_STOP_WITH_STDIN", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let is_there = lines.any(|line| line.unwrap().contains(said));
    assert!(is_there, "`lyceum {}` has ended before it said {said}", arguments.join(" "));
    // What it says later must find room.
    std::thread::spawn(move || lines.for_each(drop));
    process
}
