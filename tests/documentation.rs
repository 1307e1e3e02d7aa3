//! The documentation says what is: reference pages are made of the code, and the README's commands are run.

mod commands;
mod configuration;
mod errors;
mod examples;
mod partners;
mod readme;
mod registered_operations;

use std::path::PathBuf;

/// Set to `1` to write the reference pages anew.
const UPDATE: &str = "LYCEUM_UPDATE_REFERENCE";

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Fails when a page of docs/reference is not this text, or writes it.
fn check_page(name: &str, text: &str) {
    let file = repository("docs/reference").join(name);
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        std::fs::write(&file, text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "docs/reference/{name} is not what the code says; renew it with {UPDATE}=1");
}

/// Text as a cell of a Markdown table: one line, and no bar that would end the cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
