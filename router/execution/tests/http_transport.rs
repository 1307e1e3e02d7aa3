//! The HTTP transport against a real server on a private port.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use router_execution::{HttpTransport, HttpTransportError, HttpTransportOptions, Transport, TransportError};
use tokio::net::TcpListener;

const AMPLE: Duration = Duration::from_secs(60);

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn transport(address: SocketAddr, options: &HttpTransportOptions) -> HttpTransport {
    HttpTransport::new(&format!("http://{address}/ignored").parse().unwrap(), options).unwrap()
}

fn request(path: &str, body: &'static str) -> http::Request<Bytes> {
    http::Request::post(path).header("x-viewer", "someone").body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// Answers with what it was asked: version, method, URI, a header and the body.
fn echo() -> Router {
    Router::new().fallback(any(|request: Request| async move {
        let viewer = request.headers().get("x-viewer").map_or("none", |value| value.to_str().unwrap()).to_owned();
        let line = format!("{:?} {} {} {viewer} ", request.version(), request.method(), request.uri().path());
        let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
        format!("{line}{}", String::from_utf8_lossy(&body))
    }))
}

async fn text_of(transport: &HttpTransport) -> String {
    let response = transport.send(request("/graphql", "hello"), AMPLE).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.body().to_vec()).unwrap()
}

#[tokio::test]
async fn a_request_arrives_whole_over_http_1() {
    let transport = transport(serve(echo()).await, &HttpTransportOptions::default());
    assert_eq!(text_of(&transport).await, "HTTP/1.1 POST /graphql someone hello");
}

#[tokio::test]
async fn a_request_arrives_whole_over_http_2() {
    let options = HttpTransportOptions { http2_prior_knowledge: true, ..HttpTransportOptions::default() };
    let transport = transport(serve(echo()).await, &options);
    assert_eq!(text_of(&transport).await, "HTTP/2.0 POST /graphql someone hello");
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let ports =
        Router::new().fallback(any(
            |axum::extract::ConnectInfo(peer): axum::extract::ConnectInfo<SocketAddr>| async move {
                peer.port().to_string()
            },
        ));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = ports.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    let transport = transport(address, &HttpTransportOptions::default());
    assert_eq!(text_of(&transport).await, text_of(&transport).await);
}

/// FED-37
#[tokio::test]
async fn a_status_is_not_an_error_and_a_redirect_is_not_followed() {
    let router = Router::new().fallback(any(|| async {
        Response::builder().status(307).header(header::LOCATION, "/elsewhere").body(Body::from("moved")).unwrap()
    }));
    let transport = transport(serve(router).await, &HttpTransportOptions::default());
    let response = transport.send(request("/graphql", ""), AMPLE).await.unwrap();
    assert_eq!((response.status(), response.body().as_ref()), (StatusCode::TEMPORARY_REDIRECT, &b"moved"[..]));
}

/// AMP-26, FED-36: a body without end is read no further, whether its length was told or not.
#[tokio::test]
async fn a_reply_may_fill_its_bound_and_not_exceed_it_announced_or_not() {
    let router = Router::new().route("/whole", any(|| async { "0123456789" })).route(
        "/parts",
        any(|| async {
            let parts = futures_util::stream::iter(["01234", "56789"].map(Ok::<_, std::convert::Infallible>));
            Body::from_stream(parts)
        }),
    );
    let address = serve(router).await;
    for path in ["/whole", "/parts"] {
        let bounded = |reply_bytes_max| {
            transport(address, &HttpTransportOptions { reply_bytes_max, ..HttpTransportOptions::default() })
        };
        assert_eq!(bounded(10).send(request(path, ""), AMPLE).await.unwrap().body().as_ref(), b"0123456789");
        assert_eq!(bounded(9).send(request(path, ""), AMPLE).await.unwrap_err(), TransportError::TooLarge(9));
    }
}

#[tokio::test]
async fn a_reply_that_does_not_end_in_time_is_a_timeout() {
    let router = Router::new().route("/silent", any(std::future::pending::<()>)).route(
        "/unfinished",
        any(|| async { Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::convert::Infallible>>()) }),
    );
    let transport = transport(serve(router).await, &HttpTransportOptions::default());
    let timeout = Duration::from_millis(50);
    for path in ["/silent", "/unfinished"] {
        let outcome = transport.send(request(path, ""), timeout).await;
        assert_eq!(outcome.unwrap_err(), TransportError::Timeout(timeout));
    }
}

#[tokio::test]
async fn a_refused_or_broken_connection_is_unavailability() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = transport(closed, &HttpTransportOptions::default()).send(request("/", ""), AMPLE).await;
    assert!(matches!(refused, Err(TransportError::Unavailable(_))), "{refused:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging_up = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await.unwrap());
        }
    });
    let broken = transport(hanging_up, &HttpTransportOptions::default()).send(request("/", ""), AMPLE).await;
    assert!(matches!(broken, Err(TransportError::Unavailable(_))), "{broken:?}");
}

#[test]
fn only_an_http_url_with_a_host_names_a_server() {
    for url in ["/graphql", "ftp://host/", "localhost:4101"] {
        let refused = HttpTransport::new(&url.parse().unwrap(), &HttpTransportOptions::default()).unwrap_err();
        assert!(matches!(refused, HttpTransportError::Url(_)), "{url}: {refused}");
    }
}
