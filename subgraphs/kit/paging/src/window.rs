//! Lists below many parents, with one statement for all of them (P16).

use std::collections::HashMap;
use std::error::Error;
use std::hash::Hash;

use kit_graph::BatchLoad;

use crate::{Page, PageRequest};

/// Reads the same page of many lists at once: of the enrolments of these users the first five of each.
///
/// The statement ranks the rows within each parent and takes the first of each:
///
/// ```sql
/// SELECT * FROM (
///   SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY {order_by}) AS place
///   FROM enrollments e WHERE e.user_id IN (..) AND {condition}
/// ) ranked WHERE place <= ? ORDER BY place
/// ```
pub trait WindowLoad: Send + Sync + 'static {
    /// Whose list; usually an id.
    type Parent: Copy + Eq + Hash + Send + Sync + 'static;
    /// What else the list depends on: the arguments of the field that are not about pages.
    type Filter: Clone + Eq + Hash + Send + Sync + 'static;
    /// A row of the list.
    type Row: Clone + Send + Sync + 'static;
    /// Why reading failed.
    type Error: Error + Send + Sync + 'static;

    /// Reads the rows of these parents, as many of each as [`crate::Keyset::limit`] says and in its order.
    ///
    /// # Errors
    /// When reading failed.
    fn load_windows(
        &self,
        parents: &[Self::Parent],
        window: &Window<Self::Filter>,
    ) -> impl Future<Output = Result<WindowRows<Self::Parent, Self::Row>, Self::Error>> + Send;
}

/// Rows with the parents that they belong to.
pub type WindowRows<P, R> = Vec<(P, R)>;

/// Which rows of each parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window<F> {
    /// Which list.
    pub filter: F,
    /// Which page of it.
    pub page: PageRequest,
}

/// Which rows of which parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WindowKey<P, F> {
    /// The parent.
    pub parent: P,
    /// The rows.
    pub window: Window<F>,
}

impl<P, F> WindowKey<P, F> {
    /// This page of that parent's list.
    #[must_use]
    pub fn new(parent: P, filter: F, page: PageRequest) -> Self {
        Self { parent, window: Window { filter, page } }
    }
}

/// A [`WindowLoad`] as a loader: register it with `Loaders::with(Windows(…))`, load with `ctx.load::<Windows<…>>(key)`.
///
/// Every key has a value: a list without rows is an empty page.
#[derive(Debug, Clone)]
pub struct Windows<L>(pub L);

impl<L: WindowLoad> BatchLoad for Windows<L> {
    type Key = WindowKey<L::Parent, L::Filter>;
    type Value = Page<L::Row>;
    type Error = L::Error;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, L::Error> {
        // One field asks for the same window of all parents; a second window comes of an alias with other arguments.
        let mut windows: HashMap<&Window<L::Filter>, Vec<L::Parent>> = HashMap::new();
        for key in keys {
            windows.entry(&key.window).or_default().push(key.parent);
        }
        let mut pages = HashMap::with_capacity(keys.len());
        for (window, parents) in windows {
            let mut rows: HashMap<L::Parent, Vec<L::Row>> = HashMap::new();
            for (parent, row) in self.0.load_windows(&parents, window).await? {
                rows.entry(parent).or_default().push(row);
            }
            for parent in parents {
                let page = window.page.page(rows.remove(&parent).unwrap_or_default());
                pages.insert(WindowKey { parent, window: window.clone() }, page);
            }
        }
        Ok(pages)
    }
}
