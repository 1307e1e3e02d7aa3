//! Settings as the documentation writes them are settings that the command takes.

use std::path::PathBuf;

use super::repository;

/// A graph to set something about: the examples show only what they are about.
const SUBGRAPHS: &str = "subgraphs:\n  identity:\n    transport: in-process\n    url: http://127.0.0.1:4101/graphql\n  media:\n    \
                         transport: in-process\n    url: http://127.0.0.1:4104/graphql\n";

/// The pages in which people look for settings.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![repository("README.md")];
    for folder in ["docs", "docs/decisions", "docs/reference"] {
        let files = std::fs::read_dir(repository(folder)).unwrap().map(|file| file.unwrap().path());
        pages.extend(files.filter(|file| file.extension().is_some_and(|extension| extension == "md")));
    }
    pages
}

/// The YAML in a page, each with the line that it begins in.
fn examples(page: &str) -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.trim() == "```yaml" {
            let text: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
            examples.push((index + 1, text.join("\n")));
        }
    }
    examples
}

/// Every example loads, whole or with subgraphs added.
#[test]
fn examples_of_settings_are_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("supergraph.yaml");
    let mut seen = 0;
    for page in pages() {
        for (line, example) in examples(&std::fs::read_to_string(&page).unwrap()) {
            let is_whole = example.lines().any(|line| line.starts_with("subgraphs:"));
            let text = if is_whole { example } else { format!("{SUBGRAPHS}{example}") };
            std::fs::write(&file, &text).unwrap();
            let loaded = lyceum::configuration::load(Some(&file));
            assert!(loaded.is_ok(), "{}:{line}: {}\n{text}", page.display(), loaded.unwrap_err());
            seen += 1;
        }
    }
    assert!(seen > 4, "the examples were found: {seen}");
}
