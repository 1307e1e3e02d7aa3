//! Writes selections as minified GraphQL.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::{OperationType, Type, Value, VariableDefinition};

use super::{FieldNode, Selection};
use crate::plan::{Condition, FetchDocument, GroupedDocument, GroupedSite};

/// One root field of the document, or the root selection itself.
pub(crate) enum Root<'s> {
    /// The fields of a root type.
    Fields(&'s Selection),
    /// `_entities`, once for each site.
    Entities(Vec<EntitiesField<'s>>),
}

/// An `_entities` field of a document.
pub(crate) struct EntitiesField<'s> {
    pub(crate) response_key: &'s Name,
    /// The variable that takes the representations.
    pub(crate) variable: &'s Name,
    /// The variables whose values come from contexts, with their types.
    pub(crate) context_variables: &'s [(Name, Type)],
    pub(crate) selection: &'s Selection,
}

/// The client's variables: definitions to copy.
type Variables<'o> = &'o [Node<VariableDefinition>];

/// Writes one fetch's document.
pub(crate) fn write_document(
    operation_type: OperationType,
    name: Option<Name>,
    definitions: Variables<'_>,
    root: &Root<'_>,
) -> FetchDocument {
    let mut writer = Writer::default();
    let mut declared = Vec::new();
    let mut grouped = Vec::new();
    match root {
        Root::Fields(selection) => writer.selection(selection),
        Root::Entities(sites) => {
            writer.text.push('{');
            for (index, site) in sites.iter().enumerate() {
                if index > 0 {
                    writer.text.push(' ');
                }
                let site = writer.entities(site, definitions);
                declared.extend(site.definitions.iter().map(|pieces| pieces.concat()));
                grouped.push(site);
            }
            writer.text.push('}');
        }
    }
    let variables: Vec<_> = definitions.iter().filter(|definition| writer.used.contains(&definition.name)).collect();
    declared.extend(variables.iter().map(|definition| declaration(definition)));
    let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(",")) };
    let spaced_name = name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let head = format!("{}{spaced_name}", operation_type.name());
    let text = if operation_type == OperationType::Query && spaced_name.is_empty() && declared.is_empty() {
        writer.text
    } else {
        format!("{head}{declared}{}", writer.text)
    };
    let variables = variables.into_iter().map(|definition| definition.name.clone()).collect();
    let grouped = writer.has_contexts.then(|| Box::new(GroupedDocument { head, sites: grouped }));
    FetchDocument { text, operation_name: name, variables, grouped }
}

fn declaration(definition: &VariableDefinition) -> String {
    let default = definition.default_value.as_ref().map(|value| format!("={}", value.serialize().no_indent()));
    format!("${}:{}{}", definition.name, definition.ty, default.unwrap_or_default())
}

#[derive(Default)]
struct Writer<'s> {
    text: String,
    used: BTreeSet<Name>,
    /// The variables of the site that is being written, whose names a group's number follows.
    context_variables: &'s [(Name, Type)],
    /// Where in `text` the number of a group belongs.
    numbers: Vec<usize>,
    has_contexts: bool,
}

impl<'s> Writer<'s> {
    /// Writes an `_entities` field, and gives its parts.
    fn entities(&mut self, site: &EntitiesField<'s>, definitions: Variables<'_>) -> GroupedSite {
        let used_before = std::mem::take(&mut self.used);
        self.context_variables = site.context_variables;
        self.numbers.clear();
        let begin = self.text.len();
        if *site.response_key != "_entities" {
            self.text.push_str(site.response_key);
            self.numbers.push(self.text.len());
            self.text.push(':');
        }
        // Writing to a string does not fail.
        let _ = write!(self.text, "_entities(representations:${}", site.variable);
        self.numbers.push(self.text.len());
        self.text.push(')');
        self.selection(site.selection);

        let client_definitions = definitions.iter().filter(|definition| self.used.contains(&definition.name));
        let client_definitions = client_definitions.map(|definition| declaration(definition)).collect();
        self.used.extend(used_before);
        let own = std::iter::once((site.variable, "[_Any!]!".to_owned()))
            .chain(site.context_variables.iter().map(|(name, ty)| (name, ty.to_string())));
        let own = own.map(|(name, ty)| vec![format!("${name}"), format!(":{ty}")]).collect();
        if site.context_variables.is_empty() {
            // Never more than one group.
            return GroupedSite { field: vec![self.text[begin..].to_owned()], definitions: own, client_definitions };
        }
        self.has_contexts = true;
        let ends = self.numbers.iter().copied().chain([self.text.len()]);
        let begins = std::iter::once(begin).chain(self.numbers.iter().copied());
        let field = begins.zip(ends).map(|(begin, end)| self.text[begin..end].to_owned()).collect();
        GroupedSite { field, definitions: own, client_definitions }
    }

    fn selection(&mut self, selection: &Selection) {
        self.text.push('{');
        for (index, field) in selection.fields.iter().enumerate() {
            if index > 0 {
                self.text.push(' ');
            }
            self.field(field);
        }
        for (on, selection) in &selection.fragments {
            let _ = write!(self.text, "...on {on}");
            self.selection(selection);
        }
        self.text.push('}');
    }

    fn field(&mut self, field: &FieldNode) {
        // A field takes each of the two directives once; further ones stand around it.
        let (on_field, around): (Vec<_>, Vec<_>) = {
            let mut seen = BTreeSet::new();
            field.conditions.iter().partition(|condition| seen.insert(condition.expected))
        };
        for condition in &around {
            self.text.push_str("...");
            self.condition(condition);
            self.text.push('{');
        }
        self.bare_field(field, &on_field);
        around.iter().for_each(|_| self.text.push('}'));
    }

    fn condition(&mut self, condition: &Condition) {
        let directive = if condition.expected { "include" } else { "skip" };
        let _ = write!(self.text, "@{directive}(if:${})", condition.variable);
        self.used.insert(condition.variable.clone());
    }

    fn bare_field(&mut self, field: &FieldNode, on_field: &[&Condition]) {
        if field.response_key != field.name {
            let _ = write!(self.text, "{}:", field.response_key);
        }
        self.text.push_str(&field.name);
        for (index, argument) in field.arguments.iter().enumerate() {
            let before = if index == 0 { '(' } else { ',' };
            let _ = write!(self.text, "{before}{}:{}", argument.name, argument.value.serialize().no_indent());
            match &*argument.value {
                Value::Variable(name) if self.context_variables.iter().any(|(known, _)| known == name) => {
                    self.numbers.push(self.text.len());
                }
                value => note_variables(value, &mut self.used),
            }
        }
        if !field.arguments.is_empty() {
            self.text.push(')');
        }
        on_field.iter().for_each(|condition| self.condition(condition));
        if !field.selection.is_empty() {
            self.selection(&field.selection);
        }
    }
}

fn note_variables(value: &Value, used: &mut BTreeSet<Name>) {
    match value {
        Value::Variable(name) => {
            used.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| note_variables(item, used)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| note_variables(value, used)),
        _ => {}
    }
}
