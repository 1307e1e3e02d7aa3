//! Everything that the router answers, for clients and for operators.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::routing::{MethodRouter, any, get, post};
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use telemetry::metrics::{Format, install};

use crate::administration::choices;
use crate::admission::media_type::wants_page;
use crate::caching::{self, Caches};
use crate::endpoint::Endpoint;
use crate::health::Health;
use crate::listener::Peer;
use crate::operators::{self, Operators};
use crate::pass_through::{self, PassThrough};
use crate::pipeline::{self, Pipeline};
use crate::playground::{self, Playground};
use crate::studio::{self, Door};
use crate::{clients, security_headers};

/// What clients may ask for.
pub(crate) fn public(
    pipeline: &Arc<Pipeline>,
    endpoints: &[Arc<Endpoint>],
    page: Option<&Arc<Playground>>,
    pass_through: &[Arc<PassThrough>],
) -> Router {
    let mut routes = Router::new();
    for (index, endpoint) in endpoints.iter().enumerate() {
        let page = page.filter(|_| index == 0).cloned();
        let state = Graphql { pipeline: Arc::clone(pipeline), endpoint: Arc::clone(endpoint), page };
        routes = routes.route(&endpoint.path, any(graphql).with_state(Arc::new(state)));
    }
    if page.is_some() {
        let for_administrators = |method: MethodRouter<Arc<Pipeline>>| method.with_state(Arc::clone(pipeline));
        routes = routes
            .route(playground::ASSET_PATH, get(playground::asset))
            .route(choices::CHOICES_PATH, for_administrators(get(offered)))
            .route(choices::SCHEMA_PATH, for_administrators(get(shown)));
    }
    for route in pass_through {
        let prefix = &route.route.prefix;
        let handler = any(passed_through).with_state(Arc::clone(route));
        routes = routes.route(prefix, handler.clone()).route(&format!("{prefix}/{{*rest}}"), handler);
    }
    routes.layer(from_fn_with_state(Arc::clone(pipeline), for_other_origins)).layer(map_response(with_security_headers))
}

/// What operators may ask for; on a listener of its own.
pub(crate) fn operations(
    pipeline: &Arc<Pipeline>,
    health: &Arc<Health>,
    operators: &Arc<Operators>,
    door: Option<&Arc<Door>>,
) -> Router {
    let ask_all = |method: MethodRouter<Arc<Operators>>| method.with_state(Arc::clone(operators));
    let keeping = (Arc::clone(&pipeline.caches), Arc::clone(operators));
    Router::new()
        .route("/health/live", get(|| async { Health::live() }))
        .route("/health/startup", get(|| async { Health::live() }))
        .route("/health/ready", get(ready).with_state(Arc::clone(health)))
        .route("/metrics", get(rendered))
        .route("/ops/cache", get(kept).with_state(keeping.clone()))
        .route("/ops/cache/invalidate", post(kept).with_state(keeping))
        .route("/ops/clients", get(used_by_clients).with_state(Arc::clone(pipeline)))
        .route("/ops/outbox", ask_all(get(asked_of_all)))
        .route("/ops/dead-letters", ask_all(get(asked_of_all)))
        .route("/ops/dead-letters/replay", ask_all(post(asked_of_all)))
        .route("/ops/dead-letters/{id}/replay", ask_all(post(asked_of_all)))
        .route("/ops/flow/{correlation_id}", ask_all(get(asked_of_all)))
        .merge(door.map(studio::routes).unwrap_or_default())
        .layer(map_response(with_security_headers))
}

/// What answers at an endpoint.
struct Graphql {
    pipeline: Arc<Pipeline>,
    endpoint: Arc<Endpoint>,
    /// What a browser gets that opens the address.
    page: Option<Arc<Playground>>,
}

async fn graphql(State(graphql): State<Arc<Graphql>>, request: Request<Body>) -> Response<Body> {
    if let Some(page) = &graphql.page
        && request.method() == Method::GET
        && wants_page(request.headers())
    {
        return page.page();
    }
    pipeline::handle(&graphql.pipeline, &graphql.endpoint, peer(&request), request).await
}

async fn offered(State(pipeline): State<Arc<Pipeline>>, request: Request<Body>) -> Response<Body> {
    choices::choices(&pipeline, request.headers()).await
}

async fn shown(State(pipeline): State<Arc<Pipeline>>, request: Request<Body>) -> Response<Body> {
    choices::schema(&pipeline, request.headers()).await
}

async fn passed_through(State(route): State<Arc<PassThrough>>, request: Request<Body>) -> Response<Body> {
    pass_through::forward(&route, peer(&request), request).await
}

async fn asked_of_all(State(operators): State<Arc<Operators>>, request: Request<Body>) -> Response<Body> {
    operators::answer(&operators, peer(&request), request).await
}

type Keeping = (Arc<Caches>, Arc<Operators>);

async fn kept(State((caches, operators)): State<Keeping>, request: Request<Body>) -> Response<Body> {
    caching::operators::answer(&caches, &operators, request).await
}

async fn used_by_clients(State(pipeline): State<Arc<Pipeline>>, request: Request<Body>) -> Response<Body> {
    let (head, _) = request.into_parts();
    clients::answer(&pipeline.identity, &pipeline.usage, &head).await
}

async fn ready(State(health): State<Arc<Health>>) -> impl axum::response::IntoResponse {
    health.ready().await
}

async fn rendered(headers: HeaderMap) -> Response<Body> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let rendered = Format::accepted(accept).render(&install().snapshot());
    let mut reply = Response::new(Body::from(rendered.body));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(rendered.content_type));
    reply
}

/// The CORS protocol, the same for all that clients may ask for.
async fn for_other_origins(
    State(pipeline): State<Arc<Pipeline>>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let cors = &pipeline.cors;
    if let Some(preflight) = cors.preflight(&request) {
        return preflight;
    }
    let origin = cors.allowed_origin(request.headers());
    let mut reply = next.run(request).await;
    cors.write_to_reply(origin, reply.headers_mut());
    reply
}

async fn with_security_headers(mut reply: Response<Body>) -> Response<Body> {
    security_headers::write_to_reply(reply.headers_mut());
    reply
}

fn peer(request: &Request<Body>) -> Option<IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.0.ip())
}
