//! Short forms of loaders that are one statement each (P16): what differs is what they are called and what they read.

/// Declares a loader of values by their keys.
///
/// Its rows come from `rows`, a future of rows from the database and the keys; `entry` makes of a row its key and its value.
/// Keys without a row are missing.
///
/// ```
/// # mod books { pub async fn by_ids(_: &kit_database::Database, ids: &[i64]) -> Result<Vec<(i64, String)>, kit_database::DatabaseError> { Ok(ids.iter().map(|id| (*id, String::new())).collect()) } }
/// kit_service::batch_loader!(
///     /// The title of a book.
///     pub(crate) TitleOfBook: i64 => String, |database, ids| books::by_ids(database, ids), |row| row
/// );
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! batch_loader {
    (
        $(#[$attribute:meta])* $visibility:vis $name:ident: $key:ty => $value:ty,
        |$database:ident, $keys:ident| $rows:expr, $entry:expr
    ) => {
        $(#[$attribute])*
        $visibility struct $name($crate::loader::Database);

        impl $crate::loader::BatchLoad for $name {
            type Key = $key;
            type Value = $value;
            type Error = $crate::loader::DatabaseError;

            async fn load(
                &self,
                $keys: &[$key],
            ) -> ::std::result::Result<::std::collections::HashMap<$key, $value>, $crate::loader::DatabaseError> {
                let $database = &self.0;
                Ok($rows.await?.into_iter().map($entry).collect())
            }
        }
    };
}

/// Declares a loader of pages of lists, each of which belongs to a parent: `read` takes the database, the parents and the
/// window that is wanted of each list.
#[macro_export]
macro_rules! window_loader {
    ($(#[$attribute:meta])* $visibility:vis $name:ident: $parent:ty, $filter:ty => $row:ty, $read:path) => {
        $(#[$attribute])*
        $visibility struct $name($crate::loader::Database);

        impl $crate::loader::WindowLoad for $name {
            type Parent = $parent;
            type Filter = $filter;
            type Row = $row;
            type Error = $crate::loader::DatabaseError;

            async fn load_windows(
                &self,
                parents: &[$parent],
                window: &$crate::loader::Window<$filter>,
            ) -> ::std::result::Result<$crate::loader::WindowRows<$parent, $row>, $crate::loader::DatabaseError> {
                $read(&self.0, parents, window).await
            }
        }
    };
}

#[doc(hidden)]
pub use kit_database::{Database, DatabaseError};
#[doc(hidden)]
pub use kit_graph::BatchLoad;
#[doc(hidden)]
pub use kit_paging::{Window, WindowLoad, WindowRows};
