//! `lyceum compose --check`: what changes for clients, and which of their operations break.

use std::error::Error;
use std::path::{Path, PathBuf};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use router_composition::{Change, Criticality, Usage, changes};
use router_schema::Supergraph;
use serde::Serialize;

use crate::arguments::OutputFormat;

/// Most bytes of a document of operations: more than any router takes.
const DOCUMENT_BYTES_MAX: u64 = 1 << 20;

/// What the check has found.
#[derive(Serialize)]
struct Report {
    changes: Vec<Change>,
    /// How many documents were looked at; absent when none were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<usize>,
    broken: Vec<Broken>,
}

/// A document that does not work any more.
#[derive(Serialize)]
struct Broken {
    file: PathBuf,
    reasons: Vec<String>,
}

/// Prints the changes from the earlier schema; an error when clients break.
pub(super) fn run(
    earlier: &Path,
    new: &Valid<Schema>,
    documents: Option<Vec<(PathBuf, String)>>,
    format: OutputFormat,
) -> Result<(), Box<dyn Error>> {
    let old = read_schema(earlier)?;
    let changes = changes(&old, new);
    let mut broken = Vec::new();
    for (file, text) in documents.iter().flatten() {
        let reasons = reasons(file, text, (&old, new), &changes);
        if !reasons.is_empty() {
            broken.push(Broken { file: file.clone(), reasons });
        }
    }
    let report = Report { changes, documents: documents.map(|documents| documents.len()), broken };
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        OutputFormat::Text => print(&report),
    }
    verdict(&report).map_err(Into::into)
}

fn verdict(report: &Report) -> Result<(), String> {
    let breaking = report.changes.iter().filter(|change| change.criticality == Criticality::Breaking).count();
    match report.documents {
        Some(documents) if !report.broken.is_empty() => {
            Err(format!("{} of {documents} documents of operations break", report.broken.len()))
        }
        None if breaking > 0 => Err(format!(
            "{breaking} changes break clients\n  remedy: keep what was there, or show with --operations that nobody uses it"
        )),
        _ => Ok(()),
    }
}

fn print(report: &Report) {
    if report.changes.is_empty() {
        println!("nothing changes for clients");
    }
    for change in &report.changes {
        println!("{:9}  {}: {} ({})", change.criticality, change.coordinate, change.message, change.code);
    }
    for Broken { file, reasons } in &report.broken {
        println!("\n{} breaks:", file.display());
        reasons.iter().for_each(|reason| println!("  {reason}"));
    }
}

/// The public schema in a file that holds it, or a supergraph.
fn read_schema(file: &Path) -> Result<Valid<Schema>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if text.contains("@join__graph") {
        let supergraph = Supergraph::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        return Ok(supergraph.api_schema().clone());
    }
    Schema::parse_and_validate(text, file).map_err(|error| error.errors.to_string().into())
}

/// The documents below a folder, sorted.
pub(super) fn documents(folder: &Path) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "graphql" || extension == "gql") {
                let length = path.metadata().map_err(|error| failed(&path, error))?.len();
                if length > DOCUMENT_BYTES_MAX {
                    return Err(format!("{}: more than {DOCUMENT_BYTES_MAX} bytes; split it", path.display()).into());
                }
                let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
                found.push((path, text));
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(format!(
            "{}: there is no .graphql file in it; name the folder of the operations",
            folder.display()
        )
        .into());
    }
    Ok(found)
}

/// Why a document breaks. One that was not valid before cannot break.
fn reasons(file: &Path, text: &str, (old, new): (&Valid<Schema>, &Valid<Schema>), changes: &[Change]) -> Vec<String> {
    let Ok(before) = ExecutableDocument::parse_and_validate(old, text, file) else {
        tracing::warn!(file = %file.display(), "the document is not valid for the earlier schema, either; passed over");
        return Vec::new();
    };
    let mut reasons: Vec<String> = Usage::of(&before, old)
        .broken_by(changes)
        .map(|change| format!("{}: {} ({})", change.coordinate, change.message, change.code))
        .collect();
    if reasons.is_empty()
        && let Err(invalid) = ExecutableDocument::parse_and_validate(new, text, file)
    {
        reasons.extend(invalid.errors.iter().map(|error| error.error.to_string()));
    }
    reasons
}
