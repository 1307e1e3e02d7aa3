//! What the tests are written with: a graph of scripted subgraphs, and plans in a few words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use router_execution::{
    ExecutionLimits, Executor, FetchCache, FetchObserver, JsonMap, NoForwarding, PreparedOperation, Reply,
    RequestContext, Subgraph, Transport, TransportError, coerce_variables,
};
use router_planning::plan::{
    Condition, EntitySite, Fetch, FetchDocument, FetchId, FetchTarget, PathSegment, QueryPlan, Representation,
    RepresentationField, RepresentationSelection,
};
use router_schema::SubgraphId;
use serde_json::{Value, json};

pub(crate) type Outcome = Result<http::Response<Bytes>, TransportError>;
type Script = dyn Fn(Value) -> BoxFuture<'static, Outcome> + Send + Sync;

/// A subgraph that answers by a script and remembers what it was asked.
pub(crate) struct Scripted {
    script: Box<Script>,
    requests: Mutex<Vec<Value>>,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Scripted")
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: http::Request<Bytes>, _timeout: Duration) -> Outcome {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        self.requests.lock().unwrap().push(body.clone());
        (self.script)(body).await
    }
}

pub(crate) fn status(status: u16, body: impl Into<Bytes>) -> Outcome {
    Ok(http::Response::builder().status(status).body(body.into()).unwrap())
}

pub(crate) fn reply(body: &Value) -> Outcome {
    status(200, body.to_string())
}

/// A reply that may be kept as this `Cache-Control` says.
pub(crate) fn kept_for(cache_control: &str, body: &Value) -> Outcome {
    let response = http::Response::builder().header("cache-control", cache_control);
    Ok(response.body(body.to_string().into()).unwrap())
}

/// A schema, its subgraphs and a plan; [`Graph::run`] executes an operation on them.
pub(crate) struct Graph {
    pub(crate) schema: Valid<Schema>,
    names: Vec<String>,
    subgraphs: Vec<Arc<Scripted>>,
    pub(crate) limits: ExecutionLimits,
    pub(crate) trace_id: Option<String>,
    pub(crate) cache: Option<Arc<dyn FetchCache>>,
    /// Who is told of fetches.
    pub(crate) observer: Option<Arc<dyn FetchObserver>>,
}

impl Graph {
    pub(crate) fn new(sdl: &str) -> Self {
        Self {
            schema: Schema::parse_and_validate(sdl, "api.graphql").unwrap(),
            names: Vec::new(),
            subgraphs: Vec::new(),
            limits: ExecutionLimits::default(),
            trace_id: None,
            cache: None,
            observer: None,
        }
    }

    /// Adds a subgraph whose every reply is what `script` makes of the request.
    pub(crate) fn subgraph(self, name: &str, script: impl Fn(Value) -> Outcome + Send + Sync + 'static) -> Self {
        self.asynchronous(name, move |request| {
            let outcome = script(request);
            Box::pin(async move { outcome })
        })
    }

    pub(crate) fn asynchronous(
        mut self,
        name: &str,
        script: impl Fn(Value) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
    ) -> Self {
        self.names.push(name.to_owned());
        self.subgraphs.push(Arc::new(Scripted { script: Box::new(script), requests: Mutex::default() }));
        self
    }

    /// Asks the very subgraphs of another one.
    pub(crate) fn share_subgraphs_of(&mut self, other: &Self) {
        (self.names, self.subgraphs) = (other.names.clone(), other.subgraphs.clone());
    }

    /// Adds a subgraph that always answers `body`.
    pub(crate) fn answering(self, name: &str, body: Value) -> Self {
        self.subgraph(name, move |_| reply(&body))
    }

    pub(crate) fn requests(&self, name: &str) -> Vec<Value> {
        let index = self.names.iter().position(|one| one == name).unwrap();
        self.subgraphs[index].requests.lock().unwrap().clone()
    }

    pub(crate) fn executor(&self) -> Executor {
        let subgraphs = self.names.iter().zip(&self.subgraphs).map(|(name, transport)| Subgraph {
            name: name.clone(),
            path: "/graphql".to_owned(),
            transport: Arc::clone(transport) as Arc<dyn Transport>,
            timeout: Duration::from_secs(5),
        });
        Executor::new(self.schema.clone(), subgraphs.collect(), self.limits)
    }

    pub(crate) fn prepare(&self, query: &str, fetches: Vec<Fetch>) -> PreparedOperation {
        let document = ExecutableDocument::parse_and_validate(&self.schema, query, "query.graphql").unwrap();
        PreparedOperation::new(document, None, QueryPlan { fetches, deferred: Vec::new(), subscription: None }).unwrap()
    }

    /// The reply as it is.
    pub(crate) async fn execute(&self, query: &str, variables: Value, fetches: Vec<Fetch>) -> Reply {
        let operation = self.prepare(query, fetches);
        let sent: JsonMap = serde_json::from_value(variables).unwrap();
        let variables = coerce_variables(&self.schema, operation.operation(), &sent).unwrap();
        let context = RequestContext {
            forwarding: Arc::new(NoForwarding),
            trace_id: self.trace_id.clone(),
            cache: self.cache.clone(),
            observer: self.observer.clone(),
        };
        self.executor().execute(&operation, &variables, &context).await
    }

    /// The exact text of the reply.
    pub(crate) async fn run_text(&self, query: &str, variables: Value, fetches: Vec<Fetch>) -> String {
        String::from_utf8(self.execute(query, variables, fetches).await.to_bytes().to_vec()).unwrap()
    }

    pub(crate) async fn run_with(&self, query: &str, variables: Value, fetches: Vec<Fetch>) -> Value {
        serde_json::from_str(&self.run_text(query, variables, fetches).await).unwrap()
    }

    pub(crate) async fn run(&self, query: &str, fetches: Vec<Fetch>) -> Value {
        self.run_with(query, json!({}), fetches).await
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A root fetch; the document's variables are those named after `$` in its parentheses.
pub(crate) fn root(subgraph: usize, text: &str) -> Fetch {
    Fetch {
        subgraph: SubgraphId(subgraph),
        document: document(text, &[]),
        target: FetchTarget::Root,
        depends_on: Vec::new(),
        conditions: Vec::new(),
        alternatives: Vec::new(),
        renames: Vec::new(),
        part: None,
    }
}

/// An entity fetch of one site: `selection` is what is asked of each entity at `path` by its key `fields`.
pub(crate) fn entities(
    subgraph: usize,
    path: &str,
    type_name: &str,
    fields: Vec<RepresentationField>,
    selection: &str,
) -> Fetch {
    let text = format!(
        "query($representations:[_Any!]!){{_entities(representations:$representations){{...on {type_name}{{{selection}}}}}}}"
    );
    Fetch {
        subgraph: SubgraphId(subgraph),
        document: document(&text, &[]),
        target: FetchTarget::Entities(vec![site("_entities", "representations", path, type_name, fields)]),
        depends_on: Vec::new(),
        conditions: Vec::new(),
        alternatives: Vec::new(),
        renames: Vec::new(),
        part: None,
    }
}

pub(crate) fn site(
    response_key: &str,
    variable: &str,
    path: &str,
    type_name: &str,
    fields: Vec<RepresentationField>,
) -> EntitySite {
    EntitySite {
        response_key: name(response_key),
        representations_variable: name(variable),
        path: path_of(path),
        representations: vec![Representation { on_types: Vec::new(), type_name: name(type_name), fields }],
        context_variables: Vec::new(),
    }
}

/// `a.<User,Bot>.b`: into `a`, on through objects of these types, into `b`.
pub(crate) fn path_of(path: &str) -> Vec<PathSegment> {
    path.split('.')
        .map(|segment| match segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            Some(types) => PathSegment::OnTypes(types.split(',').map(name).collect()),
            None => PathSegment::Key(name(segment)),
        })
        .collect()
}

pub(crate) fn document(text: &str, variables: &[&str]) -> FetchDocument {
    FetchDocument {
        text: text.to_owned(),
        operation_name: None,
        variables: variables.iter().map(|one| name(one)).collect(),
        grouped: None,
    }
}

pub(crate) fn key(field: &str) -> RepresentationField {
    RepresentationField { name: name(field), response_key: name(field), is_key: true, selections: Vec::new() }
}

pub(crate) fn required(field: &str) -> RepresentationField {
    RepresentationField { is_key: false, ..key(field) }
}

/// `field` with these parts, each for any type.
pub(crate) fn composite(field: RepresentationField, parts: Vec<RepresentationField>) -> RepresentationField {
    let selections = parts.into_iter().map(|field| RepresentationSelection { on_types: Vec::new(), field }).collect();
    RepresentationField { selections, ..field }
}

/// Small changes to a fetch, in the order in which one says them.
pub(crate) trait FetchExtension {
    fn after(self, dependencies: &[usize]) -> Self;
    fn when(self, variable: &str, expected: bool) -> Self;
    fn with_variables(self, variables: &[&str]) -> Self;
}

impl FetchExtension for Fetch {
    fn after(mut self, dependencies: &[usize]) -> Self {
        self.depends_on = dependencies.iter().copied().map(FetchId).collect();
        self
    }

    fn when(mut self, variable: &str, expected: bool) -> Self {
        self.conditions.push(Condition { variable: name(variable), expected });
        self
    }

    fn with_variables(mut self, variables: &[&str]) -> Self {
        self.document.variables = variables.iter().map(|one| name(one)).collect();
        self
    }
}
