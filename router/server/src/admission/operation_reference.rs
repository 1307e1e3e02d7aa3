//! How a request names an operation without its text: `id` or `documentId`, or `extensions.persistedQuery` as automatic
//! persisted queries have it. A name is only ever compared with others; what cannot be one is refused here (PQ-03).

use router_registry::{ID_CHARACTERS_MAX, is_id};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// The name of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OperationReference {
    /// What its client has registered it under.
    Id(String),
    /// The SHA-256 of its text, in lower-case hexadecimal; registered under it or not.
    Hash(String),
}

impl OperationReference {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Hash(id) => id,
        }
    }
}

/// The reference in the members and the extensions of a request, if there is one.
pub(super) fn read(
    members: [(&str, Option<Value>); 2],
    extensions: &Map<String, Value>,
) -> Result<Option<OperationReference>, Refusal> {
    let mut found = None;
    for (name, value) in members {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(id)) if is_id(&id) && found.is_none() => found = Some(OperationReference::Id(id)),
            Some(Value::String(id)) if is_id(&id) => return Err(twice()),
            Some(_) => {
                return Err(Refusal::parameters(format!(
                    "\"{name}\" must be a string of 1 to {ID_CHARACTERS_MAX} visible ASCII characters."
                )));
            }
        }
    }
    match extensions.get("persistedQuery") {
        None | Some(Value::Null) => Ok(found),
        Some(_) if found.is_some() => Err(twice()),
        Some(persisted) => hash(persisted).map(Some),
    }
}

fn hash(persisted: &Value) -> Result<OperationReference, Refusal> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match (&persisted["version"], &persisted["sha256Hash"]) {
        (Value::Number(version), Value::String(hash))
            if version.as_u64() == Some(1) && hash.len() == 64 && hash.bytes().all(is_digit) =>
        {
            Ok(OperationReference::Hash(hash.clone()))
        }
        _ => Err(Refusal::parameters(
            "\"extensions.persistedQuery\" must hold \"version\" 1 and \"sha256Hash\", 64 lower-case hexadecimal digits.",
        )),
    }
}

fn twice() -> Refusal {
    Refusal::parameters("The operation is named twice; give one of \"id\", \"documentId\" and \"persistedQuery\".")
}
