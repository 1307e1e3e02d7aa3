//! What changes for clients between two public schemas, and whom it concerns.
//!
//! [`changes`] compares type by type and part by part; each module below knows one kind of thing. The classes and their
//! names are those of graphql-js (`findBreakingChanges`, `findDangerousChanges`), and what neither knows is safe.
//! [`Usage`] says which of these an operation meets. [`protection_changes`] compares what no client can see: who may see what.

mod directives;
mod fields;
mod protection;
mod types;
mod usage;

use std::fmt;

use apollo_compiler::Schema;
use serde::Serialize;

pub use protection::protection_changes;
pub use usage::Usage;

/// How much a change matters. The order is that of importance, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    /// An operation that was valid fails, or a client meets what it was promised not to.
    Breaking,
    /// Valid operations stay valid, but a client may meet what it does not know.
    Dangerous,
    /// Nobody notices who does not look for it.
    Safe,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// How much it matters.
    pub criticality: Criticality,
    /// Where, as a schema coordinate such as `Query.user(id:)`.
    pub coordinate: String,
    /// What kind of change, such as `FIELD_REMOVED`.
    pub code: &'static str,
    /// What has changed.
    pub message: String,
}

impl fmt::Display for Criticality {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        })
    }
}

/// What clients meet that use `new` in place of `old`, the most important first.
#[must_use]
pub fn changes(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut found = Found::default();
    types::compare(old, new, &mut found);
    directives::compare(old, new, &mut found);
    found.0.sort();
    found.0
}

/// The changes so far.
#[derive(Debug, Default)]
struct Found(Vec<Change>);

impl Found {
    fn add(&mut self, criticality: Criticality, code: &'static str, coordinate: String, message: impl Into<String>) {
        self.0.push(Change { criticality, coordinate, code, message: message.into() });
    }

    fn breaking(&mut self, code: &'static str, coordinate: String, message: impl Into<String>) {
        self.add(Criticality::Breaking, code, coordinate, message);
    }

    fn dangerous(&mut self, code: &'static str, coordinate: String, message: impl Into<String>) {
        self.add(Criticality::Dangerous, code, coordinate, message);
    }

    fn safe(&mut self, code: &'static str, coordinate: String, message: impl Into<String>) {
        self.add(Criticality::Safe, code, coordinate, message);
    }
}
