//! Both shapes of the product, under load, and what all of their processes show and send.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::post;

use serde_json::json;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::product::{Product, SUBGRAPHS, Shape};

const CATALOGUE: &str =
    "query Catalogue { courses(first: 10) { totalCount edges { node { title category { name } } } } }";
const MINE: &str = "query Mine { me { displayName enrollments(first: 3) { edges { node { course { title \
    viewerProgress { percent } } } } } } }";
const CHANGE: &str = "mutation Change { updateProfile(input: { bio: \"Measured.\" }) { user { bio } } }";
const PLAY: &str =
    "query Lessons { courses(first: 3) { edges { node { lessons(first: 2) { edges { node { id title } } } } } } }";

/// How many messages with traces and with metrics the products have sent.
pub(super) static TRACES: AtomicUsize = AtomicUsize::new(0);
pub(super) static METRICS: AtomicUsize = AtomicUsize::new(0);

/// A collector that counts what it is sent. It has a thread of its own, since each test has a runtime of its own.
fn collector() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = |counter: &'static AtomicUsize| {
        post(move || async move {
            counter.fetch_add(1, Ordering::Relaxed);
        })
    };
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let routes = Router::new().route("/v1/traces", count(&TRACES)).route("/v1/metrics", count(&METRICS));
            axum::serve(listener, routes).await.unwrap();
        });
    });
    address
}

/// The products, which run for all of these tests, and for no others: they change what is in them.
pub(super) async fn products() -> [&'static Product; 2] {
    static PRODUCTS: OnceCell<[Product; 2]> = OnceCell::const_new();
    let start = || {
        let collector = collector();
        [Shape::OneProcess, Shape::Distributed].map(|shape| Product::start_telling(shape, &collector))
    };
    let started = || async move { tokio::task::spawn_blocking(start).await.expect("the products start") };
    PRODUCTS.get_or_init(started).await.each_ref()
}

/// A client of HTTP.
pub(super) fn http() -> reqwest::Client {
    // An error means that the process has a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Where the metrics of every process are, as `host:port`.
pub(super) fn targets(products: &[&Product]) -> Vec<String> {
    let mut targets = Vec::new();
    for product in products {
        targets.push(authority(&product.ops_url));
        if product.shape == Shape::Distributed {
            targets.extend(SUBGRAPHS.iter().map(|name| authority(&product.subgraph_url(name))));
        }
    }
    targets
}

fn authority(url: &str) -> String {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.split('/').next().unwrap_or(behind).to_owned()
}

/// Asks again and again, until it is dropped.
pub(super) struct Load(Vec<JoinHandle<()>>);

impl Load {
    pub(super) fn start(products: &[&'static Product]) -> Self {
        let ask = |product: &'static Product| {
            tokio::spawn(async move {
                let (anybody, lee) = (product.client(), product.signed_in("learner_lee").await);
                loop {
                    for operation in [CATALOGUE, PLAY, "{ nonsense }", "{ __typename }"] {
                        anybody.query(operation).await;
                    }
                    for operation in [MINE, CHANGE, MINE] {
                        lee.operation(operation, json!({})).await;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            })
        };
        Self(products.iter().copied().map(ask).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}
