//! The README's commands, run as they stand there.

use std::process::Command;

use super::repository;
use crate::product::{Product, Shape};

/// The shell blocks of the README that hold this word.
fn blocks(word: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository("README.md")).unwrap();
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.contains(word)).map(str::to_owned).collect()
}

/// What a shell prints for a script.
fn shell(script: &str, folder: &std::path::Path) -> String {
    let done = Command::new("sh").args(["-euc", script]).current_dir(folder).output().expect("a shell runs");
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{script}\n{out}{error}");
    out.into_owned()
}

/// Signing in and the first query with curl: what README says to copy works, over three subgraphs.
#[tokio::test]
async fn the_first_query_works_as_it_is_written() {
    let script = here(&blocks("TOKEN=").concat()).await;
    assert!(script.contains("/graphql"), "the README has no query with curl");
    let printed = tokio::task::spawn_blocking(move || shell(&script, std::path::Path::new("."))).await.unwrap();
    let reply: serde_json::Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}"));
    assert!(reply["errors"].is_null(), "{reply}");
    let first = &reply["data"]["me"]["enrollments"]["edges"][0]["node"]["course"];
    assert!(first["title"].is_string() && first["viewerProgress"]["percent"].is_number(), "{reply}");
}

/// The subscription with curl begins; it ends with the reader's patience.
#[tokio::test]
async fn the_subscription_works_as_it_is_written() {
    let (sign_in, subscription) = (blocks("TOKEN=").concat(), blocks("subscription").concat());
    let sign_in = sign_in.split("\n\n").next().unwrap();
    let patience = "curl -sN --max-time 1 -o /dev/null -w '%{http_code} %{content_type}'";
    let subscription = subscription.trim().replace("curl -sN", patience);
    assert!(subscription.contains(patience), "the README has no subscription with curl");
    let script = here(&format!("{sign_in}\n{subscription} || true")).await;
    let printed = tokio::task::spawn_blocking(move || shell(&script, std::path::Path::new("."))).await.unwrap();
    assert_eq!(printed, "200 text/event-stream; charset=utf-8");
}

/// A script as it is for the product of these tests.
async fn here(script: &str) -> String {
    let product = Product::shared(Shape::OneProcess).await;
    let address = product.url.trim_start_matches("http://");
    script.replace("localhost:4000", address).replace("lyceum-demonstration", crate::product::PASSWORD)
}

/// Every `cargo run --release -- …` of the README, but for those that serve until they are stopped.
#[test]
fn every_command_works_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("query.graphql"), "{ me { displayName } }").unwrap();
    let mut ran = 0;
    for line in blocks("cargo run --release -- ").concat().lines() {
        let Some(command) = line.split('#').next().unwrap_or_default().trim().strip_prefix("cargo run --release -- ")
        else {
            continue;
        };
        let printed = shell(&format!("{} {command}", env!("CARGO_BIN_EXE_lyceum")), folder.path());
        assert!(!printed.is_empty(), "{command} prints nothing");
        ran += 1;
    }
    assert!(ran >= 2, "the README shows {ran} commands only");
}
