//! Bodies of any length, over both transports: what has come goes on before the rest has (S0-FILE-1).

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::any;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header::CONTENT_LENGTH;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use router_execution::{
    HttpTransport, HttpTransportOptions, InProcessTransport, StreamedBody, Transport, TransportError,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Gives back what comes, while it comes, with the length that was announced.
fn echo() -> Router {
    Router::new().fallback(any(|request: Request| async move {
        let announced = request.headers().get(CONTENT_LENGTH).cloned();
        let mut reply = http::Response::new(Body::from_stream(request.into_body().into_data_stream()));
        if let Some(announced) = announced {
            reply.headers_mut().insert("x-announced", announced);
        }
        reply
    }))
}

fn body(chunks: impl Stream<Item = Bytes> + Send + 'static) -> StreamedBody {
    StreamBody::new(chunks.map(|chunk| Ok(Frame::data(chunk)))).boxed_unsync()
}

async fn next(reply: &mut http::Response<StreamedBody>) -> Option<Bytes> {
    reply.body_mut().frame().await.map(|frame| frame.unwrap().into_data().unwrap())
}

async fn is_passed_on_while_it_comes(transport: &dyn Transport) {
    let (sender, mut receiver) = mpsc::channel(1);
    let chunks = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let request = http::Request::put("/file").header(CONTENT_LENGTH, 10).body(body(chunks)).unwrap();
    sender.send(Bytes::from_static(b"first")).await.unwrap();
    let mut reply = transport.stream(request).await.unwrap();
    assert_eq!(reply.headers()["x-announced"], "10");
    assert_eq!(next(&mut reply).await.unwrap(), "first");
    sender.send(Bytes::from_static(b"again")).await.unwrap();
    assert_eq!(next(&mut reply).await.unwrap(), "again");
    drop(sender);
    assert_eq!(next(&mut reply).await, None);
}

#[tokio::test]
async fn in_process() {
    is_passed_on_while_it_comes(&InProcessTransport::new(echo())).await;
}

#[tokio::test]
async fn over_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, echo()).await.unwrap() });
    let url = format!("http://{address}/").parse().unwrap();
    let transport = HttpTransport::new(&url, &HttpTransportOptions::default()).unwrap();
    is_passed_on_while_it_comes(&transport).await;

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/").parse().unwrap();
    let transport = HttpTransport::new(&url, &HttpTransportOptions::default()).unwrap();
    let refused = transport.stream(http::Request::get("/").body(body(futures_util::stream::empty())).unwrap()).await;
    assert!(matches!(refused.unwrap_err(), TransportError::Unavailable(_)));
}
