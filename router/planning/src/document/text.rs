//! Writes selections as minified GraphQL.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::{OperationType, Value, VariableDefinition};

use super::{FieldNode, Selection};
use crate::plan::{Condition, FetchDocument};

/// One root field of the document, or the root selection itself.
pub(crate) enum Root<'s> {
    /// The fields of a root type.
    Fields(&'s Selection),
    /// `_entities`, once for each site: response key, variable, selection.
    Entities(Vec<(&'s Name, &'s Name, &'s Selection)>),
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
    let mut writer = Writer { text: String::new(), used: BTreeSet::new() };
    let mut declared = Vec::new();
    match root {
        Root::Fields(selection) => writer.selection(selection),
        Root::Entities(sites) => {
            writer.text.push('{');
            for (index, (key, variable, selection)) in sites.iter().enumerate() {
                let space = if index == 0 { "" } else { " " };
                let alias = if **key == "_entities" { String::new() } else { format!("{key}:") };
                // Writing to a string does not fail.
                let _ = write!(writer.text, "{space}{alias}_entities(representations:${variable})");
                writer.selection(selection);
                declared.push(format!("${variable}:[_Any!]!"));
            }
            writer.text.push('}');
        }
    }
    let variables: Vec<_> = definitions.iter().filter(|definition| writer.used.contains(&definition.name)).collect();
    declared.extend(variables.iter().map(|definition| declaration(definition)));
    let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(",")) };
    let spaced_name = name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let text = if operation_type == OperationType::Query && spaced_name.is_empty() && declared.is_empty() {
        writer.text
    } else {
        format!("{}{spaced_name}{declared}{}", operation_type.name(), writer.text)
    };
    let variables = variables.into_iter().map(|definition| definition.name.clone()).collect();
    FetchDocument { text, operation_name: name, variables }
}

fn declaration(definition: &VariableDefinition) -> String {
    let default = definition.default_value.as_ref().map(|value| format!("={}", value.serialize().no_indent()));
    format!("${}:{}{}", definition.name, definition.ty, default.unwrap_or_default())
}

struct Writer {
    text: String,
    used: BTreeSet<Name>,
}

impl Writer {
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
        if !field.arguments.is_empty() {
            let arguments = field.arguments.iter().map(|argument| {
                note_variables(&argument.value, &mut self.used);
                format!("{}:{}", argument.name, argument.value.serialize().no_indent())
            });
            let arguments: Vec<_> = arguments.collect();
            let _ = write!(self.text, "({})", arguments.join(","));
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
