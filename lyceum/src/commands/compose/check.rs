//! `lyceum compose --check`: what changes for clients, and which of their operations break.

use std::error::Error;
use std::path::{Path, PathBuf};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use router_composition::{Change, Criticality, Usage, changes, protection_changes};
use router_schema::Supergraph;
use serde::Serialize;

use crate::arguments::OutputFormat;

/// Most bytes of a document of operations: more than any router takes.
const DOCUMENT_BYTES_MAX: u64 = 1 << 20;

/// What the check has found.
#[derive(Serialize)]
struct Report {
    changes: Vec<Change>,
    /// What protects less; absent when the earlier file does not say what was protected.
    #[serde(skip_serializing_if = "Option::is_none")]
    protection: Option<Vec<Change>>,
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

/// Prints the changes from the earlier schema; an error when clients break, or people see more than before.
pub(super) fn run(
    earlier: &Path,
    new: &Supergraph,
    documents: Option<Vec<(PathBuf, String)>>,
    accepts_weaker: bool,
    format: OutputFormat,
) -> Result<(), Box<dyn Error>> {
    let earlier = Earlier::read(earlier)?;
    let (old, public) = (earlier.public(), new.api_schema());
    let changes = changes(old, public);
    let mut broken = Vec::new();
    for (file, text) in documents.iter().flatten() {
        let reasons = reasons(file, text, (old, public), &changes);
        if !reasons.is_empty() {
            broken.push(Broken { file: file.clone(), reasons });
        }
    }
    let protection = earlier.supergraph().map(|old| protection_changes(old, new));
    let report = Report { changes, protection, documents: documents.map(|documents| documents.len()), broken };
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        OutputFormat::Text => print(&report),
    }
    verdict(&report, accepts_weaker).map_err(Into::into)
}

fn verdict(report: &Report, accepts_weaker: bool) -> Result<(), String> {
    let breaking =
        |changes: &[Change]| changes.iter().filter(|change| change.criticality == Criticality::Breaking).count();
    let weaker = report.protection.as_deref().map_or(0, breaking);
    let breaking = breaking(&report.changes);
    match report.documents {
        Some(documents) if !report.broken.is_empty() => {
            Err(format!("{} of {documents} documents of operations break", report.broken.len()))
        }
        None if breaking > 0 => Err(format!(
            "{breaking} changes break clients\n  remedy: keep what was there, or show with --operations that nobody uses it"
        )),
        _ if weaker > 0 && !accepts_weaker => Err(format!(
            "{weaker} fields are less protected than before\n  remedy: put the rules back, or say --accept-weaker-authorization if that is meant"
        )),
        _ => Ok(()),
    }
}

fn print(report: &Report) {
    if report.changes.is_empty() {
        println!("nothing changes for clients");
    }
    if report.protection.is_none() {
        println!("rules of authorization were not compared; give the earlier supergraph for that");
    }
    for change in report.changes.iter().chain(report.protection.iter().flatten()) {
        println!("{:9}  {}: {} ({})", change.criticality, change.coordinate, change.message, change.code);
    }
    for Broken { file, reasons } in &report.broken {
        println!("\n{} breaks:", file.display());
        reasons.iter().for_each(|reason| println!("  {reason}"));
    }
}

/// What there was: a supergraph, or only what clients saw of it.
enum Earlier {
    Whole(Box<Supergraph>),
    Public(Box<Valid<Schema>>),
}

impl Earlier {
    fn read(file: &Path) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        if text.contains("@join__graph") {
            let supergraph = Supergraph::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            return Ok(Self::Whole(Box::new(supergraph)));
        }
        let public = Schema::parse_and_validate(text, file).map_err(|error| error.errors.to_string())?;
        Ok(Self::Public(Box::new(public)))
    }

    fn public(&self) -> &Valid<Schema> {
        match self {
            Self::Whole(supergraph) => supergraph.api_schema(),
            Self::Public(schema) => schema,
        }
    }

    fn supergraph(&self) -> Option<&Supergraph> {
        match self {
            Self::Whole(supergraph) => Some(supergraph),
            Self::Public(_) => None,
        }
    }
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
