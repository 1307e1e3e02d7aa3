//! A subgraph's schema as the subgraph itself tells it: `{ _service { sdl } }` (Federation's subgraph specification).

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, Uri};
use router_execution::{HttpTransport, HttpTransportOptions, Transport};
use serde::Deserialize;

/// The longest that a subgraph may take to tell its schema.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
const QUERY: &str = r#"{"query":"{ _service { sdl } }"}"#;

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "_service")]
    service: Service,
}

#[derive(Deserialize)]
struct Service {
    sdl: String,
}

#[derive(Deserialize)]
struct Fault {
    message: String,
}

/// The SDL of the subgraph at this address, or why there is none.
pub(super) async fn sdl(url: &str) -> Result<String, String> {
    let uri: Uri = url.parse().map_err(|error| format!("`{url}` is not an address: {error}"))?;
    let transport = HttpTransport::new(&uri, &HttpTransportOptions::default()).map_err(|error| error.to_string())?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .body(Bytes::from_static(QUERY.as_bytes()))
        .map_err(|error| error.to_string())?;
    let reply = transport.send(request, ANSWER_TIME_MAX).await.map_err(|error| error.to_string())?;
    let status = reply.status();
    let answer: Answer = serde_json::from_slice(reply.body())
        .map_err(|_| format!("the subgraph answers {status} without the JSON of a schema"))?;
    match (answer.data, answer.errors.first()) {
        (Some(data), _) => Ok(data.service.sdl),
        (None, Some(fault)) => Err(format!("the subgraph refuses to tell its schema: {}", fault.message)),
        (None, None) => Err(format!("the subgraph answers {status} without a schema")),
    }
}
