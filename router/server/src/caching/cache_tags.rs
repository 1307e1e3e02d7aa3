//! `@cacheTag`, as it was composed: the words by which subgraphs let operators outdate what they answer.
//!
//! In the supergraph it stands in `@join__directive(graphs:, name: "federation__cacheTag", args: {format:})`, for each
//! subgraph by itself. Composition has checked formats; one of another composer that makes no sense is no tag, and the log
//! says so.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveList, Field, InputValueDefinition, Value};
use apollo_compiler::{Name, Node};
use router_execution::{JsonMap, JsonValue};
use router_schema::{CacheTagFormat, CacheTagPart, CacheTagSource, SubgraphId, Supergraph};

/// What the directive is called in `@join__directive(name:)`.
const NAMES: [&str; 2] = ["federation__cacheTag", "cacheTag"];

/// The tags of one graph.
#[derive(Debug, Default)]
pub(crate) struct CacheTags {
    /// Of the fields of the query root.
    fields: HashMap<(SubgraphId, Name), Vec<Arc<CacheTagFormat>>>,
    /// Of entities.
    types: HashMap<(SubgraphId, Name), Vec<Arc<CacheTagFormat>>>,
}

/// The tags of one fetch.
#[derive(Debug, Default)]
pub(super) struct FetchTags {
    roots: Vec<RootTag>,
    /// By type.
    entities: HashMap<String, Vec<Arc<CacheTagFormat>>>,
}

/// A tag of a root field, and the arguments that it is asked with.
#[derive(Debug)]
struct RootTag {
    format: Arc<CacheTagFormat>,
    arguments: HashMap<Name, Argument>,
}

#[derive(Debug)]
struct Argument {
    given: Option<Node<Value>>,
    default: Option<Node<Value>>,
}

impl CacheTags {
    pub(crate) fn new(supergraph: &Supergraph) -> Self {
        let schema = supergraph.full_schema();
        let carrier = supergraph.directive_name("join", "directive");
        let read = |directives: &mut dyn Iterator<Item = &Node<Directive>>| -> Vec<_> {
            directives.filter(|one| *one.name == *carrier).flat_map(|one| tags_in(supergraph, one)).collect()
        };
        let mut tags = Self::default();
        for (name, ty) in &schema.types {
            for (subgraph, format) in read(&mut ty.directives().iter().map(|one| &one.node)) {
                tags.types.entry((subgraph, name.clone())).or_default().push(format);
            }
        }
        let query = schema.schema_definition.query.as_ref().and_then(|query| schema.get_object(&query.name));
        for field in query.into_iter().flat_map(|query| query.fields.values()) {
            let directives: &DirectiveList = &field.directives;
            for (subgraph, format) in read(&mut directives.iter()) {
                tags.fields.entry((subgraph, field.name.clone())).or_default().push(format);
            }
        }
        tags
    }

    /// Adds the tags of a root field that this subgraph is asked for.
    pub(super) fn of_root_field(
        &self,
        supergraph: &Supergraph,
        subgraph: SubgraphId,
        field: &Field,
        tags: &mut FetchTags,
    ) {
        let Some(formats) = self.fields.get(&(subgraph, field.name.clone())) else { return };
        let schema = supergraph.full_schema();
        let query = schema.schema_definition.query.as_ref();
        let definition = query.and_then(|query| schema.type_field(&query.name, &field.name).ok());
        for format in formats {
            let arguments = definition.into_iter().flat_map(|definition| &definition.arguments);
            let arguments = arguments.map(|argument| (argument.name.clone(), Argument::of(field, argument)));
            tags.roots.push(RootTag { format: Arc::clone(format), arguments: arguments.collect() });
        }
    }

    /// Adds the tags of entities of these types.
    pub(super) fn of_types<'t>(
        &self,
        subgraph: SubgraphId,
        types: impl Iterator<Item = &'t String>,
        tags: &mut FetchTags,
    ) {
        for name in types {
            let Ok(own) = Name::new(name) else { continue };
            if let Some(formats) = self.types.get(&(subgraph, own)) {
                tags.entities.insert(name.clone(), formats.clone());
            }
        }
    }
}

impl Argument {
    fn of(field: &Field, definition: &InputValueDefinition) -> Self {
        let given = field.arguments.iter().find(|argument| argument.name == definition.name);
        Self { given: given.map(|argument| argument.value.clone()), default: definition.default_value.clone() }
    }
}

impl FetchTags {
    /// The tags of the answer to a root fetch with these variables.
    pub(super) fn of_root(&self, variables: &JsonMap) -> impl Iterator<Item = String> {
        self.roots.iter().filter_map(|root| {
            text_of(&root.format, CacheTagSource::Arguments, |path| {
                let (name, below) = path.split_first()?;
                let argument = root.arguments.get(name)?;
                let given = argument.given.as_ref().and_then(|given| text_in_value(given, below, variables));
                // What the subgraph takes when nothing is given.
                let is_absent = argument.given.as_ref().is_none_or(|given| is_absent(given, variables));
                let default = argument.default.as_ref().filter(|_| is_absent);
                given.or_else(|| text_in_value(default?, below, variables)).map(Cow::into_owned)
            })
        })
    }

    /// The tags of an entity that was asked for by this.
    pub(super) fn of_entity(&self, representation: &JsonMap) -> impl Iterator<Item = String> {
        let name = representation.get("__typename").and_then(JsonValue::as_str);
        let formats = name.and_then(|name| self.entities.get(name)).into_iter().flatten();
        formats.filter_map(|format| {
            text_of(format, CacheTagSource::Key, |path| {
                let (name, below) = path.split_first()?;
                text_in_json(representation.get(name.as_str())?, below).map(Cow::into_owned)
            })
        })
    }
}

/// The formats that one application of `@join__directive` carries, for each of its subgraphs.
fn tags_in(supergraph: &Supergraph, carrier: &Directive) -> Vec<(SubgraphId, Arc<CacheTagFormat>)> {
    let text = |name| carrier.specified_argument_by_name(name).and_then(|value| value.as_str());
    if !text("name").is_some_and(|name| NAMES.contains(&name)) {
        return Vec::new();
    }
    let arguments = carrier.specified_argument_by_name("args").and_then(|value| value.as_object()).unwrap_or_default();
    let format = arguments.iter().find(|(name, _)| name == "format").and_then(|(_, value)| value.as_str());
    let format = match CacheTagFormat::parse(format.unwrap_or_default()) {
        Ok(format) => Arc::new(format),
        Err(error) => {
            tracing::warn!(format, %error, "the supergraph has a @cacheTag that is none; nothing has it");
            return Vec::new();
        }
    };
    let graphs = carrier.specified_argument_by_name("graphs").and_then(|value| value.as_list()).unwrap_or_default();
    let id = |graph: &Node<Value>| {
        let name = graph.as_enum()?;
        supergraph.subgraphs().iter().find(|subgraph| subgraph.graph_name == *name).map(|subgraph| subgraph.id)
    };
    graphs.iter().filter_map(id).map(|id| (id, Arc::clone(&format))).collect()
}

/// The tag; none when a value of it is absent or null, and nothing can have it.
fn text_of(
    format: &CacheTagFormat,
    source: CacheTagSource,
    value: impl Fn(&[Name]) -> Option<String>,
) -> Option<String> {
    let mut text = String::new();
    for part in &format.parts {
        match part {
            CacheTagPart::Text(part) => text.push_str(part),
            CacheTagPart::Value { source: own, path } if *own == source => text.push_str(&value(path)?),
            CacheTagPart::Value { .. } => return None,
        }
    }
    Some(text)
}

fn is_absent(value: &Value, variables: &JsonMap) -> bool {
    matches!(value, Value::Variable(name) if !variables.contains_key(name.as_str()))
}

/// A scalar below a value of a document.
fn text_in_value<'v>(value: &'v Value, path: &[Name], variables: &'v JsonMap) -> Option<Cow<'v, str>> {
    if let Value::Variable(name) = value {
        return text_in_json(variables.get(name.as_str())?, path);
    }
    let Some((first, below)) = path.split_first() else {
        return match value {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Enum(name) => Some(Cow::Borrowed(name)),
            Value::Int(number) => Some(Cow::Borrowed(number.as_str())),
            Value::Float(number) => Some(Cow::Borrowed(number.as_str())),
            Value::Boolean(is_true) => Some(Cow::Owned(is_true.to_string())),
            Value::Null | Value::Variable(_) | Value::List(_) | Value::Object(_) => None,
        };
    };
    let (_, value) = value.as_object()?.iter().find(|(name, _)| name == first)?;
    text_in_value(value, below, variables)
}

/// A scalar below a value in JSON.
fn text_in_json<'v>(value: &'v JsonValue, path: &[Name]) -> Option<Cow<'v, str>> {
    let Some((first, below)) = path.split_first() else {
        return match value {
            JsonValue::String(text) => Some(Cow::Borrowed(text.as_str())),
            JsonValue::Number(number) => Some(Cow::Owned(number.to_string())),
            JsonValue::Bool(is_true) => Some(Cow::Owned(is_true.to_string())),
            JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
        };
    };
    text_in_json(value.as_object()?.get(first.as_str())?, below)
}
