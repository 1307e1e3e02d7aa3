//! What clients' build tools write of the operations in their code.
//!
//! Two shapes are read: Apollo's `apollo-persisted-query-manifest`, and Relay's object of texts by their ids. A folder of
//! documents serves as a manifest, too; each has its SHA-256 for an id.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::operation::{DOCUMENT_BYTES_MAX, ID_CHARACTERS_MAX, RegisteredOperation, id_of_text, is_id};
use crate::snapshot::OPERATIONS_MAX;

/// The largest manifest that is read, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 64 * 1024 * 1024;

const APOLLO_FORMAT: &str = "apollo-persisted-query-manifest";
const APOLLO_VERSION: u64 = 1;

/// Why a manifest is not read.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// It is too long.
    #[error("it has {0} bytes; at most {MANIFEST_BYTES_MAX} are read: split it")]
    TooLong(usize),
    /// It is not JSON of a known shape.
    #[error(
        "it is neither Apollo's manifest (`\"format\": \"{APOLLO_FORMAT}\"`, `\"version\": {APOLLO_VERSION}`) nor Relay's (an object of texts by their ids): {0}"
    )]
    Shape(String),
    /// It holds too many operations.
    #[error("it holds {0} operations; a client may have {OPERATIONS_MAX}")]
    TooMany(usize),
    /// An id is none.
    #[error("operation {place}: its id must be 1 to {ID_CHARACTERS_MAX} visible ASCII characters")]
    Id {
        /// Counted from 1.
        place: usize,
    },
    /// An id stands there twice.
    #[error("operation {place}: the id `{id}` stands in it already")]
    Twice {
        /// Counted from 1.
        place: usize,
        /// The id.
        id: String,
    },
    /// A text is empty or too long.
    #[error("operation {place}, `{id}`: its text has {bytes} bytes; it must have 1 to {DOCUMENT_BYTES_MAX}")]
    Text {
        /// Counted from 1.
        place: usize,
        /// The id.
        id: String,
        /// How long it is.
        bytes: usize,
    },
    /// A file cannot be read.
    #[error("{}: {reason}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The manifest in a file is not read.
    #[error("{}: {reason}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: Box<ManifestError>,
    },
    /// A folder without documents.
    #[error("{}: there is no .graphql file in it", .0.display())]
    Empty(PathBuf),
}

/// Apollo's manifest. Its other keys, such as `type`, say nothing that the text does not.
#[derive(Deserialize)]
struct Apollo {
    format: String,
    version: u64,
    operations: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    name: Option<String>,
    body: String,
}

/// Relay's manifest, in the order in which it is written.
struct Relay(Vec<Entry>);

impl<'de> Deserialize<'de> for Relay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Relay;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of texts by their ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Relay, A::Error> {
                let mut entries = Vec::new();
                while let Some((id, body)) = members.next_entry()? {
                    if entries.len() > OPERATIONS_MAX {
                        return Err(A::Error::custom(format_args!("more than {OPERATIONS_MAX} operations")));
                    }
                    entries.push(Entry { id, name: None, body });
                }
                Ok(Relay(entries))
            }
        }
        deserializer.deserialize_map(Texts)
    }
}

/// Reads a manifest.
///
/// # Errors
/// When it is of no known shape, or one of its operations cannot be registered; all of it is refused then.
pub fn read(text: &str) -> Result<Vec<RegisteredOperation>, ManifestError> {
    if text.len() > MANIFEST_BYTES_MAX {
        return Err(ManifestError::TooLong(text.len()));
    }
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        operations: Option<serde::de::IgnoredAny>,
    }
    let shape = |error: serde_json::Error| ManifestError::Shape(error.to_string());
    let is_apollo = serde_json::from_str::<Kind>(text).map_err(shape)?.operations.is_some();
    if !is_apollo {
        return checked(serde_json::from_str::<Relay>(text).map_err(shape)?.0);
    }
    let Apollo { format, version, operations } = serde_json::from_str(text).map_err(shape)?;
    if format != APOLLO_FORMAT || version != APOLLO_VERSION {
        return Err(ManifestError::Shape(format!("its format is `{format}`, version {version}")));
    }
    checked(operations)
}

fn checked(entries: Vec<Entry>) -> Result<Vec<RegisteredOperation>, ManifestError> {
    if entries.len() > OPERATIONS_MAX {
        return Err(ManifestError::TooMany(entries.len()));
    }
    let mut ids = BTreeSet::new();
    let mut operations = Vec::with_capacity(entries.len());
    for (place, Entry { id, name, body }) in (1..).zip(entries) {
        if !is_id(&id) {
            return Err(ManifestError::Id { place });
        }
        if !(1..=DOCUMENT_BYTES_MAX).contains(&body.len()) {
            return Err(ManifestError::Text { place, id, bytes: body.len() });
        }
        if !ids.insert(id.clone()) {
            return Err(ManifestError::Twice { place, id });
        }
        operations.push(RegisteredOperation { id: id.into(), name, text: body.into() });
    }
    Ok(operations)
}

/// Reads the manifest in a file, or the documents (`.graphql`, `.gql`) right in a folder. A document's line ends are part of
/// its text, so that its SHA-256 is that of the file.
///
/// # Errors
/// When something cannot be read, or one of the operations cannot be registered.
pub fn read_path(path: &Path) -> Result<Vec<RegisteredOperation>, ManifestError> {
    if !path.is_dir() {
        let read = read(&read_file(path, MANIFEST_BYTES_MAX)?);
        return read.map_err(|reason| ManifestError::File { file: path.to_owned(), reason: Box::new(reason) });
    }
    let unreadable =
        |error: std::io::Error| ManifestError::Unreadable { file: path.to_owned(), reason: error.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "graphql" || extension == "gql") {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(ManifestError::Empty(path.to_owned()));
    }
    files.sort();
    let mut known = BTreeSet::new();
    let mut entries = Vec::new();
    for file in files {
        let body = read_file(&file, DOCUMENT_BYTES_MAX)?;
        let id = id_of_text(&body);
        if known.insert(id.clone()) {
            let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            entries.push(Entry { id, name, body });
        }
    }
    checked(entries)
}

fn read_file(file: &Path, bytes_max: usize) -> Result<String, ManifestError> {
    use std::io::Read;
    let mut text = String::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let read = std::fs::File::open(file).and_then(|opened| opened.take(limit).read_to_string(&mut text));
    let unreadable = |reason: String| ManifestError::Unreadable { file: file.to_owned(), reason };
    read.map_err(|error| unreadable(error.to_string()))?;
    if text.len() > bytes_max {
        return Err(unreadable(format!("it has more than {bytes_max} bytes; split it")));
    }
    Ok(text)
}

/// Writes operations as Apollo's manifest.
pub fn write<'o>(operations: impl Iterator<Item = &'o RegisteredOperation>) -> String {
    #[derive(Serialize)]
    struct Written<'o> {
        id: &'o str,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'o str>,
        body: &'o str,
    }
    let written = |operation: &'o RegisteredOperation| Written {
        id: &operation.id,
        name: operation.name.as_deref(),
        body: &operation.text,
    };
    let operations: Vec<_> = operations.map(written).collect();
    let manifest = serde_json::json!({ "format": APOLLO_FORMAT, "version": APOLLO_VERSION, "operations": operations });
    format!("{manifest:#}\n")
}
