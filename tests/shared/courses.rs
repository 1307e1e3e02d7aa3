//! Routers before one subgraph that knows courses, whose titles change; what it answers may be kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, StatusCode};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use router_composition::SubgraphSource;
use router_execution::InProcessTransport;
use router_schema::Supergraph;
use router_server::configuration::{AuthenticationSettings, CacheStore, CachingSettings, IssuerSettings};
use router_server::{
    CacheInvalidation, JwksError, JwksSource, RequestSigner, RouterBuilder, RouterServer, RouterSettings, SharedCache,
};
use serde_json::{Value, json};
use tower::ServiceExt;

const ISSUER: &str = "https://issuer.example";
/// What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 section 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The graph; `rename` says what it has changed, `renew` changes all courses and says nothing.
pub(crate) const SDL: &str = r#"
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective"])
  @link(url: "https://lyceum.example/cacheControl/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
type Query {
  course(id: ID!): Course @cacheControl(maxAge: 300)
  mine(id: ID!): Course @cacheControl(maxAge: 300, scope: PRIVATE)
}
type Mutation { rename(id: ID!): Course renew: Boolean }
type Course @key(fields: "id") { id: ID! title: String }
"#;

/// What the subgraph knows.
#[derive(Debug, Default)]
pub(crate) struct World {
    versions: Mutex<HashMap<String, u64>>,
    asked: AtomicUsize,
    pause_ms: AtomicU64,
}

impl World {
    /// The version of a course.
    pub(crate) fn version(&self, id: &str) -> u64 {
        *self.versions.lock().unwrap().entry(id.to_owned()).or_default()
    }

    /// Changes a course, unseen by any router. Gives its version.
    pub(crate) fn change(&self, id: &str) -> u64 {
        let mut versions = self.versions.lock().unwrap();
        let version = versions.entry(id.to_owned()).or_default();
        *version += 1;
        *version
    }

    /// How often the subgraph was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on so much time passes between what the subgraph reads and its answer.
    pub(crate) fn slow_down(&self, pause: Duration) {
        self.pause_ms.store(pause.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    async fn answer(State(world): State<Arc<Self>>, request: axum::extract::Request) -> impl IntoResponse {
        world.asked.fetch_add(1, Ordering::SeqCst);
        let viewer = request.headers()["x-viewer"].to_str().unwrap().to_owned();
        let viewer: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(viewer).unwrap()).unwrap();
        let body = axum::body::to_bytes(request.into_body(), 1_000_000).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let (query, id) = (body["query"].as_str().unwrap(), body["variables"]["id"].as_str().unwrap_or_default());
        let course = |version| json!({ "__typename": "Course", "id": id, "title": format!("{version}") });
        let data = if query.contains("rename") {
            json!({ "rename": course(world.change(id)) })
        } else if query.contains("renew") {
            let mut versions = world.versions.lock().unwrap();
            versions.values_mut().for_each(|version| *version += 1);
            json!({ "renew": true })
        } else if query.contains("mine") {
            let title = format!("{} of {}", world.version(id), viewer["sub"].as_str().unwrap_or("nobody"));
            json!({ "mine": { "__typename": "Course", "id": id, "title": title } })
        } else {
            json!({ "course": course(world.version(id)) })
        };
        tokio::time::sleep(Duration::from_millis(world.pause_ms.load(Ordering::SeqCst))).await;
        let headers = [("content-type", "application/json"), ("cache-control", "max-age=300")];
        (headers, json!({ "data": data }).to_string())
    }
}

/// A router that shares what it keeps.
pub(crate) struct CachingRouter {
    public: Router,
    server: RouterServer,
}

impl CachingRouter {
    /// For this graph, with these settings.
    pub(crate) fn with(
        world: &Arc<World>,
        cache: Arc<dyn SharedCache>,
        sdl: &str,
        change: impl FnOnce(&mut CachingSettings),
    ) -> Self {
        let service: Router = Router::new().route("/graphql", any(World::answer)).with_state(Arc::clone(world));
        let mut caching = CachingSettings {
            store: CacheStore::Redis,
            redis: Some("redis://shared".to_owned()),
            // The tests say how long they wait with the cache that they give.
            redis_timeout_ms: 1_000,
            ..CachingSettings::default()
        };
        change(&mut caching);
        let authentication = AuthenticationSettings::new(vec![IssuerSettings::new(ISSUER, "graph", "one")]);
        let settings = RouterSettings { caching, authentication: Some(authentication), ..RouterSettings::default() };
        let key = b"0123456789abcdef0123456789abcdef".to_vec().into();
        let server = RouterBuilder::new(supergraph(sdl), settings, RequestSigner::new("k1", key).unwrap())
            .transport("one", Arc::new(InProcessTransport::new(service.into_service())))
            .jwks_source(ISSUER, Arc::new(Keys))
            .shared_cache(cache)
            .build()
            .unwrap();
        Self { public: server.public_router(), server }
    }

    /// Sends an operation about a course, as nobody or as a person.
    pub(crate) async fn send(&self, query: &str, id: &str, person: Option<&str>) -> Value {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(person) = person {
            request = request.header("authorization", format!("Bearer {}", token(person)));
        }
        let body = json!({ "query": query, "variables": { "id": id } }).to_string();
        let reply = self.public.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK);
        let body = axum::body::to_bytes(reply.into_body(), 1_000_000).await.unwrap();
        let reply: Value = serde_json::from_slice(&body).unwrap();
        assert!(reply.get("errors").is_none(), "{reply}");
        reply["data"].clone()
    }

    /// The version of a course, as the router tells it.
    pub(crate) async fn read(&self, id: &str, person: Option<&str>) -> u64 {
        let data = self.send("query Read($id: ID!) { course(id: $id) { id title } }", id, person).await;
        data["course"]["title"].as_str().unwrap().parse().unwrap()
    }

    /// Changes a course, and says so. Gives its version.
    pub(crate) async fn rename(&self, id: &str, person: Option<&str>) -> u64 {
        let data = self.send("mutation Rename($id: ID!) { rename(id: $id) { id title } }", id, person).await;
        data["rename"]["title"].as_str().unwrap().parse().unwrap()
    }

    /// Changes all courses, and says nothing.
    pub(crate) async fn renew(&self, person: &str) {
        self.send("mutation { renew }", "", Some(person)).await;
    }

    pub(crate) fn invalidation(&self) -> CacheInvalidation {
        self.server.cache_invalidation()
    }
}

fn signing_key() -> EncodingKey {
    EncodingKey::from_ed_der(&PKCS8_HEAD.into_iter().chain([1; 32]).collect::<Vec<u8>>())
}

fn token(subject: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": ISSUER, "aud": "graph", "sub": subject, "iat": now, "exp": now + 600, "jti": "t1", "sid": "s1",
        "roles": ["MENTEE"], "scope": "",
    });
    let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "key-1" });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &signing_key(), Algorithm::EdDSA).unwrap();
    format!("{signed}.{signature}")
}

#[derive(Debug)]
struct Keys;

#[async_trait]
impl JwksSource for Keys {
    async fn fetch(&self) -> Result<Bytes, JwksError> {
        let key = Jwk::from_encoding_key(&signing_key(), Algorithm::EdDSA).unwrap();
        let mut key = serde_json::to_value(key).unwrap();
        key["kid"] = json!("key-1");
        key["use"] = json!("sig");
        Ok(json!({ "keys": [key] }).to_string().into())
    }
}

fn supergraph(sdl: &str) -> Supergraph {
    let source = SubgraphSource {
        name: "one".to_owned(),
        url: "http://one.invalid/graphql".to_owned(),
        sdl: sdl.to_owned(),
        file_name: "one.graphql".to_owned(),
    };
    let composed = router_composition::compose(&[source]).unwrap();
    Supergraph::parse(&composed.supergraph_sdl).unwrap()
}
