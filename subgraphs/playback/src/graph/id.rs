//! Ids of playables as the GraphQL scalar `ID`, in arguments and in results.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
};
use kit_graph::ErrorCode;

use crate::domain::PlayableId;

impl InputType for PlayableId {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        // Registered as the scalar that it is, because a schema knows one Rust type per name.
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let bad = |error: InputValueError<Self>| error.with_extension("code", ErrorCode::BadUserInput.name());
        match value.unwrap_or_default() {
            Value::String(text) => text.parse().map_err(|error| bad(InputValueError::custom(error))),
            other => Err(bad(InputValueError::expected_type(other))),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for PlayableId {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}
