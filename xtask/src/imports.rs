//! Who may import whom.
//!
//! Between crates: `lyceum -> router-server -> execution -> planning -> composition -> schema` and
//! `lyceum -> subgraphs -> kit`. Between the rooms of a subgraph: `domain` is pure, SQL stands in `store` only, and
//! resolvers do not reach past the services.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use thiserror::Error;

/// The router's crates, from the face to the foundation: each may import those after it. Nobody imports the fuzz targets.
const ROUTER: [&str; 9] = [
    "router-fuzz",
    "router-shared",
    "router-server",
    "router-studio",
    "router-registry",
    "router-execution",
    "router-planning",
    "router-composition",
    "router-schema",
];

/// What each crate of the kit may import of the kit.
const KIT: [(&str, &[&str]); 12] = [
    ("kit-ids", &[]),
    ("kit-names", &[]),
    ("kit-viewer", &["kit-ids"]),
    ("kit-tickets", &["kit-ids", "kit-viewer"]),
    ("kit-graph", &["kit-ids", "kit-viewer"]),
    ("kit-database", &["kit-ids", "kit-names"]),
    ("kit-paging", &["kit-ids", "kit-viewer", "kit-graph", "kit-database"]),
    ("kit-events", &["kit-ids", "kit-database"]),
    ("kit-live", &[]),
    ("kit-demonstration", &["kit-ids", "kit-database"]),
    (
        "kit-service",
        &[
            "kit-ids",
            "kit-viewer",
            "kit-graph",
            "kit-paging",
            "kit-database",
            "kit-events",
            "kit-live",
            "kit-demonstration",
        ],
    ),
    (
        "kit-testing",
        &[
            "kit-ids",
            "kit-viewer",
            "kit-graph",
            "kit-paging",
            "kit-database",
            "kit-events",
            "kit-live",
            "kit-demonstration",
            "kit-service",
        ],
    ),
];

/// In each room of a subgraph, the crates that must not be named there.
const ROOMS: [(&str, &[&str]); 4] = [
    ("domain", &["async_graphql", "axum", "kit_database", "kit_graph", "kit_service", "sqlx", "tokio"]),
    ("service", &["async_graphql", "axum", "sqlx"]),
    ("store", &["async_graphql", "axum", "kit_graph"]),
    ("graph", &["axum", "kit_database", "sqlx"]),
];

/// The part of `cargo metadata` that the check reads.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// The workspace's own packages, as `--no-deps` leaves them.
    pub packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name in Cargo.toml.
    pub name: String,
    /// Where its Cargo.toml stands.
    pub manifest_path: String,
    /// All it declares, whatever the kind.
    pub dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The name of the package depended on.
    pub name: String,
    /// `dev` or `build`; nothing for an ordinary dependency.
    pub kind: Option<String>,
}

/// Why the check could not run.
#[derive(Debug, Error)]
pub enum ImportsError {
    /// `cargo metadata` could not be run or failed.
    #[error("`cargo metadata` failed: {0}; run it by hand in the workspace to see why")]
    Cargo(String),
    /// Its output could not be understood.
    #[error("`cargo metadata` printed something unexpected: {0}")]
    Metadata(#[from] serde_json::Error),
    /// A source file could not be read.
    #[error("a source file cannot be read: {0}")]
    Source(#[from] std::io::Error),
}

/// Every import that the house does not allow, one sentence each.
///
/// # Errors
/// When cargo or a source file cannot be read.
pub fn forbidden(root: &Path) -> Result<Vec<String>, ImportsError> {
    let metadata = read_metadata(root)?;
    let mut findings = forbidden_between_crates(&metadata);
    findings.extend(forbidden_between_rooms(root)?);
    Ok(findings)
}

fn read_metadata(root: &Path) -> Result<Metadata, ImportsError> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .map_err(|error| ImportsError::Cargo(error.to_string()))?;
    if !output.status.success() {
        return Err(ImportsError::Cargo(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The forbidden edges between the workspace's crates.
#[must_use]
pub fn forbidden_between_crates(metadata: &Metadata) -> Vec<String> {
    let folders: BTreeMap<&str, &str> =
        metadata.packages.iter().map(|package| (package.name.as_str(), package.manifest_path.as_str())).collect();
    let mut findings = Vec::new();
    for package in &metadata.packages {
        for dependency in
            package.dependencies.iter().filter(|dependency| folders.contains_key(dependency.name.as_str()))
        {
            let for_tests = dependency.kind.as_deref() == Some("dev");
            if !is_allowed(&package.name, &dependency.name, for_tests) {
                findings.push(format!(
                    "{} imports {}: the house (docs/architecture.md) has no such edge; move the code or the dependency",
                    package.name, dependency.name
                ));
            }
        }
    }
    findings
}

/// What all may import, and imports nobody: what router and subgraphs have in common when they tell what they do.
const TELEMETRY: &str = "telemetry";

fn is_allowed(from: &str, to: &str, for_tests: bool) -> bool {
    if to == TELEMETRY {
        return from != "xtask";
    }
    if from == TELEMETRY {
        return false;
    }
    if from == "lyceum" {
        return to != "xtask" && to != "router-fuzz";
    }
    if let Some(position) = ROUTER.iter().position(|name| *name == from) {
        return ROUTER.iter().position(|name| *name == to).is_some_and(|other| other > position);
    }
    if let Some((_, allowed)) = KIT.iter().find(|(name, _)| *name == from) {
        return allowed.contains(&to) || (for_tests && to == "kit-testing");
    }
    // What is left is a subgraph: it stands on the kit alone.
    from != "xtask" && to.starts_with("kit-") && (for_tests || to != "kit-testing")
}

/// The crates named in rooms where they have no business.
fn forbidden_between_rooms(root: &Path) -> Result<Vec<String>, ImportsError> {
    let mut findings = Vec::new();
    for subgraph in std::fs::read_dir(root.join("subgraphs"))? {
        let source = subgraph?.path().join("src");
        for (room, forbidden) in ROOMS {
            let folder = source.join(room);
            let mut files = if folder.is_dir() { crate::files_with_extension(&folder, "rs")? } else { Vec::new() };
            files.extend(Some(source.join(format!("{room}.rs"))).filter(|file| file.is_file()));
            for file in files {
                let text = std::fs::read_to_string(&file)?;
                findings.extend(named_in(&text, forbidden).map(|name| {
                    let shown = file.strip_prefix(root).unwrap_or(&file).display();
                    format!("{shown} names {name}, which the room `{room}` must not know")
                }));
            }
        }
    }
    Ok(findings)
}

/// Which of `names` the code (not its comments, nor its inline tests) refers to as a path.
fn named_in<'a>(text: &str, names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let code: Vec<String> = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(str::to_owned)
        .collect();
    names.iter().copied().filter(move |name| {
        let path = format!("{name}::");
        code.iter().any(|line| line.contains(&path))
    })
}
