//! Reads the client's reply off the merged data, as GraphQL executes a selection set (sections 6.3 and 6.4).
//!
//! The reply is written straight into bytes. A null that propagates cuts what was written since the nullable field that
//! stops it. Recursion follows the validated operation's selections and its schema's list types, both bounded by the
//! document's parser.

mod collect;
mod complete;
mod guarded;
mod leaf;
mod parent;

use std::collections::HashMap;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, SelectionSet};
use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use serde_json::value::RawValue;

use self::collect::{GroupedFields, collect_fields};
use self::guarded::is_refused;
use self::parent::ParentType;
use crate::error::{ExecutionError, ResponsePath};
use crate::error_log::{ErrorIndex, ErrorLog, Explanation};
use crate::executor::Executor;
use crate::guard::FieldGuard;
use crate::prepared::PreparedOperation;

/// A field error at a place that may not be null: the surrounding field takes the null. The error is in the log.
#[derive(Debug)]
struct PropagateNull;

/// Writes the `data` of the reply.
pub(crate) fn project(
    executor: &Executor,
    operation: &PreparedOperation,
    variables: &Valid<JsonMap>,
    data: &JsonMap,
    introspected: Option<&JsonMap>,
    log: &mut ErrorLog,
) -> Box<RawValue> {
    let mut projection = Projection {
        schema: &executor.schema,
        document: operation.document(),
        variables,
        introspected,
        log,
        guard: operation.guard(),
        refused: HashMap::new(),
        path: Vec::new(),
        parent_types: Vec::new(),
        output: Vec::new(),
    };
    let root_type = executor.schema.get_object(operation.operation().object_type());
    let written = match root_type {
        Some(root_type) => {
            projection.write_object(root_type.as_ref().into(), &[&operation.operation().selection_set], data)
        }
        None => Err(PropagateNull),
    };
    if written.is_err() {
        return RawValue::NULL.to_owned();
    }
    let text = String::from_utf8(projection.output).expect("invariant: only JSON text is written");
    RawValue::from_string(text).expect("invariant: what is written is one JSON object")
}

struct Projection<'a> {
    schema: &'a Valid<Schema>,
    document: &'a Valid<ExecutableDocument>,
    variables: &'a JsonMap,
    /// The values of the root's introspection fields.
    introspected: Option<&'a JsonMap>,
    log: &'a mut ErrorLog,
    guard: Option<&'a dyn FieldGuard>,
    /// The errors of fields that the guard has refused, by type and response keys.
    refused: HashMap<(Name, Vec<Name>), ErrorIndex>,
    /// Of the value at hand.
    path: ResponsePath,
    /// The types of the objects around the value at hand, the innermost last.
    parent_types: Vec<Name>,
    output: Vec<u8>,
}

impl<'a> Projection<'a> {
    /// `ExecuteSelectionSet` (section 6.3).
    fn write_object(
        &mut self,
        parent_type: ParentType<'_>,
        selection_sets: &[&'a SelectionSet],
        object: &JsonMap,
    ) -> Result<(), PropagateNull> {
        let grouped = collect_fields(self.schema, self.document, self.variables, parent_type, selection_sets);
        self.parent_types.push(parent_type.name.clone());
        let written = self.write_fields(parent_type, &grouped, object);
        self.parent_types.pop();
        written
    }

    fn write_fields(
        &mut self,
        parent_type: ParentType<'_>,
        grouped: &GroupedFields<'a>,
        object: &JsonMap,
    ) -> Result<(), PropagateNull> {
        self.output.push(b'{');
        let mut is_first = true;
        for (response_key, fields) in grouped {
            let Some(definition) = self.schema.type_field(parent_type.name, &fields[0].name).ok() else { continue };
            if !std::mem::take(&mut is_first) {
                self.output.push(b',');
            }
            // A GraphQL name needs no escape in JSON.
            self.output.push(b'"');
            self.output.extend_from_slice(response_key.as_bytes());
            self.output.extend_from_slice(b"\":");
            self.path.push(ResponseDataPathSegment::Field((*response_key).clone()));
            let written = self.write_field(parent_type, &definition.ty, response_key, fields, object);
            self.path.pop();
            written?;
        }
        self.output.push(b'}');
        Ok(())
    }

    fn write_field(
        &mut self,
        parent_type: ParentType<'_>,
        field_type: &Type,
        response_key: &Name,
        fields: &[&'a Node<Field>],
        object: &JsonMap,
    ) -> Result<(), PropagateNull> {
        if self.guard.is_some_and(|guard| is_refused(guard, parent_type.name, fields[0])) {
            return self.write_refused(parent_type.name, field_type, fields);
        }
        match fields[0].name.as_str() {
            "__typename" if parent_type.is_object => self.write_json(parent_type.name.as_str()),
            "__typename" => {
                self.refuse("is not known", fields);
                return Err(PropagateNull);
            }
            "__schema" | "__type" => {
                let value = self.introspected.and_then(|values| values.get(response_key.as_str()));
                match value {
                    None | Some(JsonValue::Null) => return self.complete_null(field_type, fields).map(|_| ()),
                    Some(value) => self.write_json(value),
                }
            }
            _ => {
                return self.complete(field_type, fields, object.get(response_key.as_str())).map(|_| ());
            }
        }
        Ok(())
    }

    fn write_json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        serde_json::to_writer(&mut self.output, value)
            .expect("invariant: a JSON value serialises, and memory takes it");
    }

    /// Adds an error at the present path.
    fn report(&mut self, mut error: ExecutionError, fields: &[&'a Node<Field>]) {
        error.path.clone_from(&self.path);
        error.locations = locations(self.document, fields);
        self.log.report(None, error);
    }

    /// Whether an error already says why the value at the present path is null. The first null that an error without
    /// an exact path explains gives it one.
    fn is_explained(&mut self, fields: &[&'a Node<Field>]) -> bool {
        match self.log.explanation(&self.path) {
            Explanation::None => false,
            Explanation::Below => true,
            Explanation::Error(index) => {
                let document = self.document;
                self.log.locate(index, &self.path, || locations(document, fields));
                true
            }
        }
    }
}

/// Where the fields that were merged into one stand in the client's document.
fn locations(document: &ExecutableDocument, fields: &[&Node<Field>]) -> Vec<LineColumn> {
    fields
        .iter()
        .filter_map(|field| field.alias.as_ref().unwrap_or(&field.name).location()?.line_column(&document.sources))
        .collect()
}
