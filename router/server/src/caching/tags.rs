//! What an answer is about: the types of its objects and the values of its `ID` fields, so that whoever changes one of them
//! can say so.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection};
use router_execution::{CachePolicy, FetchPlace, FreshAnswer, JsonMap, JsonValue};
use router_planning::plan::{Fetch, FetchTarget};
use router_schema::{IdSet, Supergraph};

use super::cache_tags::{CacheTags, FetchTags};
use super::fetch_policy::policy_of_fetch;
use super::freshness::{Freshness, Tag};
use super::hints::Hints;

/// The field of a query that asks for entities.
pub(super) const ENTITIES: &str = "_entities";

/// What the answers to one fetch are about.
#[derive(Debug, Default)]
pub(crate) struct FetchSubjects {
    subgraph: String,
    /// Of a root fetch.
    root: Subjects,
    /// Of an entity fetch, by site.
    sites: Vec<Subjects>,
    /// The subgraph's own words for them.
    own: FetchTags,
}

/// Reads the document of a fetch: what its answers are about, and how long they may be kept as far as the graph says.
pub(crate) fn read_fetch(
    supergraph: &Supergraph,
    (hints, cache_tags): (&Hints, &CacheTags),
    default_max_age: u32,
    fetch: &Fetch,
) -> (FetchSubjects, CachePolicy) {
    // A document that does not parse is an empty one: about nothing, and kept by nobody.
    let document = Document::parse(fetch.document.text.as_str(), "fetch.graphql").unwrap_or_default();
    (FetchSubjects::new(supergraph, cache_tags, fetch, &document), policy_of_fetch(hints, default_max_age, &document))
}

/// What one answer is about.
#[derive(Debug, Default)]
struct Subjects {
    /// The types of the objects in it. Of an entity: below it.
    types: BTreeSet<String>,
    /// Of an entity: its own types, which count when nothing says which entity it is.
    own_types: BTreeSet<String>,
    ids: Ids,
}

/// Where the `ID`s are.
#[derive(Debug, Default)]
struct Ids {
    fields: HashMap<Name, IdField>,
}

#[derive(Debug, Default)]
struct IdField {
    is_id: bool,
    below: Ids,
}

impl FetchSubjects {
    /// Reads the document of a fetch. What it names and the graph does not know is about nothing.
    fn new(supergraph: &Supergraph, cache_tags: &CacheTags, fetch: &Fetch, document: &Document) -> Self {
        let mut subjects = match &fetch.target {
            FetchTarget::Root => Self::of_operation(supergraph, document, None),
            FetchTarget::Entities(_) => Self::default(),
        };
        subjects.subgraph = supergraph.subgraph(fetch.subgraph).name.clone();
        let reader = Reader::new(supergraph, document);
        if let (FetchTarget::Root, Some(operation)) = (&fetch.target, operation_of(document, None)) {
            reader.each_field(&operation.selection_set, &mut |field| {
                cache_tags.of_root_field(supergraph, fetch.subgraph, field, &mut subjects.own);
            });
        }
        if let (FetchTarget::Entities(sites), Some(operation)) = (&fetch.target, operation_of(document, None)) {
            for site in sites {
                let mut entity = Subjects::default();
                let fields = operation.selection_set.iter().filter_map(Selection::as_field);
                for field in
                    fields.filter(|field| field.name == ENTITIES && *field.response_name() == site.response_key)
                {
                    reader.read(&field.selection_set, None, &mut entity.types, &mut entity.ids);
                }
                let own = site.representations.iter().flat_map(|one| reader.types_of(&one.type_name));
                entity.own_types = own.collect();
                cache_tags.of_types(fetch.subgraph, entity.own_types.iter(), &mut subjects.own);
                subjects.sites.push(entity);
            }
        }
        subjects
    }

    /// Reads an operation of a client's document.
    pub(crate) fn of_operation(supergraph: &Supergraph, document: &Document, name: Option<&str>) -> Self {
        let mut subjects = Self::default();
        let Some(operation) = operation_of(document, name) else { return subjects };
        let root = supergraph.full_schema().root_operation(operation.operation_type);
        let Subjects { types, ids, .. } = &mut subjects.root;
        Reader::new(supergraph, document).read(&operation.selection_set, root.map(Name::as_str), types, ids);
        subjects
    }

    /// Whom the fetch asks.
    pub(crate) fn subgraph(&self) -> &str {
        &self.subgraph
    }

    /// The tags of an answer at this place, to a request with these variables.
    pub(super) fn tags_of(
        &self,
        freshness: &Freshness,
        place: FetchPlace,
        variables: &JsonMap,
        answer: &FreshAnswer,
    ) -> Vec<Tag> {
        let Some(subjects) = place.site.map_or(Some(&self.root), |site| self.sites.get(site)) else {
            return Vec::new();
        };
        let mut tags = Vec::new();
        subjects.ids.collect(freshness, &answer.data, &mut tags);
        let representation = answer.representation.as_ref().and_then(|text| serde_json::from_str(text.get()).ok());
        let mut own: Vec<Tag> = answer.tags.iter().map(|word| of_word(freshness, word)).collect();
        if place.site.is_none() {
            own.extend(self.own.of_root(variables).map(|word| of_word(freshness, &word)));
        }
        if let Some(JsonValue::Object(representation)) = representation {
            own.extend(self.own.of_entity(&representation).map(|word| of_word(freshness, &word)));
            let key = representation.iter().filter(|(name, _)| name.as_str() != "__typename");
            key.for_each(|(_, value)| collect_values(freshness, value, &mut tags));
        }
        if place.site.is_some() && tags.is_empty() {
            tags.extend(subjects.own_types.iter().map(|name| of_type(freshness, name)));
        }
        tags.extend(subjects.types.iter().map(|name| of_type(freshness, name)));
        tags.extend(own);
        tags
    }

    /// The tags of what a mutation has answered, and of everything that it was told.
    pub(super) fn tags_of_change(&self, freshness: &Freshness, data: &JsonMap, variables: &JsonMap) -> Vec<Tag> {
        let mut tags = Vec::new();
        variables.values().for_each(|value| collect_values(freshness, value, &mut tags));
        self.root.ids.collect(freshness, data, &mut tags);
        tags.extend(self.root.types.iter().map(|name| of_type(freshness, name)));
        tags
    }
}

/// The tag of everything in which an object of this type may be.
pub(super) fn of_type(freshness: &Freshness, name: &str) -> Tag {
    freshness.tag(&format!("type {name}"))
}

/// The tag of everything in which this id is.
pub(super) fn of_id(freshness: &Freshness, id: &str) -> Tag {
    freshness.tag(&format!("id {id}"))
}

/// The tag of everything that a subgraph calls by this word.
pub(super) fn of_word(freshness: &Freshness, word: &str) -> Tag {
    freshness.tag(&format!("tag {word}"))
}

impl Ids {
    fn collect(&self, freshness: &Freshness, data: &JsonMap, tags: &mut Vec<Tag>) {
        for (key, field) in &self.fields {
            let Some(value) = data.get(key.as_str()) else { continue };
            if field.is_id {
                collect_values(freshness, value, tags);
            } else if !field.below.fields.is_empty() {
                field.below.collect_below(freshness, value, tags);
            }
        }
    }

    fn collect_below(&self, freshness: &Freshness, value: &JsonValue, tags: &mut Vec<Tag>) {
        match value {
            JsonValue::Object(object) => self.collect(freshness, object, tags),
            JsonValue::Array(items) => items.iter().for_each(|item| self.collect_below(freshness, item, tags)),
            _ => {}
        }
    }
}

fn collect_values(freshness: &Freshness, value: &JsonValue, tags: &mut Vec<Tag>) {
    match value {
        JsonValue::String(id) => tags.push(of_id(freshness, id.as_str())),
        JsonValue::Number(id) => tags.push(of_id(freshness, &id.to_string())),
        JsonValue::Array(items) => items.iter().for_each(|item| collect_values(freshness, item, tags)),
        JsonValue::Object(object) => object.values().for_each(|value| collect_values(freshness, value, tags)),
        JsonValue::Null | JsonValue::Bool(_) => {}
    }
}

struct Reader<'a> {
    supergraph: &'a Supergraph,
    fragments: Fragments<'a>,
}

/// The fragments of a document, by name.
pub(super) type Fragments<'d> = HashMap<&'d Name, &'d FragmentDefinition>;

/// All of them.
pub(super) fn fragments_of(document: &Document) -> Fragments<'_> {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::FragmentDefinition(fragment) => Some((&fragment.name, &**fragment)),
        _ => None,
    });
    fragments.collect()
}

/// The operation of this name, or the only one.
pub(super) fn operation_of<'d>(document: &'d Document, name: Option<&str>) -> Option<&'d OperationDefinition> {
    let operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(&**operation),
        _ => None,
    });
    let is_meant = |operation: &&OperationDefinition| {
        name.is_none_or(|name| operation.name.as_ref().is_some_and(|own| own == name))
    };
    operations.into_iter().find(is_meant)
}

impl<'a> Reader<'a> {
    fn new(supergraph: &'a Supergraph, document: &'a Document) -> Self {
        Self { supergraph, fragments: fragments_of(document) }
    }

    fn read(&self, selections: &[Selection], parent: Option<&str>, types: &mut BTreeSet<String>, ids: &mut Ids) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let definition =
                        parent.and_then(|parent| self.supergraph.full_schema().type_field(parent, &field.name).ok());
                    let returned = definition.map(|definition| definition.ty.inner_named_type().clone());
                    let entry = ids.fields.entry(field.response_name().clone()).or_default();
                    entry.is_id |= returned.as_ref().is_some_and(|name| name == "ID");
                    if let Some(returned) = returned.as_ref().filter(|_| !field.selection_set.is_empty()) {
                        types.extend(self.types_of(returned));
                    }
                    self.read(&field.selection_set, returned.as_ref().map(Name::as_str), types, &mut entry.below);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.type_condition.as_ref().map(Name::as_str).or(parent);
                    self.read(&inline.selection_set, condition, types, ids);
                }
                // A fetch's document has no cycles, and each fragment stands for what is long otherwise.
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.fragment_name) {
                        self.read(&fragment.selection_set, Some(&fragment.type_condition), types, ids);
                    }
                }
            }
        }
    }

    /// Every field of the root, whatever fragments it stands in.
    fn each_field(&self, selections: &[Selection], visit: &mut dyn FnMut(&Field)) {
        for selection in selections {
            match selection {
                Selection::Field(field) => visit(field),
                Selection::InlineFragment(inline) => self.each_field(&inline.selection_set, visit),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.fragment_name) {
                        self.each_field(&fragment.selection_set, visit);
                    }
                }
            }
        }
    }

    /// The type, and those behind it when it is an interface or a union.
    fn types_of(&self, name: &Name) -> Vec<String> {
        let possible = self.supergraph.type_id(name).map(|id| &self.supergraph.type_definition(id).possible_types);
        let behind = possible.into_iter().flat_map(IdSet::iter);
        let behind = behind.map(|id| self.supergraph.type_definition(id).name.to_string());
        std::iter::once(name.to_string()).chain(behind).collect()
    }
}
