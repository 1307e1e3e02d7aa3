//! Documentation that names a file which is not there is worse than none.

use std::path::Path;

/// The first folder of paths that the check follows; other code spans are not taken for paths.
const ROOTS: [&str; 10] =
    ["lyceum/", "router/", "subgraphs/", "migrations/", "docs/", "tests/", "bench/", "xtask/", "charts/", "deploy/"];

/// Every path in a code span or a relative link of README.md and docs/ that does not exist.
///
/// A path with `<`, `*`, `{` or `NNNN` in it is a pattern and is left alone.
///
/// # Errors
/// When a document cannot be read.
pub fn missing_paths(root: &Path) -> std::io::Result<Vec<String>> {
    let mut documents = crate::files_with_extension(&root.join("docs"), "md")?;
    documents.push(root.join("README.md"));
    let mut findings = Vec::new();
    for document in documents.iter().filter(|document| document.is_file()) {
        let text = std::fs::read_to_string(document)?;
        let folder = document.parent().unwrap_or(root);
        for (index, line) in text.lines().enumerate() {
            let spans = code_spans(line)
                .filter(|span| ROOTS.iter().any(|first| span.starts_with(first)))
                .map(|path| (root, path));
            let links = relative_links(line).map(|path| (folder, path));
            for (base, path) in spans.chain(links) {
                if !is_pattern(path) && !base.join(path).exists() {
                    let shown = document.strip_prefix(root).unwrap_or(document).display();
                    findings.push(format!("{shown}:{}: {path} does not exist", index + 1));
                }
            }
        }
    }
    Ok(findings)
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).map(|span| span.trim_end_matches(['/', ',', '.']))
}

fn relative_links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|path| !path.is_empty() && !path.contains(':'))
}

fn is_pattern(path: &str) -> bool {
    path.contains(['<', '*', '{', '…', ' ', '$']) || path.contains("NNNN") || path.contains("NAME")
}
