use std::sync::Arc;

use sha2::{Digest, Sha256};

/// The longest id that is read.
pub const ID_CHARACTERS_MAX: usize = 128;

/// The longest document that is read, in bytes: more than any router takes.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// A document under the id that its client asks for it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredOperation {
    /// What the client's tools have named it, mostly the SHA-256 of the text.
    pub id: Arc<str>,
    /// The operation's own name, where the manifest tells it.
    pub name: Option<String>,
    /// The document.
    pub text: Arc<str>,
}

/// Whether this can be an id: 1 to 128 visible ASCII characters.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=ID_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The id of a document that has been given none: its SHA-256, in lower-case hexadecimal.
#[must_use]
pub fn id_of_text(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
