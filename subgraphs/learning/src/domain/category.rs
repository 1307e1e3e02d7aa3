//! Subjects of courses.

use kit_ids::CategoryId;

/// A subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The category above it.
    pub parent_id: Option<CategoryId>,
}
