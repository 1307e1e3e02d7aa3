//! Which response keys the reply to a fetch may hold.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};
use indexmap::IndexMap;
use router_planning::plan::{FetchDocument, Rename};

/// The response keys that a selection set asks for, over all its type conditions. A key with an empty shape is a leaf:
/// its value is taken whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReplyShape {
    fields: IndexMap<Name, ReplyField>,
}

/// One response key of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplyField {
    /// The key in the merged data: the same, unless the plan renames it.
    pub(crate) merged_as: Name,
    pub(crate) shape: ReplyShape,
}

impl ReplyShape {
    /// The shape of the `data` that answers the one operation in `document`; `None` when there is not exactly one.
    ///
    /// Fragments are expanded where they are spread, so that the shape is as large as the largest reply's nesting.
    pub(crate) fn of_document(document: &FetchDocument, renames: &[Rename]) -> Option<Self> {
        let document = Document::parse(document.text.as_str(), "fetch.graphql").ok()?;
        let mut fragments = HashMap::new();
        let mut operations = Vec::new();
        for definition in &document.definitions {
            match definition {
                Definition::OperationDefinition(operation) => operations.push(operation),
                Definition::FragmentDefinition(fragment) => {
                    fragments.insert(fragment.name.clone(), fragment.as_ref());
                }
                _ => return None,
            }
        }
        let [operation] = operations.as_slice() else { return None };
        let mut shape = Self::default();
        let source = Source { fragments, renames };
        shape.add(&operation.selection_set, &source, &mut Vec::new());
        Some(shape)
    }

    /// True for a value that is taken whole.
    pub(crate) fn is_leaf(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&ReplyField> {
        self.fields.get(key)
    }

    /// The keys in the merged data, in the order asked for, without `__typename`, which says nothing of its own.
    pub(crate) fn merged_keys(&self) -> impl Iterator<Item = &Name> {
        self.fields.values().map(|field| &field.merged_as).filter(|key| key.as_str() != "__typename")
    }

    fn add<'a>(&mut self, selections: &'a [Selection], source: &Source<'a>, open_fragments: &mut Vec<&'a Name>) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_name();
                    let entry = self.fields.entry(key.clone()).or_insert_with(|| ReplyField {
                        merged_as: merged_key(key, source.renames).clone(),
                        shape: Self::default(),
                    });
                    entry.shape.add(&field.selection_set, source, open_fragments);
                }
                Selection::InlineFragment(inline) => self.add(&inline.selection_set, source, open_fragments),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let Some(fragment) = source.fragments.get(name) else { continue };
                    if !open_fragments.contains(&name) {
                        open_fragments.push(name);
                        self.add(&fragment.selection_set, source, open_fragments);
                        open_fragments.pop();
                    }
                }
            }
        }
    }
}

struct Source<'a> {
    fragments: HashMap<Name, &'a FragmentDefinition>,
    renames: &'a [Rename],
}

/// The key in the merged data of what stands under `key` in a reply.
pub(crate) fn merged_key<'a>(key: &'a Name, renames: &'a [Rename]) -> &'a Name {
    renames.iter().find(|rename| rename.sent == *key).map_or(key, |rename| &rename.response_key)
}
