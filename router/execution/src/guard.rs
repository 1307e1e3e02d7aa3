//! Which fields a reply may not show.

use apollo_compiler::response::JsonMap;

/// Decides field by field what a reply shows, whatever the merged data holds: the keys and requirements of joins are
/// fetched for the router alone.
pub trait FieldGuard: std::fmt::Debug + Send + Sync {
    /// Whether the field is not shown on objects of this type. For an interface where the data does not tell what its
    /// objects are: on any of them.
    fn refuses(&self, parent_type: &str, field: &str) -> bool;

    /// What the error says of a field that is not shown.
    fn refusal(&self, parent_type: &str, field: &str) -> FieldRefusal;
}

/// What the error says of a field that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRefusal {
    /// Its message.
    pub message: String,
    /// Its extensions, `code` among them.
    pub extensions: JsonMap,
}
