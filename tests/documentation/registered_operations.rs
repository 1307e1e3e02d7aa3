//! docs/registered-operations.md: its commands, run as they stand there.

use std::process::Command;

use super::repository;
use crate::product::{PASSWORD, Product, Shape};

/// Registering and asking, in the folder of a product that runs.
#[tokio::test]
async fn operations_are_registered_and_asked_for_as_it_is_written() {
    let product = Product::shared(Shape::OneProcess).await;
    let page = std::fs::read_to_string(repository("docs/registered-operations.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| block).collect();
    assert_eq!(blocks.len(), 2, "the page shows how to register, and how to ask");
    let address = product.url.trim_start_matches("http://");
    let script = blocks.join("\n").replace("localhost:4000", address).replace("lyceum-demonstration", PASSWORD);
    let folder = product.command().get_current_dir().expect("it runs in its folder").to_owned();
    let commands = std::path::Path::new(env!("CARGO_BIN_EXE_lyceum")).parent().unwrap();
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", &script]).current_dir(folder).env("PATH", path);
    let done = tokio::task::spawn_blocking(move || shell.output().expect("a shell runs")).await.unwrap();
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{script}\n{out}{error}");
    assert!(out.contains("query PartnerTotal  fetches: 1"), "{out}");
    let reply: serde_json::Value =
        serde_json::from_str(out.lines().last().unwrap()).unwrap_or_else(|_| panic!("{out}"));
    assert!(reply["data"]["courses"]["edges"][0]["node"]["title"].is_string(), "{reply}");
}
