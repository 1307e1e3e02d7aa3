//! Routers before one subgraph that always answers the same.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Request, Response};
use router_composition::SubgraphSource;
use router_execution::InProcessTransport;
use router_schema::Supergraph;
use router_server::{RequestSigner, RouterBuilder, RouterSettings, SharedBuckets};
use tower::ServiceExt;

const SDL: &str = "type Query { a: Int } type Mutation { b: Int }";

/// A router, as a client sees it.
pub(crate) struct TestRouter(Router);

impl TestRouter {
    /// With these settings, sharing these buckets.
    pub(crate) fn new(settings: RouterSettings, buckets: Arc<dyn SharedBuckets>) -> Self {
        let answering = any(async || ([("content-type", "application/json")], r#"{"data":{"a":1,"b":1}}"#));
        let service: Router = Router::new().route("/graphql", answering);
        let key = b"0123456789abcdef0123456789abcdef".to_vec().into();
        let builder = RouterBuilder::new(supergraph(), settings, RequestSigner::new("k1", key).unwrap())
            .transport("one", Arc::new(InProcessTransport::new(service.into_service())))
            .shared_rates(buckets);
        Self(builder.build().unwrap().public_router())
    }

    /// Asks for a field as the caller at this address.
    pub(crate) async fn ask(&self, address: &str) -> Response<Body> {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-forwarded-for", address)
            .body(Body::from(r#"{"query":"{ a }"}"#));
        self.0.clone().oneshot(request.unwrap()).await.unwrap()
    }
}

fn supergraph() -> Supergraph {
    let source = SubgraphSource {
        name: "one".to_owned(),
        url: "http://one.invalid/graphql".to_owned(),
        sdl: SDL.to_owned(),
        file_name: "one.graphql".to_owned(),
    };
    let composed = router_composition::compose(&[source]).unwrap();
    Supergraph::parse(&composed.supergraph_sdl).unwrap()
}
