//! Subjects of courses, and the tree that they make.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use kit_ids::CategoryId;

use super::Rejection;

/// Most levels of categories, the top ones included (domain 3.2).
const CATEGORY_LEVELS_MAX: usize = 3;
/// Longest name, in characters: what the column holds.
pub const CATEGORY_NAME_LENGTH_MAX: usize = 120;

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

/// Which category stands below which.
#[derive(Debug, Clone, Default)]
pub struct CategoryTree(HashMap<CategoryId, Option<CategoryId>>);

impl FromIterator<(CategoryId, Option<CategoryId>)> for CategoryTree {
    fn from_iter<I: IntoIterator<Item = (CategoryId, Option<CategoryId>)>>(parents: I) -> Self {
        Self(parents.into_iter().collect())
    }
}

impl CategoryTree {
    /// Whether there is this category.
    #[must_use]
    pub fn contains(&self, id: CategoryId) -> bool {
        self.0.contains_key(&id)
    }

    /// Puts a category, and with it all that is below it, under a parent or to the top.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] without such a parent, and [`Rejection::CategoryCycle`] when the category would stand below
    /// itself, or something below the last level. The tree stays as it is then.
    pub fn place(&mut self, id: CategoryId, parent: Option<CategoryId>) -> Result<(), Rejection> {
        if parent.is_some_and(|parent| !self.contains(parent)) {
            return Err(Rejection::NotFound { what: "category", field: "parentId" });
        }
        let above = parent.map_or(0, |parent| self.path(parent).count());
        let is_below_itself = parent.is_some_and(|parent| self.path(parent).any(|one| one == id));
        if is_below_itself || above + self.levels_of(id) > CATEGORY_LEVELS_MAX {
            return Err(Rejection::CategoryCycle);
        }
        self.0.insert(id, parent);
        Ok(())
    }

    /// The category and those above it, up to the top.
    fn path(&self, id: CategoryId) -> impl Iterator<Item = CategoryId> + '_ {
        std::iter::successors(Some(id), |id| self.0.get(id).copied().flatten())
    }

    /// How many levels the category and those below it take: one when nothing is below it.
    fn levels_of(&self, id: CategoryId) -> usize {
        let levels = |below: CategoryId| self.path(below).position(|one| one == id).map(|distance| distance + 1);
        self.0.keys().copied().filter_map(levels).max().unwrap_or(1)
    }
}
