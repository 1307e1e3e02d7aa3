use axum::extract::Query;
use http::Uri;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::operation_reference::{self, OperationReference};
use super::{json_value, query_string};
use crate::configuration::BatchingSettings;
use crate::refusal::Refusal;

/// RFC 8259 section 8.1: JSON on its way begins without one.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a request asks for.
#[derive(Debug)]
pub(crate) enum Asks {
    One(Parameters),
    /// A list, each item of which is refused by itself.
    Several(Vec<Result<Parameters, Refusal>>),
}

/// The parameters of a GraphQL request (GraphQL over HTTP, section 5.1). Of `extensions` one is known, `persistedQuery`;
/// keys that nobody names are ignored, as the specification demands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) asked: Asked,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
}

/// What names the document: its text, its id, or both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked {
    Text(String),
    Id(OperationReference, Option<String>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with the member \"query\"")]
struct RawParameters {
    #[serde(default, deserialize_with = "json_value::present")]
    id: Option<Value>,
    #[serde(default, deserialize_with = "json_value::present")]
    document_id: Option<Value>,
    #[serde(default, deserialize_with = "json_value::present")]
    query: Option<Value>,
    #[serde(default, deserialize_with = "json_value::present")]
    operation_name: Option<Value>,
    #[serde(default, deserialize_with = "json_value::present")]
    variables: Option<Value>,
    #[serde(default, deserialize_with = "json_value::present")]
    extensions: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryParameters {
    id: Option<String>,
    document_id: Option<String>,
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Asks {
    /// Reads a `POST` body.
    pub(crate) fn from_json(body: &[u8], batching: &BatchingSettings) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Err(Refusal::http(
                http::StatusCode::BAD_REQUEST,
                "The body is empty; send a JSON object with the member \"query\".",
            ));
        }
        if body.starts_with(BYTE_ORDER_MARK) {
            return Err(Refusal::http(
                http::StatusCode::BAD_REQUEST,
                "The body begins with a byte order mark, which JSON does not have; send it without.",
            ));
        }
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return several(body, batching).map(Self::Several);
        }
        Parameters::from_json(body).map(Self::One)
    }
}

impl Parameters {
    fn from_json(text: &[u8]) -> Result<Self, Refusal> {
        let raw = serde_json::from_slice::<RawParameters>(text).map_err(|error| not_readable(&error))?;
        Self::checked(raw)
    }

    /// Reads the query string of a `GET`.
    pub(crate) fn from_query(query: &str) -> Result<Self, Refusal> {
        if !query_string::is_utf8(query) {
            return Err(Refusal::parameters("The query string is not percent-encoded UTF-8."));
        }
        let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
        let parameters = uri
            .ok()
            .and_then(|uri| Query::<QueryParameters>::try_from_uri(&uri).ok())
            .ok_or_else(|| Refusal::parameters("The query string cannot be read, or names a parameter twice."))?;
        let Query(QueryParameters { id, document_id, query, operation_name, variables, extensions }) = parameters;
        Self::checked(RawParameters {
            id: id.map(Value::String),
            document_id: document_id.map(Value::String),
            query: query.filter(|text| !text.is_empty()).map(Value::String),
            operation_name: operation_name.filter(|name| !name.is_empty()).map(Value::String),
            variables: json_parameter("variables", variables)?,
            extensions: json_parameter("extensions", extensions)?,
        })
    }

    fn checked(raw: RawParameters) -> Result<Self, Refusal> {
        let extensions = object("extensions", raw.extensions)?;
        let reference = operation_reference::read([("id", raw.id), ("documentId", raw.document_id)], &extensions)?;
        let query = match raw.query {
            None if reference.is_some() => None,
            Some(Value::String(query)) if !query.trim().is_empty() => Some(query),
            Some(Value::String(_)) => {
                return Err(Refusal::parameters("\"query\" is empty; it must hold a GraphQL document."));
            }
            Some(other) => return Err(wrong_type("query", "a string", &other)),
            None => return Err(Refusal::parameters("\"query\" is missing; it must hold a GraphQL document.")),
        };
        let operation_name = match raw.operation_name {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(other) => return Err(wrong_type("operationName", "a string or null", &other)),
        };
        let asked = match (reference, query) {
            (Some(reference), text) => Asked::Id(reference, text),
            (None, text) => Asked::Text(text.unwrap_or_default()),
        };
        Ok(Self { asked, operation_name, variables: object("variables", raw.variables)? })
    }
}

/// The items of a list, none of which is looked into before their number is known to be right.
fn several(body: &[u8], batching: &BatchingSettings) -> Result<Vec<Result<Parameters, Refusal>>, Refusal> {
    let items: Vec<&RawValue> = serde_json::from_slice(body).map_err(|error| not_readable(&error))?;
    if !batching.enabled {
        return Err(Refusal::parameters("The body is a list; send one operation per request."));
    }
    let (count, most) = (items.len(), batching.operations_max);
    if count == 0 || count > most {
        let problem = format!("The body is a list of {count} operations; a list may have 1 to {most}.");
        return Err(Refusal::parameters(problem));
    }
    let read = |item: &&RawValue| match item.get() {
        list if list.starts_with('[') => Err(Refusal::parameters("A list in the list of operations is none.")),
        text => Parameters::from_json(text.as_bytes()),
    };
    Ok(items.iter().map(read).collect())
}

fn object(name: &str, value: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(other) => Err(wrong_type(name, "an object or null", &other)),
    }
}

fn json_parameter(name: &str, text: Option<String>) -> Result<Option<Value>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    json_value::from_text(&text).map(Some).map_err(|error| {
        let problem = if error.is_data() { "cannot be read" } else { "is not JSON" };
        Refusal::parameters(format!("The parameter \"{name}\" {problem}: {error}."))
    })
}

fn wrong_type(name: &str, expected: &str, given: &Value) -> Refusal {
    let given = match given {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Refusal::parameters(format!("\"{name}\" is {given}; it must be {expected}."))
}

fn not_readable(error: &serde_json::Error) -> Refusal {
    if error.is_data() {
        return Refusal::parameters(format!("The body cannot be read: {error}."));
    }
    Refusal::http(http::StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}."))
}
