use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use router_composition::SubgraphSource;
use router_execution::Transport;
use router_schema::Supergraph;
use router_server::configuration::{AuthenticationSettings, IssuerSettings};
use router_server::{
    Clock, Registry, RequestSigner, Revocations, RouterBuilder, RouterServer, RouterSettings, SharedBuckets,
};
use router_studio::{RequestSink, Studio};
use serde_json::{Value, json};
use telemetry::Collector;
use tower::ServiceExt;

use super::{AUDIENCE, ISSUER, Issuer, Scripted, reply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User node(depth: Int): Node }
type Node { id: ID node: Node }
type Mutation { rename(name: String!): User }
type User @key(fields: "id") { id: ID! name: String }
"#;

const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses(first: Int!): [String!] }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

pub(crate) const NOW: u64 = 1_790_000_000;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.now_unix_ms() / 1000
    }
}

impl Clock for TestClock {
    fn now_unix_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A router with two subgraphs, `identity` and `learning`.
pub(crate) struct Graph {
    pub(crate) server: RouterServer,
    pub(crate) identity: Arc<Scripted>,
    pub(crate) learning: Arc<Scripted>,
    pub(crate) issuer: Issuer,
    pub(crate) clock: Arc<TestClock>,
    router: Router,
}

/// A graph in the making.
pub(crate) struct GraphBuilder {
    sdl: [String; 2],
    pub(crate) settings: RouterSettings,
    pub(crate) clock: Arc<TestClock>,
    identity: Scripted,
    learning: Scripted,
    revocations: Option<Arc<dyn Revocations>>,
    registry: Option<Arc<Registry>>,
    shared_rates: Option<Arc<dyn SharedBuckets>>,
    watched: Option<(Arc<Collector>, Arc<dyn RequestSink>)>,
    studio: Option<Studio>,
}

impl GraphBuilder {
    pub(crate) fn settings(mut self, change: impl FnOnce(&mut RouterSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Other schemas than the usual ones.
    pub(crate) fn schemas(mut self, identity: &str, learning: &str) -> Self {
        self.sdl = [identity, learning].map(str::to_owned);
        self
    }

    /// With who knows which sessions have ended.
    pub(crate) fn revocations(mut self, revocations: Arc<dyn Revocations>) -> Self {
        self.revocations = Some(revocations);
        self
    }

    /// With who knows which operations are registered.
    pub(crate) fn registry(mut self, registry: Arc<Registry>) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Counting together with others.
    pub(crate) fn shared_rates(mut self, buckets: Arc<dyn SharedBuckets>) -> Self {
        self.shared_rates = Some(buckets);
        self
    }

    /// With who is told of spans and of requests.
    pub(crate) fn watched(mut self, collector: Arc<Collector>, sink: Arc<dyn RequestSink>) -> Self {
        self.watched = Some((collector, sink));
        self
    }

    /// With what remembers its requests.
    pub(crate) fn studio(mut self, studio: Studio) -> Self {
        self.studio = Some(studio);
        self
    }

    pub(crate) fn build(self) -> Graph {
        let clock = self.clock;
        let key = b"0123456789abcdef0123456789abcdef".to_vec().into();
        let signer = RequestSigner::with_clock("k1", key, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let (identity, learning) = (Arc::new(self.identity), Arc::new(self.learning));
        let mut builder = RouterBuilder::new(supergraph(&self.sdl), self.settings, signer)
            .transport("identity", Arc::clone(&identity) as Arc<dyn Transport>)
            .transport("learning", Arc::clone(&learning) as Arc<dyn Transport>)
            .clock(Arc::clone(&clock) as Arc<dyn Clock>);
        if let Some(revocations) = self.revocations {
            builder = builder.revocations(ISSUER, revocations);
        }
        if let Some(registry) = self.registry {
            builder = builder.registry(registry);
        }
        if let Some(buckets) = self.shared_rates {
            builder = builder.shared_rates(buckets);
        }
        if let Some((collector, sink)) = self.watched {
            builder = builder.collector(collector).request_sink(sink);
        }
        if let Some(studio) = self.studio {
            builder = builder.studio(studio);
        }
        let server = builder.build().unwrap();
        let router = server.public_router();
        Graph { server, identity, learning, issuer: Issuer::new("key-1", 1), clock, router }
    }
}

impl Graph {
    /// Settings with authentication, and subgraphs that answer as they should.
    pub(crate) fn builder() -> GraphBuilder {
        let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
        let identity = Scripted::new(move |request| match request.uri().path() {
            "/.well-known/jwks.json" => reply(200, &keys),
            _ => reply(200, &json!({ "data": { "me": { "__typename": "User", "id": "usr_1", "name": "Lee" } } })),
        });
        let learning = Scripted::new(|_| {
            reply(200, &json!({ "data": { "courses": ["Rust"], "_entities": [{ "courses": ["Rust"] }] } }))
        });
        let authentication = Some(AuthenticationSettings::new(vec![IssuerSettings::new(ISSUER, AUDIENCE, "identity")]));
        let settings = RouterSettings { authentication, ..RouterSettings::default() };
        let clock = Arc::new(TestClock(AtomicU64::new(NOW * 1000)));
        let sdl = [IDENTITY, LEARNING].map(str::to_owned);
        let (revocations, registry, shared_rates, studio, watched) = (None, None, None, None, None);
        GraphBuilder { sdl, settings, clock, identity, learning, revocations, registry, shared_rates, studio, watched }
    }

    pub(crate) fn new() -> Self {
        Self::builder().build()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> TestReply {
        TestReply::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// A request to the public side, with JSON if it has a body.
    pub(crate) async fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> TestReply {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// An operation, as current clients send it.
    pub(crate) async fn post(&self, body: &Value, headers: &[(&str, &str)]) -> TestReply {
        let own = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];
        self.request("POST", "/graphql", &[&own, headers].concat(), &body.to_string()).await
    }

    pub(crate) async fn query(&self, query: &str) -> TestReply {
        self.post(&json!({ "query": query }), &[]).await
    }

    /// A query with a token.
    pub(crate) async fn query_as(&self, token: &str) -> TestReply {
        self.post(&json!({ "query": "{ me { name } }" }), &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// A sound token.
    pub(crate) fn token(&self) -> String {
        self.issuer.sign(&self.issuer.header(), &Issuer::claims(self.clock.seconds()))
    }

    /// How many GraphQL requests reached a subgraph.
    pub(crate) fn executed(&self) -> usize {
        self.identity.requests("/graphql").len() + self.learning.requests("/graphql").len()
    }
}

/// A whole reply.
#[derive(Debug)]
pub(crate) struct TestReply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl TestReply {
    pub(crate) async fn read(reply: Response<Body>) -> Self {
        let (head, body) = reply.into_parts();
        Self { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The first error's code.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The first error's message.
    pub(crate) fn message(&self) -> String {
        self.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn supergraph([identity, learning]: &[String; 2]) -> Supergraph {
    let source = |name: &str, sdl: &str| SubgraphSource {
        name: name.to_owned(),
        url: format!("http://{name}.invalid/graphql"),
        sdl: sdl.to_owned(),
        file_name: format!("{name}.graphql"),
    };
    let composed = router_composition::compose(&[source("identity", identity), source("learning", learning)]).unwrap();
    Supergraph::parse(&composed.supergraph_sdl).unwrap()
}
