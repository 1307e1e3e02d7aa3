//! The errors of one execution, and which null values they explain.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::ResponseDataPathSegment;
use router_planning::plan::FetchId;

use crate::error::{ExecutionError, ResponsePath};

/// An error's place in the log; one that was dropped has a place that no entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorIndex(usize);

/// Why a value at some path is null, as far as errors already say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Explanation {
    /// No error speaks of it.
    None,
    /// This error stands at the path, or above it.
    Error(ErrorIndex),
    /// Some error stands below the path.
    Below,
}

/// Collects errors so that each cause is reported once: an error may explain many null values (every position of a
/// failed fetch), and a null value that is explained raises no error of its own.
#[derive(Debug)]
pub(crate) struct ErrorLog {
    entries: Vec<Entry>,
    explained: PathNode,
    /// How many entries each fetch, or the projection (`None`), has.
    counts: HashMap<Option<FetchId>, usize>,
    errors_max: usize,
}

#[derive(Debug)]
struct Entry {
    error: ExecutionError,
    /// Errors are sorted by this: first those of the fetches, in the plan's order, then the projection's.
    fetch: Option<FetchId>,
    /// False while the error's path is only the best guess, until the projection meets a null that it explains.
    located: bool,
}

#[derive(Debug, Default)]
struct PathNode {
    error: Option<ErrorIndex>,
    keys: HashMap<Name, PathNode>,
    items: HashMap<usize, PathNode>,
}

impl PathNode {
    fn child(&self, segment: &ResponseDataPathSegment) -> Option<&Self> {
        match segment {
            ResponseDataPathSegment::Field(key) => self.keys.get(key),
            ResponseDataPathSegment::ListIndex(index) => self.items.get(index),
        }
    }

    fn child_or_new(&mut self, segment: &ResponseDataPathSegment) -> &mut Self {
        match segment {
            ResponseDataPathSegment::Field(key) => self.keys.entry(key.clone()).or_default(),
            ResponseDataPathSegment::ListIndex(index) => self.items.entry(*index).or_default(),
        }
    }
}

impl ErrorLog {
    pub(crate) fn new(errors_max: usize) -> Self {
        Self { entries: Vec::new(), explained: PathNode::default(), counts: HashMap::new(), errors_max }
    }

    /// True once no more errors of `fetch` are kept.
    pub(crate) fn is_full(&self, fetch: Option<FetchId>) -> bool {
        self.counts.get(&fetch).is_some_and(|&count| count >= self.errors_max)
    }

    /// Adds an error whose path is exact. It explains that path.
    pub(crate) fn report(&mut self, fetch: Option<FetchId>, error: ExecutionError) -> ErrorIndex {
        let path = error.path.clone();
        let index = self.push(fetch, error, true);
        if !path.is_empty() {
            self.explain(&path, None, index);
        }
        index
    }

    /// Adds an error whose path is exact only once the projection meets a null that it explains.
    pub(crate) fn report_unlocated(&mut self, fetch: FetchId, error: ExecutionError) -> ErrorIndex {
        self.push(Some(fetch), error, false)
    }

    /// Says that a null at `path` (and `key` below it) comes from the error `index`. The first to say so stays.
    pub(crate) fn explain(&mut self, path: &[ResponseDataPathSegment], key: Option<&Name>, index: ErrorIndex) {
        let mut node = &mut self.explained;
        for segment in path {
            node = node.child_or_new(segment);
        }
        if let Some(key) = key {
            node = node.keys.entry(key.clone()).or_default();
        }
        node.error.get_or_insert(index);
    }

    /// What is known of a null at `path`.
    pub(crate) fn explanation(&self, path: &[ResponseDataPathSegment]) -> Explanation {
        let mut node = &self.explained;
        for segment in path {
            match node.child(segment) {
                None => return Explanation::None,
                Some(child) => node = child,
            }
            if let Some(index) = node.error {
                return Explanation::Error(index);
            }
        }
        if node.keys.is_empty() && node.items.is_empty() { Explanation::None } else { Explanation::Below }
    }

    /// Gives an error that has none yet the exact path of a null it explains.
    pub(crate) fn locate(
        &mut self,
        index: ErrorIndex,
        path: &[ResponseDataPathSegment],
        locations: impl FnOnce() -> Vec<LineColumn>,
    ) {
        if let Some(entry) = self.entries.get_mut(index.0).filter(|entry| !entry.located) {
            entry.located = true;
            entry.error.path = path.to_vec();
            entry.error.locations = locations();
        }
    }

    /// The errors in their order, each with the trace's id. Those of fetches, whose paths may lead through what the client has
    /// not asked for, have what `cut` leaves of them.
    pub(crate) fn into_errors(
        mut self,
        trace_id: Option<&str>,
        cut: impl Fn(&mut ResponsePath),
    ) -> Vec<ExecutionError> {
        self.entries.sort_by_key(|entry| entry.fetch.map_or(usize::MAX, |fetch| fetch.0));
        for entry in self.entries.iter_mut().filter(|entry| entry.fetch.is_some()) {
            cut(&mut entry.error.path);
        }
        let mut errors: Vec<_> = self.entries.into_iter().map(|entry| entry.error).collect();
        if let Some(trace_id) = trace_id {
            for error in &mut errors {
                error.extensions.insert("traceId", trace_id.into());
            }
        }
        errors
    }

    fn push(&mut self, fetch: Option<FetchId>, error: ExecutionError, located: bool) -> ErrorIndex {
        if self.is_full(fetch) {
            return ErrorIndex(usize::MAX);
        }
        *self.counts.entry(fetch).or_default() += 1;
        self.entries.push(Entry { error, fetch, located });
        ErrorIndex(self.entries.len() - 1)
    }
}
