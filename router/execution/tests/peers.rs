//! Composers and planners of others, beside ours.
//!
//! `LYCEUM_REFERENCE_PACKAGES` names a folder in which the packages of `peers/package.json` are installed. Without it there
//! is nothing to compare with; `LYCEUM_REQUIRE_REFERENCE` makes that a failure.

mod composers;
mod planners;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;
use serde_json::Value;

const FOLDER: &str = "LYCEUM_REFERENCE_PACKAGES";
const REQUIRE: &str = "LYCEUM_REQUIRE_REFERENCE";
/// How many graphs are generated; more with `LYCEUM_COMPARED_GRAPHS`.
const GRAPHS: u64 = 300;

/// Where the packages are.
fn packages() -> Option<OsString> {
    let folder = std::env::var_os(FOLDER);
    assert!(
        folder.is_some() || std::env::var_os(REQUIRE).is_none(),
        "{FOLDER} names no folder with the packages of peers/package.json"
    );
    if folder.is_none() {
        eprintln!("{FOLDER} is not set: nothing was compared");
    }
    folder
}

fn graphs() -> u64 {
    std::env::var("LYCEUM_COMPARED_GRAPHS").map_or(GRAPHS, |text| text.parse().unwrap())
}

/// Gives a script one line for each question, and reads as many answers.
fn ask<Answer: DeserializeOwned>(script: &str, packages: &OsString, questions: &[Value]) -> Vec<Answer> {
    let asked: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut process = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script))
        .env("REFERENCE_PACKAGES", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{script} failed: {}", output.status);
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "{script} left questions unanswered");
    answers
}
