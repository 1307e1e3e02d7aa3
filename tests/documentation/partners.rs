//! docs/partners.md: its commands, run as they stand there.

use std::process::Command;

use super::repository;
use crate::product::{PASSWORD, Product, Shape};

/// Making a client, asking as it, and looking at what was used, in the folder of a product that runs.
#[tokio::test]
async fn partners_are_looked_after_as_it_is_written() {
    let product = Product::shared(Shape::OneProcess).await;
    let page = std::fs::read_to_string(repository("docs/partners.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| block).collect();
    let [create, usage, ask] = blocks[..] else { panic!("the page shows how to create, to look and to ask") };
    let script = [create, ask, "echo", &usage.replace("usage partner_demo", "usage acme_books")].join("\n");
    let script = script
        .replace("localhost:4000", product.url.trim_start_matches("http://"))
        .replace("127.0.0.1:4001", product.ops_url.trim_start_matches("http://"))
        .replace("lyceum-demonstration", PASSWORD);
    let folder = product.command().get_current_dir().expect("it runs in its folder").to_owned();
    let commands = std::path::Path::new(env!("CARGO_BIN_EXE_lyceum")).parent().unwrap();
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", &script]).current_dir(folder).env("PATH", path);
    let done = tokio::task::spawn_blocking(move || shell.output().expect("a shell runs")).await.unwrap();
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{script}\n{out}{error}");
    assert!(out.contains("\"totalCount\":") && out.contains("acme_books, since this router started"), "{out}{error}");
    assert!(out.contains("all: 1 operations, 0 with errors"), "{out}");
}
