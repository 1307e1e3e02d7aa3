//! A media in a process of its own, asked over its standard input and serving over HTTP.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use kit_testing::{TestDatabase, TestSubgraph, person};
use kit_viewer::Role;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::process::{Usage, forget_peak, memory};

/// Makes this program the server.
pub(crate) const ARGUMENT: &str = "--serve-files";

/// The server as its client sees it. It ends with this value.
pub(crate) struct Media {
    server: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

/// Where a file is to be sent.
#[derive(Deserialize)]
pub(crate) struct Upload {
    id: String,
    pub(crate) parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    pub(crate) url: String,
    pub(crate) byte_size: u64,
}

/// A file that can be fetched.
#[derive(Deserialize)]
pub(crate) struct Ready {
    pub(crate) url: String,
    path: String,
}

impl Media {
    pub(crate) fn start() -> Self {
        let mut server = Command::new(std::env::current_exe().unwrap())
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (questions, answers) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let mut media = Self { server, questions, answers, folder: PathBuf::new() };
        media.folder = serde_json::from_value(media.answer()).unwrap();
        media
    }

    pub(crate) fn announce(&mut self, byte_size: u64, sha256: &str) -> Upload {
        self.ask(&json!({ "announce": {
            "kind": "VIDEO", "fileName": "large.mp4", "contentType": "video/mp4", "byteSize": byte_size, "sha256": sha256,
        } }))
    }

    pub(crate) fn complete(&mut self, upload: &Upload) -> Ready {
        self.ask(&json!({ "complete": upload.id }))
    }

    /// The file in which the bytes lie.
    pub(crate) fn object_of(&self, file: &Ready) -> PathBuf {
        let beginning = self.folder.join(&file.path);
        let name = format!("{}.", beginning.file_name().unwrap().to_str().unwrap());
        let beside = std::fs::read_dir(beginning.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        // Its parts stand beside it until they are removed.
        let is_whole = |path: &PathBuf| {
            let rest = path.file_name().unwrap().to_str().unwrap().strip_prefix(&name);
            rest.is_some_and(|rest| !rest.contains('.'))
        };
        beside.into_iter().find(is_whole).unwrap()
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage::of([self.server.id()])
    }

    /// The most memory since the peak was forgotten.
    pub(crate) fn peak(&self) -> u64 {
        memory(self.server.id(), "VmHWM")
    }

    /// Forgets the peak, and answers what is taken now.
    pub(crate) fn forget_peak(&self) -> u64 {
        forget_peak(self.server.id());
        memory(self.server.id(), "VmRSS")
    }

    fn ask<T: for<'d> Deserialize<'d>>(&mut self, question: &Value) -> T {
        writeln!(self.questions, "{question}").unwrap();
        serde_json::from_value(self.answer()).unwrap()
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The server: answers questions until its standard input ends.
#[tokio::main]
pub(crate) async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let options = |folder: &std::path::Path| json!({ "folder": folder.join("files"), "publicUrl": origin });
    let subgraph = TestSubgraph::start_with(&media::SUBGRAPH, TestDatabase::sqlite(), options).await;
    say(&json!(subgraph.folder().join("files")));
    tokio::select! {
        served = subgraph.running().serve(listener) => served.unwrap(),
        () = answer_questions(&subgraph) => {}
    }
}

async fn answer_questions(subgraph: &TestSubgraph) {
    loop {
        let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await.unwrap();
        let Some(line) = line else { return };
        let question: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if question["announce"].is_object() {
            let upload = "upload { id parts { url byteSize } }";
            let reply =
                subgraph.change(&person(9, Role::Admin), "createUpload", upload, question["announce"].clone()).await;
            say(reply.data("/createUpload/upload"));
        } else {
            say(&completed(subgraph, &question["complete"]).await);
        }
    }
}

/// Large files are put together after the answer.
async fn completed(subgraph: &TestSubgraph, upload: &Value) -> Value {
    let viewer = person(9, Role::Admin);
    let reply = subgraph.change(&viewer, "completeUpload", "file { id path }", json!({ "uploadId": upload })).await;
    let file = reply.data("/completeUpload/file").clone();
    loop {
        let asked = json!({ "fileId": file["id"] });
        let reply = subgraph.change(&viewer, "createDownload", "ticket { url }", asked).await;
        if let Some(url) = reply.data("/createDownload/ticket/url").as_str() {
            return json!({ "url": url, "path": file["path"] });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn say(answer: &Value) {
    let mut output = std::io::stdout();
    writeln!(output, "{answer}").unwrap();
    output.flush().unwrap();
}
