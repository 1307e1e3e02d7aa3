//! Connections: accepted up to a bound, read and written with time limits, and drained when the router stops.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::{Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::configuration::ListenerSettings;
use crate::{framing, security_headers};

/// After a failed `accept` (no free file descriptor, usually): long enough not to spin, short enough not to be noticed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The other end of a connection; an extension of every request that came over one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves `router` until `stop` resolves, then lets requests in flight end, within the drain time. With `tls` nothing is read
/// of a connection before it is encrypted.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &ListenerSettings,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) {
    let builder = connection_builder(settings);
    let graceful = GracefulShutdown::new();
    let handshake_time_max = Duration::from_millis(settings.header_timeout_ms);
    let free = Arc::new(Semaphore::new(settings.connections_max));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &free) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_millis(settings.write_timeout_ms)));
        let stream = Box::pin(stream);
        let connection =
            Connection { builder: builder.clone(), router: router.clone(), peer, watcher: graceful.watcher() };
        let tls = tls.clone();
        tokio::spawn(async move {
            let served = match tls {
                None => connection.serve(stream).await,
                Some(tls) => match tokio::time::timeout(handshake_time_max, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection.serve(stream).await,
                    Ok(Err(error)) => Err(error.into()),
                    Err(_elapsed) => Err("the TLS handshake took too long".into()),
                },
            };
            if let Err(error) = served {
                tracing::debug!(%peer, error, "a connection ended with an error");
            }
            drop(permit);
        });
    }
    drop(listener);
    let drain = Duration::from_millis(settings.drain_timeout_ms);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            drain_timeout_ms = settings.drain_timeout_ms,
            "requests were still in flight when the time to drain ended"
        );
    }
}

/// A connection that is about to be served.
struct Connection {
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    peer: SocketAddr,
    watcher: Watcher,
}

impl Connection {
    async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Self { builder, router, peer, watcher } = self;
        let service = tower::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            answer(router.clone(), request)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        watcher.watch(connection.into_owned()).await
    }
}

/// Answers one request, unless its head can be read in more than one way.
async fn answer(router: Router, request: Request) -> Result<Response<Body>, Infallible> {
    let (is_http1, mut is_last) = (request.version() <= Version::HTTP_11, framing::ends_connection(&request));
    let mut reply = match framing::refusal(&request) {
        None => router.oneshot(request).await?,
        Some(refusal) => {
            is_last = is_http1;
            with_security_headers(refusal)
        }
    };
    if is_last {
        framing::end_connection(&mut reply);
    }
    Ok(reply)
}

fn with_security_headers(mut reply: Response<Body>) -> Response<Body> {
    security_headers::write_to_reply(reply.headers_mut());
    reply
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, free: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = Arc::clone(free).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Replies are written whole; waiting to fill a packet only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn connection_builder(settings: &ListenerSettings) -> auto::Builder<TokioExecutor> {
    let header_bytes_max = settings.header_bytes_max;
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(settings.header_timeout_ms))
        .max_buf_size(usize::try_from(header_bytes_max).unwrap_or(usize::MAX).max(HTTP1_BUFFER_BYTES_MIN));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(header_bytes_max)
        .max_concurrent_streams(settings.streams_max)
        .keep_alive_interval(Duration::from_secs(30));
    builder
}

/// hyper panics below this.
const HTTP1_BUFFER_BYTES_MIN: usize = 8192;
