//! Text that is meant to become part of a statement, in every place of a schema that takes text.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition};
use kit_viewer::Viewer;
use serde_json::{Map, Value, json};

use crate::{Reply, TestSubgraph};

/// Stands in every hostile text, and so in every statement that one has become part of.
const MARK: &str = "qz7";

/// What nothing is called, and nobody has written to break out of anything.
const HARMLESS: &str = "zz no (such) thing";

/// What breaks out of quotes, lists, comments, patterns and escapes of either engine.
const HOSTILE: [&str; 12] = [
    "qz7' OR '1'='1",
    "qz7\" OR \"1\"=\"1",
    "qz7` OR 1=1 -- ",
    "qz7') OR ('1'='1",
    "qz7'; DROP TABLE outbox; -- ",
    "qz7' UNION SELECT NULL, NULL, NULL -- ",
    "qz7\\' OR 1=1 # ",
    "qz7' AND SLEEP(40) -- ",
    "qz7' || (SELECT 1) || '",
    "qz7%' ESCAPE '!' OR '%'='",
    "qz7\u{0}' OR 1=1 -- ",
    "qz7 ? :1 $1 @a {{7*7}} $(id) \u{2019} OR 1=1",
];

/// Far less than the statement sleeps that one of the texts asks for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How deep inputs lie within inputs.
const DEPTH_MAX: usize = 4;

/// Asks for every root field and every entity of a schema, with hostile text in the place of each argument, field of an input
/// and field of a key, one after the other. None of it becomes part of a statement, is told of by an error, or finds what
/// text that nothing is called does not find; returns how many places there are.
///
/// `known` are values for the other required arguments, by name.
///
/// # Panics
/// When one of them does.
pub async fn assert_text_stays_text(
    subgraph: &TestSubgraph,
    sdl: &str,
    viewer: &Viewer,
    known: &[(&str, Value)],
) -> usize {
    let schema = Shape::read(sdl, known);
    let places = schema.places();
    for place in &places {
        let expected = outcome(&subgraph.ask_with(viewer, &place.operation, place.with(HARMLESS)).await);
        for text in HOSTILE {
            let (recording, begun) = (subgraph.database().record_statements(), Instant::now());
            let reply = subgraph.ask_with(viewer, &place.operation, place.with(text)).await;
            let shown = format!("{text:?} in {}: {}", place.name, reply.body);
            assert!(begun.elapsed() < PATIENCE, "it was waited for: {shown}");
            assert!(recording.finish().iter().all(|sql| !sql.contains(MARK)), "part of a statement: {shown}");
            assert!(!reply.codes().contains(&"INTERNAL"), "{shown}");
            let told = reply.body["errors"].to_string().to_lowercase();
            assert!(
                ["sqlite", "mysql", "mariadb", "syntax", "sqlx"].iter().all(|word| !told.contains(word)),
                "{shown}"
            );
            assert!(place.changes_something || outcome(&reply) == expected, "not {expected:?}: {shown}");
        }
    }
    subgraph.database().query("SELECT COUNT(*) FROM outbox").fetch_one().await.expect("every table is still there");
    places.len()
}

fn outcome(reply: &Reply) -> (Value, Vec<String>) {
    (reply.body["data"].clone(), reply.codes().into_iter().map(str::to_owned).collect())
}

/// One place that takes text.
struct Place {
    name: String,
    operation: String,
    variables: Value,
    pointer: String,
    changes_something: bool,
}

impl Place {
    fn with(&self, text: &str) -> Value {
        let mut variables = self.variables.clone();
        *variables.pointer_mut(&self.pointer).expect("the place is in the variables") = json!(text);
        variables
    }
}

/// What of a schema decides what can be asked.
struct Shape<'k> {
    types: HashMap<String, TypeKind>,
    keys: Vec<(String, String)>,
    known: &'k [(&'k str, Value)],
}

impl<'k> Shape<'k> {
    fn read(sdl: &str, known: &'k [(&'k str, Value)]) -> Self {
        let document = parse_schema(sdl).expect("the schema can be read");
        let (mut types, mut keys) = (HashMap::new(), Vec::new());
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = definition.name.node.to_string();
            for directive in definition.directives.iter().filter(|one| one.node.name.node == "key") {
                let fields = directive.node.get_argument("fields").map(|value| value.node.to_string());
                keys.push((name.clone(), fields.unwrap_or_default().trim_matches('"').to_owned()));
            }
            types.insert(name, definition.kind);
        }
        Self { types, keys, known }
    }

    fn places(&self) -> Vec<Place> {
        let roots = ["Query", "Mutation"].into_iter().flat_map(|root| self.places_of_root(root));
        roots.chain(self.places_of_keys()).collect()
    }

    fn places_of_root(&self, root: &str) -> Vec<Place> {
        let Some(TypeKind::Object(object)) = self.types.get(root) else { return Vec::new() };
        let mut places = Vec::new();
        for field in object.fields.iter().map(|field| &field.node) {
            let arguments: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
            let joined = |each: &dyn Fn(&InputValueDefinition) -> String| {
                arguments.iter().map(|argument| each(argument)).collect::<Vec<_>>().join(", ")
            };
            let declared = joined(&|argument| format!("${}: {}", argument.name.node, argument.ty.node));
            let passed = joined(&|argument| format!("{0}: ${0}", argument.name.node));
            let (kind, name) = (root.to_lowercase(), field.name.node.as_str());
            let selection = self.selection(&field.ty.node);
            for argument in &arguments {
                for path in self.texts(&argument.ty.node, DEPTH_MAX) {
                    let pointer = format!("/{}{path}", argument.name.node);
                    let mut variables = json!({});
                    for other in &arguments {
                        self.fill(&mut variables, other, &pointer, "");
                    }
                    places.push(Place {
                        name: format!("{name}{pointer}"),
                        operation: format!("{kind}({declared}) {{ {name}({passed}) {selection} }}"),
                        variables,
                        pointer,
                        changes_something: root == "Mutation",
                    });
                }
            }
        }
        places
    }

    fn places_of_keys(&self) -> impl Iterator<Item = Place> {
        self.keys.iter().filter(|(_, fields)| !fields.contains(' ')).map(|(name, field)| Place {
            name: format!("{name}.{field}"),
            operation: "query($all: [_Any!]!) { _entities(representations: $all) { __typename } }".to_owned(),
            variables: json!({ "all": [{ "__typename": name, field: "" }] }),
            pointer: format!("/all/0/{field}"),
            changes_something: false,
        })
    }

    /// Where a value of this type takes text, as pointers into it.
    fn texts(&self, kind: &Type, depth: usize) -> Vec<String> {
        let name = match &kind.base {
            BaseType::List(of) => return self.texts(of, depth).into_iter().map(|rest| format!("/0{rest}")).collect(),
            BaseType::Named(name) => name.as_str(),
        };
        match self.types.get(name) {
            Some(TypeKind::InputObject(_)) if depth == 0 => Vec::new(),
            Some(TypeKind::InputObject(input)) => {
                let below = |field: &InputValueDefinition| {
                    let rest = self.texts(&field.ty.node, depth - 1).into_iter();
                    rest.map(|rest| format!("/{}{rest}", field.name.node)).collect::<Vec<_>>()
                };
                input.fields.iter().flat_map(|field| below(&field.node)).collect()
            }
            _ => vec![String::new()],
        }
    }

    /// Sets an argument or a field of an input when it is needed, or the place lies in it.
    fn fill(&self, into: &mut Value, argument: &InputValueDefinition, place: &str, at: &str) {
        let name = argument.name.node.as_str();
        let here = format!("{at}/{name}");
        let is_on_the_way = place == here || place.starts_with(&format!("{here}/"));
        if is_on_the_way || !argument.ty.node.nullable || name == "first" {
            into[name] = self.value(&argument.ty.node, name, place, &here);
        }
    }

    fn value(&self, kind: &Type, name: &str, place: &str, at: &str) -> Value {
        let type_name = match &kind.base {
            BaseType::List(of) => return json!([self.value(of, name, place, &format!("{at}/0"))]),
            BaseType::Named(name) => name.as_str(),
        };
        match (self.known.iter().find(|(known, _)| *known == name), self.types.get(type_name)) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(TypeKind::InputObject(input))) => {
                let mut fields = Value::Object(Map::new());
                for field in &input.fields {
                    self.fill(&mut fields, &field.node, place, at);
                }
                fields
            }
            (None, Some(TypeKind::Enum(values))) => json!(values.values[0].node.value.node.as_str()),
            (None, _) => match type_name {
                "Int" | "Long" => json!(2),
                "Float" => json!(1.5),
                "Boolean" => json!(true),
                "DateTime" => json!("2026-06-01T00:00:00Z"),
                "URL" => json!("https://lyceum.example/"),
                _ => json!(HARMLESS),
            },
        }
    }

    /// What shows how much was found, or why nothing was done.
    fn selection(&self, kind: &Type) -> &'static str {
        let name = match &kind.base {
            BaseType::List(of) => return self.selection(of),
            BaseType::Named(name) => name.as_str(),
        };
        let Some(TypeKind::Object(object)) = self.types.get(name) else {
            return if self.types.contains_key(name) { "{ __typename }" } else { "" };
        };
        let has = |wanted: &str| object.fields.iter().any(|field| field.node.name.node == wanted);
        match (has("edges"), has("userErrors")) {
            (true, _) => "{ totalCount edges { node { __typename } } }",
            (_, true) => "{ userErrors { code message } }",
            _ => "{ __typename }",
        }
    }
}
