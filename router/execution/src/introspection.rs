//! `__schema` and `__type`, answered from the public schema (GraphQL section 4).

mod is_one_of;

use apollo_compiler::introspection::partial_execute;
use apollo_compiler::response::{JsonMap, ResponseDataPathSegment};
use apollo_compiler::validation::Valid;

use crate::error::{ExecutionError, code};
use crate::error_log::ErrorLog;
use crate::executor::Executor;
use crate::prepared::PreparedOperation;

/// The values of the operation's introspection fields under their response keys; `None` when it has none.
pub(crate) fn execute(
    executor: &Executor,
    operation: &PreparedOperation,
    variables: &Valid<JsonMap>,
    log: &mut ErrorLog,
) -> Option<JsonMap> {
    if !operation.has_introspection() {
        return None;
    }
    let document = operation.document();
    let asking = is_one_of::asking_for_names(&executor.schema, document);
    let asked = asking.as_ref().unwrap_or(document);
    let name = operation.operation().name.as_ref().map(apollo_compiler::Name::as_str);
    let executed = asked
        .operations
        .get(name)
        .and_then(|operation| partial_execute(&executor.schema, &executor.implementers, asked, operation, variables));
    let response = match executed {
        Ok(response) => response,
        Err(error) => {
            log.report(None, ExecutionError::router(code::INTERNAL, error.message().to_string()));
            return None;
        }
    };
    let is_introspection = |key: &ResponseDataPathSegment| {
        let mut fields = operation.operation().root_fields(document);
        fields.any(|field| {
            matches!(field.name.as_str(), "__schema" | "__type")
                && *key == ResponseDataPathSegment::Field(field.response_key().clone())
        })
    };
    // The arguments of all root fields are coerced on the way; those of data fields are the subgraphs' to judge.
    for error in response.errors.into_iter().filter(|error| error.path.first().is_some_and(is_introspection)) {
        let mut reported = ExecutionError::router(code::INTERNAL, error.message).at(error.path);
        reported.locations = error.locations;
        log.report(None, reported);
    }
    let mut data = response.data;
    if let (Some(data), true) = (&mut data, asking.is_some()) {
        is_one_of::replace_names(&executor.schema, document, &operation.operation().selection_set, data);
    }
    data
}
