//! Makes a merged value fit its type: `CompleteValue` and the handling of field errors (sections 6.4.3 and 6.4.4).

use apollo_compiler::Node;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Field;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use apollo_compiler::schema::ExtendedType;

use super::leaf::{LeafText, scalar_text};
use super::parent::ParentType;
use super::{Projection, PropagateNull};
use crate::error::{ExecutionError, code};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completed {
    Value,
    Null,
}

impl<'a> Projection<'a> {
    /// Writes `value` as one of `value_type`, or null when it is none and may be null.
    pub(super) fn complete(
        &mut self,
        value_type: &Type,
        fields: &[&'a Node<Field>],
        value: Option<&JsonValue>,
    ) -> Result<Completed, PropagateNull> {
        let start = self.output.len();
        let completed = match value {
            None | Some(JsonValue::Null) => Ok(Completed::Null),
            Some(value) => match value_type {
                Type::List(item_type) | Type::NonNullList(item_type) => self.complete_list(item_type, fields, value),
                Type::Named(name) | Type::NonNullNamed(name) => self.complete_named(name, fields, value),
            },
        };
        if let Ok(Completed::Value) = completed {
            return Ok(Completed::Value);
        }
        self.output.truncate(start);
        self.complete_null(value_type, fields)
    }

    /// Writes null where it is allowed; otherwise makes sure that one error says why it is not, and propagates.
    pub(super) fn complete_null(
        &mut self,
        value_type: &Type,
        fields: &[&'a Node<Field>],
    ) -> Result<Completed, PropagateNull> {
        let is_explained = self.is_explained(fields);
        if !value_type.is_non_null() {
            self.output.extend_from_slice(b"null");
            return Ok(Completed::Null);
        }
        if !is_explained {
            let field = self.coordinate(fields);
            let message = format!("Cannot return null for the non-nullable field {field}.");
            self.report(ExecutionError::router(code::SUBGRAPH_INVALID_REPLY, message), fields);
        }
        Err(PropagateNull)
    }

    fn complete_list(
        &mut self,
        item_type: &Type,
        fields: &[&'a Node<Field>],
        value: &JsonValue,
    ) -> Result<Completed, PropagateNull> {
        let JsonValue::Array(items) = value else {
            return Ok(self.refuse("is not a list", fields));
        };
        self.output.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            self.path.push(ResponseDataPathSegment::ListIndex(index));
            let written = self.complete(item_type, fields, Some(item));
            self.path.pop();
            written?;
        }
        self.output.push(b']');
        Ok(Completed::Value)
    }

    fn complete_named(
        &mut self,
        type_name: &str,
        fields: &[&'a Node<Field>],
        value: &JsonValue,
    ) -> Result<Completed, PropagateNull> {
        let schema = self.schema;
        match schema.types.get(type_name) {
            Some(ExtendedType::Scalar(_)) => match scalar_text(type_name, value) {
                Some(LeafText::AsGiven) => self.write_json(value),
                Some(LeafText::Rewritten(text)) => self.output.extend_from_slice(text.as_bytes()),
                None => return Ok(self.refuse(&format!("is not a value of type {type_name}"), fields)),
            },
            Some(ExtendedType::Enum(enum_type)) => match value.as_str() {
                Some(name) if enum_type.values.contains_key(name) => self.write_json(name),
                _ => return Ok(self.refuse(&format!("is not a value of enum {type_name}"), fields)),
            },
            Some(ExtendedType::Object(object_type)) => match value {
                JsonValue::Object(object) => return self.complete_object(object_type.as_ref().into(), fields, object),
                _ => return Ok(self.refuse("is not an object", fields)),
            },
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                return self.complete_abstract(type_name, fields, value);
            }
            Some(ExtendedType::InputObject(_)) | None => return Ok(self.refuse("has no output type", fields)),
        }
        Ok(Completed::Value)
    }

    /// `ResolveAbstractType`: the data must name an object type that the public schema knows as one of `type_name`.
    ///
    /// Where it names none, or an interface, the fields of the interface at hand are as good, unless the runtime type
    /// matters; then the plan has asked for it.
    fn complete_abstract(
        &mut self,
        type_name: &str,
        fields: &[&'a Node<Field>],
        value: &JsonValue,
    ) -> Result<Completed, PropagateNull> {
        let JsonValue::Object(object) = value else {
            return Ok(self.refuse("is not an object", fields));
        };
        let schema = self.schema;
        let told_type = object.get("__typename").and_then(JsonValue::as_str);
        let is_object_untold = told_type.is_none_or(|name| schema.get_interface(name).is_some());
        if let Some(interface) = schema.get_interface(type_name).filter(|_| is_object_untold) {
            return self.complete_object(interface.as_ref().into(), fields, object);
        }
        let runtime_type =
            told_type.filter(|name| schema.is_subtype(type_name, name)).and_then(|name| schema.get_object(name));
        match runtime_type {
            Some(runtime_type) => self.complete_object(runtime_type.as_ref().into(), fields, object),
            None => Ok(self.refuse(&format!("is of no known type of {type_name}"), fields)),
        }
    }

    fn complete_object(
        &mut self,
        parent_type: ParentType<'_>,
        fields: &[&'a Node<Field>],
        object: &JsonMap,
    ) -> Result<Completed, PropagateNull> {
        let selection_sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        self.write_object(parent_type, &selection_sets, object).map(|()| Completed::Value)
    }

    /// A field error for a value that its type does not allow. The value itself may be private, and is not shown.
    pub(super) fn refuse(&mut self, what: &str, fields: &[&'a Node<Field>]) -> Completed {
        let message = format!("The value of {} {what}.", self.coordinate(fields));
        self.report(ExecutionError::router(code::SUBGRAPH_INVALID_REPLY, message), fields);
        Completed::Null
    }

    /// The field at hand, such as `Query.me`.
    fn coordinate(&self, fields: &[&'a Node<Field>]) -> String {
        let parent_type = self.parent_types.last().map_or("", |name| name.as_str());
        format!("{parent_type}.{}", fields[0].name)
    }
}
