//! How failures are reported: once each, with every null that they cause explained.

use apollo_compiler::Name;
use apollo_compiler::response::ResponseDataPathSegment;
use router_planning::plan::{FetchId, Rename};

use super::progress::{Pending, Progress, sites};
use crate::entities::Batch;
use crate::error::{ExecutionError, ResponsePath};
use crate::error_log::ErrorIndex;
use crate::fetch::failure::FetchFailure;
use crate::fetch::reply::SubgraphError;
use crate::prepared::merged_key;

impl Progress<'_> {
    /// The whole fetch failed.
    pub(super) fn fail(&mut self, pending: &Pending, failure: &FetchFailure) {
        let place = pending.batches.iter().find_map(Batch::first_position).cloned().unwrap_or_default();
        let error = ExecutionError::failure(failure, self.subgraph_name(pending.fetch)).at(place);
        let index = self.log.report_unlocated(pending.fetch, error);
        self.explain_all(pending, index);
    }

    /// One `_entities` field of the fetch failed.
    pub(super) fn fail_batch(&mut self, id: FetchId, batch: &Batch, failure: &FetchFailure) {
        let Some(place) = batch.first_position().cloned() else { return };
        let error = ExecutionError::failure(failure, self.subgraph_name(id)).at(place);
        let index = self.log.report_unlocated(id, error);
        self.explain_batch(id, batch, index);
    }

    /// Single entities failed; those that failed alike share one error.
    pub(super) fn fail_entities(&mut self, id: FetchId, batch: &Batch, unusable: &[(usize, FetchFailure)]) {
        let mut reported: Vec<(&FetchFailure, ErrorIndex)> = Vec::new();
        for (entity, failure) in unusable {
            let positions = &batch.entries[*entity].positions;
            let known = reported.iter().find(|(one, _)| *one == failure).map(|(_, index)| *index);
            let index = known.unwrap_or_else(|| {
                let place = positions.first().cloned().unwrap_or_default();
                let error = ExecutionError::failure(failure, self.subgraph_name(id)).at(place);
                let index = self.log.report_unlocated(id, error);
                reported.push((failure, index));
                index
            });
            self.failures[id.0].get_or_insert(index);
            self.explain_positions(id, batch.site, positions, index);
        }
    }

    /// Adds an error that the subgraph reported, at every place of the client's response that it concerns.
    pub(super) fn report(&mut self, pending: &Pending, error: SubgraphError) -> Option<ErrorIndex> {
        let id = pending.fetch;
        let named = ExecutionError::from_subgraph(self.subgraph_name(id), error.message, &error.extensions);
        let path = merged_path(error.path, &self.fetch(id).renames);
        let sites = sites(self.fetch(id));
        if sites.is_empty() && !path.is_empty() {
            return Some(self.log.report(Some(id), named.at(path)));
        }
        let Some((positions, rest)) = concerned(&pending.batches, &path) else {
            let place = pending.batches.iter().find_map(Batch::first_position).cloned().unwrap_or_default();
            return Some(self.log.report_unlocated(id, named.at(place)));
        };
        let mut first = None;
        for position in positions {
            if self.log.is_full(Some(id)) {
                break;
            }
            let path = position.iter().chain(rest).cloned().collect();
            first = first.or(Some(self.log.report(Some(id), named.clone().at(path))));
        }
        first
    }

    pub(super) fn explain_all(&mut self, pending: &Pending, index: ErrorIndex) {
        self.failures[pending.fetch.0] = Some(index);
        if pending.batches.is_empty() {
            for key in self.operation.shape(pending.fetch).merged_keys() {
                self.log.explain(&[], Some(key), index);
            }
        }
        for batch in &pending.batches {
            self.explain_batch(pending.fetch, batch, index);
        }
    }

    pub(super) fn explain_batch(&mut self, id: FetchId, batch: &Batch, index: ErrorIndex) {
        self.failures[id.0].get_or_insert(index);
        for entry in &batch.entries {
            self.explain_positions(id, batch.site, &entry.positions, index);
        }
    }

    /// Objects that could not be asked for because an earlier fetch failed are that fetch's loss.
    pub(super) fn explain_left_out(&mut self, id: FetchId, batches: &[Batch]) {
        let Some(index) = self.failures[id.0] else { return };
        for batch in batches {
            self.explain_positions(id, batch.site, &batch.left_out, index);
        }
    }

    fn explain_positions(&mut self, id: FetchId, site: usize, positions: &[ResponsePath], index: ErrorIndex) {
        let response_key = &sites(self.fetch(id))[site].response_key;
        let Some(field) = self.operation.shape(id).get(response_key) else { return };
        let keys: Vec<&Name> = field.shape.merged_keys().collect();
        for position in positions {
            for key in &keys {
                self.log.explain(position, Some(key), index);
            }
        }
    }
}

/// A path in a reply as a path in the merged data.
fn merged_path(path: ResponsePath, renames: &[Rename]) -> ResponsePath {
    if renames.is_empty() {
        return path;
    }
    let rename = |segment| match segment {
        ResponseDataPathSegment::Field(key) => ResponseDataPathSegment::Field(merged_key(&key, renames).clone()),
        index @ ResponseDataPathSegment::ListIndex(_) => index,
    };
    path.into_iter().map(rename).collect()
}

/// The positions of the entity that `path` leads through, and the rest of the path below it.
fn concerned<'p>(
    batches: &'p [Batch],
    path: &'p [ResponseDataPathSegment],
) -> Option<(&'p [ResponsePath], &'p [ResponseDataPathSegment])> {
    let [ResponseDataPathSegment::Field(key), ResponseDataPathSegment::ListIndex(entity), rest @ ..] = path else {
        return None;
    };
    let batch = batches.iter().find(|batch| batch.response_key == *key)?;
    Some((&batch.entries.get(*entity)?.positions, rest))
}
