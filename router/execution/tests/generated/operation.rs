//! Random operations that are valid for a public schema.

use std::fmt::Write;

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Value, json};

use super::random::Random;

/// How many fields one operation may select: enough for joins below joins.
const FIELDS_MAX: usize = 40;

/// How deep it may nest.
const DEPTH_MAX: usize = 5;

struct Writer<'a> {
    random: &'a mut Random,
    schema: &'a Schema,
    fields_left: usize,
    aliases: usize,
    fragments: Vec<String>,
}

/// An operation's text and the values of its variables.
pub(crate) fn operation(random: &mut Random, schema: &Schema) -> (String, Value) {
    let is_mutation = schema.types.contains_key("Mutation") && random.percent(15);
    let (kind, root) = if is_mutation { ("mutation", "Mutation") } else { ("query", "Query") };
    let mut writer = Writer { random, schema, fields_left: FIELDS_MAX, aliases: 0, fragments: Vec::new() };
    let selection = writer.selection(root, DEPTH_MAX);
    let fragments = writer.fragments.concat();
    let body = format!("{selection}{fragments}");
    let mut declared = String::new();
    let mut variables = json!({});
    for (name, of_type) in [("a", "Boolean!"), ("b", "Boolean!"), ("n", "Int")] {
        if body.contains(&format!("${name}")) {
            let _ = write!(declared, "${name}: {of_type} ");
            variables[name] = if name == "n" { json!(random.below(9)) } else { json!(random.percent(50)) };
        }
    }
    let declared = if declared.is_empty() { String::new() } else { format!("({declared})") };
    (format!("{kind} Generated{declared} {body}"), variables)
}

/// The operation with some of its fragments deferred.
pub(super) fn with_defer(random: &mut Random, text: &str) -> String {
    let mut pieces = text.split("...");
    let mut deferring = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        deferring += "...";
        let spread = piece.trim_start();
        let condition = spread.strip_prefix("on ").unwrap_or(spread);
        let name = condition.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(condition.len());
        let (before, after) = piece.split_at(piece.len() - condition.len() + name);
        deferring += before;
        deferring += if random.percent(50) { " @defer" } else { "" };
        deferring += after;
    }
    deferring
}

impl Writer<'_> {
    fn selection(&mut self, ty: &str, depth: usize) -> String {
        let mut parts = Vec::new();
        for _ in 0..self.random.between(1, 4) {
            parts.extend(self.part(ty, depth));
        }
        if parts.is_empty() {
            parts.push("__typename".to_owned());
        }
        format!("{{ {} }}", parts.join(" "))
    }

    fn part(&mut self, ty: &str, depth: usize) -> Option<String> {
        let narrower = self.narrower(ty);
        match self.random.below(20) {
            0 | 1 => Some("__typename".to_owned()),
            2..9 if !narrower.is_empty() => {
                let on = self.random.pick(&narrower).clone();
                let conditions = self.conditions(10);
                Some(format!("... on {on}{conditions} {}", self.selection(&on, depth)))
            }
            2 => {
                let conditions = self.conditions(60);
                Some(format!("... {conditions} {}", self.selection(ty, depth)))
            }
            3 => {
                let selection = self.selection(ty, depth);
                let name = format!("F{}", self.fragments.len());
                self.fragments.push(format!(" fragment {name} on {ty} {selection}"));
                Some(format!("...{name}{}", self.conditions(10)))
            }
            _ => self.field(ty, depth),
        }
    }

    fn field(&mut self, ty: &str, depth: usize) -> Option<String> {
        let fields: Vec<FieldDefinition> = match self.schema.types.get(ty)? {
            ExtendedType::Object(object) => object.fields.values().map(|field| (***field).clone()).collect(),
            ExtendedType::Interface(interface) => interface.fields.values().map(|field| (***field).clone()).collect(),
            _ => return None,
        };
        let is_leaf = |field: &FieldDefinition| {
            matches!(
                self.schema.types.get(field.ty.inner_named_type()),
                Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
            )
        };
        let fields: Vec<FieldDefinition> = fields.into_iter().filter(|field| depth > 0 || is_leaf(field)).collect();
        if fields.is_empty() || self.fields_left == 0 {
            return None;
        }
        self.fields_left -= 1;
        let field = self.random.pick(&fields).clone();
        let arguments = self.arguments(&field);
        let mut text = String::new();
        if !arguments.is_empty() || self.random.percent(12) {
            self.aliases += 1;
            let _ = write!(text, "a{}: ", self.aliases);
        }
        let _ = write!(text, "{}{arguments}{}", field.name, self.conditions(8));
        if !is_leaf(&field) {
            let below = field.ty.inner_named_type().to_string();
            let _ = write!(text, " {}", self.selection(&below, depth - 1));
        }
        Some(text)
    }

    fn arguments(&mut self, field: &FieldDefinition) -> String {
        let mut given = Vec::new();
        for argument in &field.arguments {
            let value = match (&*argument.ty, self.random.below(4)) {
                (Type::Named(name), 0 | 1) if name == "Int" => self.random.below(5).to_string(),
                (Type::Named(name), 2) if name == "Int" => "$n".to_owned(),
                (Type::Named(name), 0) if name == "Boolean" => "false".to_owned(),
                (Type::List(_), 0) => "[\"a\", \"b\"]".to_owned(),
                (Type::List(_), 1) => "\"one\"".to_owned(),
                _ => continue,
            };
            given.push(format!("{}: {value}", argument.name));
        }
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    fn conditions(&mut self, percent: usize) -> &'static str {
        if !self.random.percent(percent) {
            return "";
        }
        let conditions = [
            " @include(if: $a)",
            " @skip(if: $a)",
            " @include(if: $b)",
            " @include(if: $a) @skip(if: $b)",
            " @skip(if: false)",
        ];
        self.random.pick::<&'static str>(&conditions)
    }

    /// The types that an object of an abstract type may have, and other abstract types that it may also be.
    fn narrower(&self, ty: &str) -> Vec<String> {
        let possible = |name: &str| -> Vec<String> {
            match self.schema.types.get(name) {
                Some(ExtendedType::Union(union_type)) => {
                    union_type.members.iter().map(|member| member.name.to_string()).collect()
                }
                Some(ExtendedType::Interface(_)) => self
                    .schema
                    .types
                    .values()
                    .filter_map(|one| one.as_object())
                    .filter(|object| object.implements_interfaces.iter().any(|interface| interface.name == name))
                    .map(|object| object.name.to_string())
                    .collect(),
                _ => Vec::new(),
            }
        };
        let own = possible(ty);
        let others = self
            .schema
            .types
            .keys()
            .map(ToString::to_string)
            .filter(|name| name != ty && possible(name).iter().any(|member| own.contains(member)));
        let others: Vec<String> = others.collect();
        own.into_iter().chain(others).collect()
    }
}
