//! A world in which every value follows from where it stands.
//!
//! An object's identity is its path from the root (`/me/friends.1`), and a leaf's value is the path of the leaf
//! (`/me/friends.1/id#`). Whoever holds any leaf of an object can therefore tell which object it is: that is how an
//! `_entities` resolver finds the entity of a representation, with no data kept anywhere. Every server of one world
//! gives the same value for the same field of the same object, be it a subgraph or the monolith.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use apollo_compiler::ast::Type;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use router_execution::RequestBody;
use router_schema::{
    ContextArgument, ContextSetter, FieldDefinition, FieldSet, FieldSetField, RuleSet, SubgraphId, Supergraph, TypeId,
    TypeKind,
};
use serde_json::{Value, json};

use super::audit::SubgraphFile;
use crate::subgraph_schema::served_schema;

pub(crate) struct World {
    pub(crate) supergraph: Supergraph,
    served: HashMap<String, Valid<Schema>>,
    /// Names of fields in any `@key` or `@requires`: never null, so that every join can be made.
    inputs: BTreeSet<String>,
    /// The paths that integer leaves stand for.
    integers: Mutex<HashMap<i64, String>>,
    /// The types of the objects that the monolith has shown, by their paths.
    shown: Mutex<HashMap<String, String>>,
    /// The rules of authorization that whoever asks the monolith does not meet.
    unmet_rules: Mutex<RuleSet>,
}

impl World {
    /// From now on whoever asks does not meet these.
    pub(crate) fn set_unmet_rules(&self, rules: &RuleSet) {
        self.unmet_rules.lock().unwrap().clone_from(rules);
    }

    /// Whether joins may ask for fields of this name, for themselves.
    pub(crate) fn is_input(&self, name: &str) -> bool {
        self.inputs.contains(name)
    }

    /// What a subgraph answers by.
    pub(crate) fn served(&self, subgraph: &str) -> &Valid<Schema> {
        &self.served[subgraph]
    }

    pub(crate) fn new(supergraph: Supergraph, subgraphs: &[SubgraphFile]) -> Self {
        let mut inputs = BTreeSet::new();
        for definition in supergraph.types() {
            let keys = definition.in_subgraphs.iter().flatten().flat_map(|subgraph| &subgraph.keys);
            keys.for_each(|key| add_names(&key.fields, &mut inputs));
            for field in definition.fields.values().map(|id| supergraph.field(*id)) {
                let requires = field.in_subgraphs.iter().flatten().filter_map(|subgraph| subgraph.requires.as_ref());
                requires.for_each(|fields| add_names(fields, &mut inputs));
                let contexts = field.in_subgraphs.iter().flatten().flat_map(|subgraph| &subgraph.context_arguments);
                let setters = contexts.flat_map(|argument| &argument.setters);
                setters.for_each(|setter| add_names(&setter.selection, &mut inputs));
            }
        }
        let served = subgraphs.iter().map(|file| (file.name.clone(), served_schema(&file.sdl))).collect();
        let (integers, shown, unmet_rules) = Default::default();
        Self { supergraph, served, inputs, integers, shown, unmet_rules }
    }

    /// The object types that a value of `of_type` may have so that every subgraph that resolves `field` knows them; without
    /// a field, every one that knows `of_type` as abstract.
    fn choices(&self, of_type: TypeId, field: Option<&FieldDefinition>) -> Vec<TypeId> {
        let definition = self.supergraph.type_definition(of_type);
        let subgraphs = || (0..self.supergraph.subgraphs().len()).map(SubgraphId);
        let is_public = |id: TypeId| {
            let name = &self.supergraph.type_definition(id).name;
            self.supergraph.api_schema().get_object(name).is_some()
        };
        let objects = self.supergraph.types().iter().filter(|one| one.kind == TypeKind::Object).map(|one| one.id);
        objects
            .filter(|&id| definition.possible_types.contains(id) && is_public(id))
            .filter(|&id| {
                field.is_some()
                    || subgraphs().all(|subgraph| {
                        definition.in_subgraph(subgraph).is_none_or(|known| known.possible_types.contains(id))
                    })
            })
            .filter(|&id| {
                subgraphs().all(|subgraph| {
                    let in_subgraph = field.and_then(|field| field.in_subgraph(subgraph));
                    let Some(in_subgraph) = in_subgraph.filter(|field| !field.is_external) else { return true };
                    let there = self.supergraph.type_definition(in_subgraph.named_type);
                    there.in_subgraph(subgraph).is_none_or(|known| known.possible_types.contains(id))
                })
            })
            .collect()
    }

    /// An enum value that every subgraph with the enum and the public know.
    fn enum_value(&self, name: &str, path: &str) -> JsonValue {
        let definition = self.supergraph.type_definition(self.supergraph.type_id(name).unwrap());
        let public = self.supergraph.api_schema().get_enum(name).unwrap();
        let is_known = |value: &str| {
            definition.in_subgraphs.iter().flatten().all(|known| known.enum_values.iter().any(|one| one == value))
        };
        let values: Vec<_> = public.values.keys().filter(|value| is_known(value)).collect();
        if values.is_empty() { JsonValue::Null } else { values[hash(path) as usize % values.len()].as_str().into() }
    }

    /// The path of the object that a representation (or a part of it, `depth` objects down) comes from.
    fn identity(&self, value: &JsonValue, depth: usize) -> Option<String> {
        let leaf_path = match value {
            JsonValue::Object(object) => {
                let fields = object.iter().filter(|(key, _)| key.as_str() != "__typename");
                return fields.into_iter().find_map(|(_, value)| self.identity(value, depth + 1));
            }
            JsonValue::Array(items) => return items.iter().find_map(|item| self.identity(item, depth)),
            JsonValue::String(text) => text.as_str().strip_suffix('#')?.to_owned(),
            JsonValue::Number(number) => self.integers.lock().unwrap().get(&(number.as_f64()? as i64))?.clone(),
            _ => return None,
        };
        let segments: Vec<_> = leaf_path.split('/').collect();
        Some(segments[..segments.len().checked_sub(depth)?].join("/"))
    }
}

fn add_names(fields: &FieldSet, names: &mut BTreeSet<String>) {
    for field in &fields.fields {
        names.insert(field.name.to_string());
        add_names(&field.selections, names);
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// An object of the world, as one server shows it.
struct Shown<'w> {
    world: &'w World,
    schema: &'w Valid<Schema>,
    subgraph: Option<SubgraphId>,
    type_name: String,
    path: String,
    /// What an `_entities` request sent along.
    representation: Option<JsonMap>,
}

impl ObjectValue for Shown<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        if info.field_name() == "_entities" {
            let representations = info.arguments()["representations"].as_array().unwrap();
            let entities: Vec<_> = representations.iter().map(|one| self.entity(one)).collect();
            return Ok(ResolvedValue::list(entities));
        }
        self.check_rules(info.field_name())?;
        self.check_requirements(info.field_name())?;
        self.check_contexts(info.field_name(), info.arguments())?;
        let mut path = format!("{}/{}", self.path, info.field_name());
        // An argument that the public does not know has its default in every subgraph that does.
        let public = self.world.supergraph.api_schema().type_field(&self.type_name, info.field_name()).ok();
        let is_public = |name: &str| public.is_some_and(|field| field.argument_by_name(name).is_some());
        let arguments = info.arguments().iter().filter(|(name, _)| is_public(name.as_str()));
        let mut arguments: Vec<_> = arguments.map(|(name, value)| format!("{name:?}{value}")).collect();
        if !arguments.is_empty() {
            arguments.sort();
            path += &format!("~{:x}", hash(&arguments.concat()));
        }
        let is_input = self.world.inputs.contains(info.field_name());
        if !is_input && self.is_nullable_everywhere(info.field_name()) && hash(&path).is_multiple_of(6) {
            return Ok(ResolvedValue::null());
        }
        Ok(self.value(info.field_name(), &info.field_definition().ty, path))
    }
}

impl<'w> Shown<'w> {
    fn value<'a>(&self, field: &str, of_type: &Type, path: String) -> ResolvedValue<'a>
    where
        'w: 'a,
    {
        if of_type.is_list() {
            let count = 1 + hash(&path) as usize % 3;
            let items: Vec<_> =
                (0..count).map(|index| self.value(field, of_type.item_type(), format!("{path}.{index}"))).collect();
            return ResolvedValue::list(items);
        }
        let name = of_type.inner_named_type();
        match &self.schema.types[name] {
            ExtendedType::Object(_) => ResolvedValue::object(self.shown(name.to_string(), path, None)),
            ExtendedType::Interface(_) | ExtendedType::Union(_) => {
                let definition = self.public_field(field);
                let of_type = definition.map_or(self.world.supergraph.type_id(name).unwrap(), |one| one.named_type);
                let choices = self.world.choices(of_type, definition);
                if choices.is_empty() {
                    return ResolvedValue::null();
                }
                let chosen = choices[hash(&path) as usize % choices.len()];
                let chosen = self.world.supergraph.type_definition(chosen).name.to_string();
                ResolvedValue::object(self.shown(chosen, path, None))
            }
            ExtendedType::Enum(_) => ResolvedValue::leaf(self.world.enum_value(name, &path)),
            _ => ResolvedValue::leaf(self.leaf(name, path)),
        }
    }

    fn leaf(&self, type_name: &str, path: String) -> JsonValue {
        match type_name {
            "Boolean" => hash(&path).is_multiple_of(2).into(),
            "Int" | "Float" => {
                let number = (hash(&path) % (1 << 30)) as i64;
                self.world.integers.lock().unwrap().insert(number, path);
                if type_name == "Int" { number.into() } else { (number as f64 + 0.5).into() }
            }
            _ => format!("{path}#").into(),
        }
    }

    fn entity<'a>(&self, representation: &JsonValue) -> ResolvedValue<'a>
    where
        'w: 'a,
    {
        let object = representation.as_object().unwrap();
        let name = object["__typename"].as_str().unwrap();
        let Some(path) = self.world.identity(representation, 0) else { return ResolvedValue::null() };
        let type_name = match &self.schema.types[name] {
            ExtendedType::Object(_) => name.to_owned(),
            _ => {
                let choices = self.world.choices(self.world.supergraph.type_id(name).unwrap(), None);
                self.world.supergraph.type_definition(choices[hash(&path) as usize % choices.len()]).name.to_string()
            }
        };
        ResolvedValue::object(self.shown(type_name, path, Some(object.clone())))
    }

    fn shown(&self, type_name: String, path: String, representation: Option<JsonMap>) -> Self {
        if self.subgraph.is_none() {
            self.world.shown.lock().unwrap().insert(path.clone(), type_name.clone());
        }
        Self { world: self.world, schema: self.schema, subgraph: self.subgraph, type_name, path, representation }
    }

    fn public_field(&self, field: &str) -> Option<&'w FieldDefinition> {
        let supergraph = &self.world.supergraph;
        let id = supergraph.field_id(supergraph.type_id(&self.type_name)?, field)?;
        Some(supergraph.field(id))
    }

    /// A field that one subgraph promises never to be null is null in none of them.
    fn is_nullable_everywhere(&self, field: &str) -> bool {
        let types = self.world.supergraph.types().iter();
        let fields = types.filter_map(|one| Some(self.world.supergraph.field(*one.fields.get(field)?)));
        fields
            .flat_map(|field| field.in_subgraphs.iter().flatten().map(|one| &one.ty).chain([&field.ty]))
            .all(|ty| !ty.is_non_null())
    }

    /// One server that owned the graph would judge each field of each object by itself. Subgraphs answer whatever they are
    /// asked: what must not be seen must not be asked for.
    fn check_rules(&self, field: &str) -> Result<(), FieldError> {
        let unmet = self.world.unmet_rules.lock().unwrap();
        let supergraph = &self.world.supergraph;
        let is_barred = self.subgraph.is_none()
            && self.public_field(field).is_some_and(|field| !supergraph.barring_rules(field.id, &unmet).is_empty());
        if is_barred { Err(FieldError { message: format!("{field} may not be seen") }) } else { Ok(()) }
    }

    /// A field with `@requires` can only be resolved when what it requires was sent.
    fn check_requirements(&self, field: &str) -> Result<(), FieldError> {
        let requires = self
            .subgraph
            .and_then(|subgraph| self.public_field(field)?.in_subgraph(subgraph)?.requires.as_ref())
            .into_iter()
            .flat_map(|requires| &requires.fields);
        for required in requires {
            if !self.representation.as_ref().is_some_and(|sent| sent.contains_key(required.name.as_str())) {
                return Err(FieldError { message: format!("{field} needs {}, which was not sent", required.name) });
            }
        }
        Ok(())
    }
}

impl Shown<'_> {
    /// An argument that a context fills has the value of the nearest enclosing object that sets the context.
    fn check_contexts(&self, field: &str, given: &JsonMap) -> Result<(), FieldError> {
        let arguments = self
            .subgraph
            .and_then(|subgraph| self.public_field(field)?.in_subgraph(subgraph))
            .into_iter()
            .flat_map(|here| &here.context_arguments);
        for argument in arguments {
            let expected = self.context_value(argument);
            if given.get(argument.name.as_str()) != expected.as_ref() {
                let given = given.get(argument.name.as_str());
                return Err(FieldError {
                    message: format!("{field}({}:) is {given:?}, not {expected:?}", argument.name),
                });
            }
        }
        Ok(())
    }

    fn context_value(&self, argument: &ContextArgument) -> Option<JsonValue> {
        let mut above = self.path.as_str();
        while let Some((shorter, _)) = above.rsplit_once('/') {
            above = shorter;
            let name = self.world.shown.lock().unwrap().get(above).cloned();
            let Some(ty) = name.and_then(|name| self.world.supergraph.type_id(&name)) else { continue };
            let possible = |setter: &&ContextSetter| &self.world.supergraph.type_definition(setter.ty).possible_types;
            if let Some(setter) = argument.setters.iter().find(|setter| possible(setter).contains(ty)) {
                let fits = |field: &&FieldSetField| {
                    self.world.supergraph.type_definition(field.parent).possible_types.contains(ty)
                };
                let mut next = setter.selection.fields.iter().find(fits);
                let mut path = above.to_owned();
                while let Some(field) = next {
                    path = format!("{path}/{}", field.name);
                    next = field.selections.fields.first();
                }
                return Some(format!("{path}#").into());
            }
        }
        None
    }
}

/// What one server that owned the whole graph would answer.
pub(crate) fn monolith_answer(
    world: &World,
    document: &Valid<ExecutableDocument>,
    variables: &Valid<JsonMap>,
) -> Value {
    answer(world, world.supergraph.api_schema(), None, document, variables)
}

fn answer(
    world: &World,
    schema: &Valid<Schema>,
    subgraph: Option<SubgraphId>,
    document: &Valid<ExecutableDocument>,
    variables: &Valid<JsonMap>,
) -> Value {
    let operation = document.operations.get(None).unwrap();
    let root = Shown {
        world,
        schema,
        subgraph,
        type_name: operation.object_type().to_string(),
        path: String::new(),
        representation: None,
    };
    let response = Execution::new(schema, document)
        .operation(operation)
        .coerced_variable_values(variables)
        .enable_schema_introspection(true)
        .execute_sync(&root)
        .unwrap();
    serde_json::to_value(response).unwrap()
}

/// The subgraph of this name as an HTTP service.
pub(crate) fn subgraph_service(
    world: Arc<World>,
    name: &str,
) -> impl tower::Service<
    http::Request<RequestBody>,
    Response = http::Response<Full<Bytes>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ Sync
+ 'static {
    let name = name.to_owned();
    tower::service_fn(move |request: http::Request<RequestBody>| {
        let (world, name) = (Arc::clone(&world), name.clone());
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let request: Value = serde_json::from_slice(&body).unwrap();
            Ok(http::Response::new(Full::from(respond(&world, &name, &request).to_string())))
        }
    })
}

fn respond(world: &World, name: &str, request: &Value) -> Value {
    let (schema, id) = (&world.served[name], world.supergraph.subgraph_by_name(name).unwrap().id);
    let text = request["query"].as_str().unwrap();
    let document = match ExecutableDocument::parse_and_validate(schema, text, "fetch") {
        Ok(document) => document,
        Err(error) => return json!({"errors": [{"message": format!("{text}: {}", error.errors)}]}),
    };
    let sent: JsonMap = serde_json::from_value(request.get("variables").cloned().unwrap_or(json!({}))).unwrap();
    let operation = document.operations.get(None).unwrap();
    match apollo_compiler::request::coerce_variable_values(schema, operation, &sent) {
        Ok(variables) => answer(world, schema, Some(id), &document, &variables),
        Err(error) => json!({"errors": [{"message": error.message().to_string()}]}),
    }
}
