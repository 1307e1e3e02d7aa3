//! A new subgraph, in a copy of the house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::Command;

use xtask::new_subgraph::{NewSubgraphError, write};
use xtask::{files_with_extension, workspace_root};

/// The files that name every subgraph, and the templates.
fn copy_of_the_house() -> tempfile::TempDir {
    let (root, copy) = (workspace_root(), tempfile::tempdir().unwrap());
    let mut files: Vec<_> =
        ["Cargo.toml", "lyceum/Cargo.toml", "lyceum/src/platform.rs", "supergraph.yaml", ".rustfmt.toml"]
            .map(|file| root.join(file))
            .to_vec();
    for extension in ["rs", "toml", "sql"] {
        files.extend(files_with_extension(&root.join("xtask/templates"), extension).unwrap());
    }
    for file in files.iter().filter(|file| file.is_file()) {
        let place = copy.path().join(file.strip_prefix(&root).unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(file, place).unwrap();
    }
    copy
}

fn text(root: &Path, file: &str) -> String {
    std::fs::read_to_string(root.join(file)).unwrap()
}

/// Every text file below the copy, to see that nothing has changed.
fn everything(root: &Path) -> Vec<(std::path::PathBuf, String)> {
    let mut files = Vec::new();
    for extension in ["rs", "toml", "sql", "yaml"] {
        files.extend(files_with_extension(root, extension).unwrap());
    }
    files.into_iter().map(|file| (file.clone(), std::fs::read_to_string(&file).unwrap())).collect()
}

/// design.md: outside its folder a new subgraph is a change of about ten lines.
#[test]
fn a_new_subgraph_is_whole_and_in_the_graph() {
    let copy = copy_of_the_house();
    let files = write(copy.path(), "greetings").unwrap();
    for file in &files {
        let written = std::fs::read_to_string(copy.path().join(file)).unwrap();
        assert!(!written.contains("{{"), "{} has a placeholder left", file.display());
    }
    assert!(text(copy.path(), "lyceum/src/platform.rs").contains("&greetings::SUBGRAPH];"));
    assert!(text(copy.path(), "Cargo.toml").contains("  \"subgraphs/greetings\",\n"));
    assert!(text(copy.path(), "Cargo.toml").contains("greetings = { path = \"subgraphs/greetings\" }\n"));
    assert!(text(copy.path(), "lyceum/Cargo.toml").contains("greetings.workspace = true\n"));
    assert!(text(copy.path(), "supergraph.yaml").contains("  greetings:\n    transport: in-process\n"));

    let source = files_with_extension(&copy.path().join("subgraphs/greetings"), "rs").unwrap();
    // How lines break depends on the length of the name; the command has them formatted.
    let formatted = Command::new("rustfmt").args(["--edition", "2024"]).args(&source).output().unwrap();
    assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stderr));
}

/// The list of subgraphs grows until it breaks into several lines.
#[test]
fn as_many_subgraphs_as_wanted_can_follow_each_other() {
    let copy = copy_of_the_house();
    let platform = copy.path().join("lyceum/src/platform.rs");
    let before = text(copy.path(), "lyceum/src/platform.rs");
    let (_, list) = before.split_once("const SUBGRAPHS").unwrap();
    let before = list.split_once(';').unwrap().1.split_once(';').unwrap().0.matches("::SUBGRAPH").count();
    let followers = ["greetings", "farewells", "anniversaries", "invitations", "congratulations"];
    for name in followers {
        write(copy.path(), name).unwrap();
        let formatted = Command::new("rustfmt").args(["--edition", "2024"]).arg(&platform).output().unwrap();
        assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stderr));
        assert!(text(copy.path(), "lyceum/src/platform.rs").contains(&format!("&{name}::SUBGRAPH")));
    }
    let list = format!("const SUBGRAPHS: [&Subgraph; {}] = [", before + followers.len());
    let text = text(copy.path(), "lyceum/src/platform.rs");
    assert!(text.contains(&list), "{text}");
}

#[test]
fn what_cannot_be_a_subgraph_changes_nothing() {
    let copy = copy_of_the_house();
    write(copy.path(), "greetings").unwrap();
    let before = everything(copy.path());
    assert!(matches!(write(copy.path(), "greetings"), Err(NewSubgraphError::Exists(_))));
    for name in ["", "ab", "Upper", "with-hyphen", "../away", "averyveryverylongnameindeed"] {
        let refused = write(copy.path(), name).unwrap_err();
        assert!(matches!(refused, NewSubgraphError::Name(_)), "{name}: {refused}");
    }
    for name in ["kit", "match", "yield", "serde", "tokio", "axum", "xtask", "core"] {
        let refused = write(copy.path(), name).unwrap_err();
        assert!(matches!(refused, NewSubgraphError::Taken(..)), "{name}: {refused}");
    }
    assert_eq!(everything(copy.path()), before);
}
