//! Names that others choose, as far as there are few of them.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

/// Longer ones are none.
const BYTES_MAX: usize = 100;

/// The first names that come, up to a bound.
#[derive(Debug)]
pub(super) struct Names {
    names_max: usize,
    known: RwLock<HashSet<String>>,
}

impl Names {
    pub(super) fn new(names_max: usize) -> Self {
        Self { names_max, known: RwLock::default() }
    }

    /// Whether it is one of them, or becomes one.
    pub(super) fn has(&self, name: &str) -> bool {
        if self.known.read().unwrap_or_else(PoisonError::into_inner).contains(name) {
            return true;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = name.len() <= BYTES_MAX && known.len() < self.names_max;
        if is_new {
            known.insert(name.to_owned());
        }
        is_new
    }
}
