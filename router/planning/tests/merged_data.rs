//! What a plan's fetches bring together, as a tree of response keys: does every input come from an earlier fetch, and
//! is everything there that the client asked for?

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name};
use router_planning::plan::{FetchTarget, PathSegment, QueryPlan, Rename, RepresentationField};
use serde_json::Value;

/// The response keys below an object, each with the fetches that bring it.
#[derive(Default)]
pub(crate) struct MergedData {
    fields: BTreeMap<String, (BTreeSet<usize>, MergedData)>,
}

impl MergedData {
    /// Runs a plan on paper. The error names a representation's field that no fetch before it brings.
    pub(crate) fn of(plan: &QueryPlan, documents: &[ExecutableDocument]) -> Result<Self, String> {
        let mut data = Self::default();
        for (index, (fetch, document)) in plan.fetches.iter().zip(documents).enumerate() {
            let operation = document.operations.iter().next().unwrap();
            let before = ancestors(plan, index)?;
            let FetchTarget::Entities(sites) = &fetch.target else {
                data.add(&operation.selection_set, index, &fetch.renames);
                continue;
            };
            for (site, field) in sites.iter().zip(operation.selection_set.fields()) {
                assert_eq!(site.response_key, *field.response_key());
                let object = data.at(&site.path).ok_or_else(|| format!("nothing at {:?}", site.path))?;
                for representation in &site.representations {
                    if !representation.on_types.is_empty() {
                        object.require_key("__typename", &before, &site.path)?;
                    }
                    for field in &representation.fields {
                        object.require_field(field, &before, &site.path)?;
                    }
                }
                object.add(&field.selection_set, index, &fetch.renames);
            }
        }
        Ok(data)
    }

    fn add(&mut self, selections: &SelectionSet, fetch: usize, renames: &[Rename]) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => {
                    let key = renamed(field.response_key(), renames);
                    let (fetches, below) = self.fields.entry(key.to_string()).or_default();
                    fetches.insert(fetch);
                    below.add(&field.selection_set, fetch, renames);
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.selection_set, fetch, renames),
                Selection::FragmentSpread(_) => panic!("fetches have no named fragments"),
            }
        }
    }

    fn at(&mut self, path: &[PathSegment]) -> Option<&mut Self> {
        let mut object = self;
        for segment in path {
            if let PathSegment::Key(key) = segment {
                object = &mut object.fields.get_mut(key.as_str())?.1;
            }
        }
        Some(object)
    }

    fn require_key(&self, key: &str, before: &BTreeSet<usize>, path: &[PathSegment]) -> Result<&Self, String> {
        let (fetches, below) = self.fields.get(key).ok_or_else(|| format!("nobody brings {key} to {path:?}"))?;
        if fetches.is_disjoint(before) { Err(format!("{key} of {path:?} comes too late")) } else { Ok(below) }
    }

    fn require_field(
        &self,
        field: &RepresentationField,
        before: &BTreeSet<usize>,
        path: &[PathSegment],
    ) -> Result<(), String> {
        let below = self.require_key(&field.response_key, before, path)?;
        field.selections.iter().try_for_each(|selection| below.require_field(&selection.field, before, path))
    }

    /// Whether every value of an expected answer is fetched: each key of its objects that is not null.
    pub(crate) fn require_answer(&self, answer: &Value, path: &str) -> Result<(), String> {
        match answer {
            Value::Array(items) => items.iter().try_for_each(|item| self.require_answer(item, path)),
            Value::Object(fields) => {
                fields.iter().filter(|(_, value)| !value.is_null()).try_for_each(|(key, value)| {
                    let path = format!("{path}.{key}");
                    let below = self.fields.get(key).ok_or_else(|| format!("no fetch brings {path}"))?;
                    below.1.require_answer(value, &path)
                })
            }
            _ => Ok(()),
        }
    }
}

fn ancestors(plan: &QueryPlan, fetch: usize) -> Result<BTreeSet<usize>, String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = plan.fetches[fetch].depends_on.iter().map(|id| id.0).collect();
    while let Some(next) = open.pop() {
        if next >= fetch {
            return Err(format!("fetch {fetch} stands before fetch {next}, which it depends on"));
        }
        if found.insert(next) {
            open.extend(plan.fetches[next].depends_on.iter().map(|id| id.0));
        }
    }
    Ok(found)
}

fn renamed<'r>(key: &'r Name, renames: &'r [Rename]) -> &'r Name {
    renames.iter().find(|rename| rename.sent == *key).map_or(key, |rename| &rename.response_key)
}
