//! Lists of people and companies.

use kit_database::{Database, DatabaseError};
use kit_paging::{Page, PageRequest};
use kit_viewer::{Refusal, Scope, Viewer};
use thiserror::Error;

use crate::domain::{Company, User, UserFilter, UserSort};
use crate::store::{organisations, people};

/// Why a list is not shown.
#[derive(Debug, Error)]
pub(crate) enum DirectoryError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Who and what there is.
#[derive(Clone)]
pub(crate) struct Directory {
    pub(crate) database: Database,
}

impl Directory {
    /// A page of the people whom the filter lets through, and their number when it is wanted.
    pub(crate) async fn users(
        &self,
        viewer: &Viewer,
        filter: &UserFilter,
        sort: UserSort,
        (page, is_counted): (&PageRequest, bool),
    ) -> Result<(Page<User>, Option<i64>), DirectoryError> {
        viewer.require_scope(Scope::UserRead)?;
        let rows = people::page(&self.database, filter, sort, page).await?;
        let total = if is_counted { Some(people::count(&self.database, filter).await?) } else { None };
        Ok((page.page(rows), total))
    }

    /// A page of the companies, of those whose name begins with a text when it is given, and their number when it is
    /// wanted.
    pub(crate) async fn companies(
        &self,
        text: Option<&str>,
        (page, is_counted): (&PageRequest, bool),
    ) -> Result<(Page<Company>, Option<i64>), DirectoryError> {
        let rows = organisations::company_page(&self.database, text, page).await?;
        let total = if is_counted { Some(organisations::company_count(&self.database, text).await?) } else { None };
        Ok((page.page(rows), total))
    }
}
