//! Ids as the GraphQL scalar `ID`, in arguments and in results.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
};

use crate::{Id, Kind, PlayableId};

/// The code of P8 for input that cannot be used.
const BAD_USER_INPUT: &str = "BAD_USER_INPUT";

/// Makes a type of ids the scalar `ID`.
macro_rules! scalar_id {
    ($id:ty $(, $kind:ident)?) => {
        impl$(<$kind: Kind>)? InputType for $id {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                <ID as InputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                // Registered as the scalar that it is, because a schema knows one Rust type per name.
                <ID as InputType>::create_type_info(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                let bad = |error: InputValueError<Self>| error.with_extension("code", BAD_USER_INPUT);
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

        impl$(<$kind: Kind>)? OutputType for $id {
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
    };
}

scalar_id!(Id<K>, K);
scalar_id!(PlayableId);

#[cfg(test)]
mod tests {
    use async_graphql::{InputType, Value};

    use crate::{CourseId, PlayableId, UserId};

    /// P5, P8
    #[test]
    fn an_argument_that_is_no_such_id_is_bad_user_input() {
        let id = UserId::from_bytes([7; 16]);
        assert_eq!(UserId::parse(Some(id.to_value())).unwrap_or_else(|_| unreachable!()), id);
        for value in [id.to_value(), Value::from(7), Value::Null] {
            let error = CourseId::parse(Some(value)).err().unwrap().into_server_error(Default::default());
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).cloned();
            assert_eq!(code, Some(Value::from("BAD_USER_INPUT")), "{}", error.message);
        }
        assert!(PlayableId::parse(Some(id.to_value())).is_err(), "nobody can be played");
    }
}
