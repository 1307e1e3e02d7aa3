//! The keys of signed requests: rotated while requests are in flight, and no request that changes something heard twice.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use kit_database::Durability;
use kit_events::EmbeddedEventLog;
use kit_service::{RunningSubgraph, ServiceSettings, start_quietly};
use kit_testing::TestDatabase;
use kit_viewer::{KeyRing, SharedKey};
use lyceum::platform;
use router_composition::SubgraphSource;
use router_execution::{InProcessTransport, Transport, TransportError};
use router_schema::Supergraph;
use router_server::configuration::CachingSettings;
use router_server::{RequestSigner, RouterBuilder, RouterServer, RouterSettings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::product::Client;

/// As much of the subgraph as is asked here, without the rules that the router would keep itself.
const SCHEMA: &str = "type Query { courses(first: Int): CourseConnection }
    type CourseConnection { pageInfo: PageInfo! }
    type PageInfo { hasNextPage: Boolean! }
    type Mutation { archiveCourse(input: ArchiveCourseInput!): ArchiveCoursePayload }
    input ArchiveCourseInput { courseId: ID! }
    type ArchiveCoursePayload { clientMutationId: String }";

const QUERY: &str = "{ courses(first: 1) { pageInfo { hasNextPage } } }";

/// A subgraph with these keys, on a database of its own.
struct Replica {
    running: RunningSubgraph,
    _place: TestDatabase,
    _folder: TempDir,
}

fn secret(id: &str) -> Vec<u8> {
    id.bytes().cycle().take(32).collect()
}

impl Replica {
    async fn new(keys: &[&str]) -> Self {
        let (place, folder) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
        let log = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await.unwrap();
        let keys = keys.iter().map(|id| SharedKey::new(*id, secret(id)).unwrap());
        let keys = KeyRing::new(keys.collect()).unwrap();
        let settings = ServiceSettings::new(place.settings("learning"), Arc::new(log), keys);
        let running = start_quietly(platform::subgraph("learning").unwrap(), settings).await.unwrap();
        Self { running, _place: place, _folder: folder }
    }

    fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(InProcessTransport::new(<Router<()>>::into_service(self.running.router())))
    }
}

/// Leads to the replica of the moment, as a balancer does, and remembers what it carried last.
#[derive(Debug)]
struct Balancer {
    replica: RwLock<Arc<dyn Transport>>,
    last: Mutex<Option<Request<Bytes>>>,
}

impl Balancer {
    fn to(replica: &Replica) -> Arc<Self> {
        Arc::new(Self { replica: RwLock::new(replica.transport()), last: Mutex::default() })
    }

    fn roll_to(&self, replica: &Replica) {
        *self.replica.write().unwrap() = replica.transport();
    }
}

#[async_trait]
impl Transport for Balancer {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        *self.last.lock().unwrap() = Some(request.clone());
        let replica = Arc::clone(&self.replica.read().unwrap());
        replica.send(request, timeout).await
    }
}

/// A router that signs with this key, listening.
struct Front {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Front {
    async fn new(key: &str, balancer: &Arc<Balancer>) -> Self {
        let source = SubgraphSource {
            name: "learning".to_owned(),
            url: "http://learning.invalid/graphql".to_owned(),
            sdl: SCHEMA.to_owned(),
            file_name: "learning.graphql".to_owned(),
        };
        let supergraph = Supergraph::parse(&router_composition::compose(&[source]).unwrap().supergraph_sdl).unwrap();
        let signer = RequestSigner::new(key, secret(key).into()).unwrap();
        let mut settings = RouterSettings::default();
        // The machine may be slow; that is not what is tried here.
        settings.subgraph_requests.query_timeout_ms = 60_000;
        // Each request is to reach a subgraph.
        settings.caching = CachingSettings {
            fetch_bytes_max: 0,
            reply_bytes_max: 0,
            shared_fetches: false,
            ..CachingSettings::default()
        };
        let builder = RouterBuilder::new(supergraph, settings, signer);
        let server: RouterServer =
            builder.transport("learning", Arc::clone(balancer) as Arc<dyn Transport>).build().unwrap();
        let (public, operations) =
            (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let url = format!("http://{}", public.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            tokio::spawn(async move { server.serve(public, operations, async { drop(stopped.await) }).await });
        Self { url, stop: Some(stop), serving }
    }

    /// As an operator ends it: what is in flight is answered.
    async fn drain(mut self) {
        drop(self.stop.take());
        self.serving.await.unwrap();
    }
}

/// Waits until so many more requests have been answered.
async fn for_requests(answered: &AtomicUsize, more: usize) {
    let until = answered.load(Ordering::SeqCst) + more;
    let reached = async {
        while answered.load(Ordering::SeqCst) < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("requests are answered");
}

/// P10: a new key is added to the subgraphs, then the routers sign with it, then the old one is taken away. Each step is a
/// restart of one after the other while clients ask, and not one request is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_rotated_while_requests_are_in_flight() {
    let old = Replica::new(&["old"]).await;
    let both = Replica::new(&["old", "new"]).await;
    let only_new = Replica::new(&["new"]).await;
    let balancer = Balancer::to(&old);
    let first = Front::new("old", &balancer).await;
    let address = Arc::new(RwLock::new(first.url.clone()));
    let (answered, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (address, answered, is_over) = (Arc::clone(&address), Arc::clone(&answered), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    let client = Client::new(&address.read().unwrap());
                    assert_eq!(client.query(QUERY).await.data()["courses"]["pageInfo"]["hasNextPage"], false);
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for_requests(&answered, 40).await;
    balancer.roll_to(&both);
    for_requests(&answered, 40).await;
    let second = Front::new("new", &balancer).await;
    (*address.write().unwrap()).clone_from(&second.url);
    for_requests(&answered, 40).await;
    first.drain().await;
    balancer.roll_to(&only_new);
    for_requests(&answered, 40).await;
    is_over.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    // The other way round, a router is ahead of a subgraph: it is told that the key is unknown, and says so.
    balancer.roll_to(&old);
    let reply = Client::new(&second.url).query(QUERY).await;
    assert_eq!(reply.at("/data/courses"), &Value::Null, "{reply:#?}");
    assert!(!reply.body.to_string().contains("key"), "{reply:#?}");
    second.drain().await;
}

/// P10, FED-04: what was signed to change something is heard once, however often it is sent within the life of its signature;
/// the router's own attempts are signed anew. Questions may be repeated, since they change nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutation_is_not_heard_twice() {
    let replica = Replica::new(&["old"]).await;
    let balancer = Balancer::to(&replica);
    let front = Front::new("old", &balancer).await;
    let client = Client::new(&front.url);
    let mutation =
        "mutation { archiveCourse(input: { courseId: \"crs_01jb0000000000000000000000\" }) { clientMutationId } }";
    let sent_again = async || {
        let request = balancer.last.lock().unwrap().clone().unwrap();
        balancer.send(request, Duration::from_secs(60)).await.unwrap()
    };
    for _ in 0..3 {
        let reply = client.query(mutation).await;
        assert!(!reply.body.to_string().contains("SUBGRAPH_"), "it was heard: {reply:#?}");
    }
    for _ in 0..3 {
        let refused = sent_again().await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(String::from_utf8_lossy(refused.body()).contains("heard before"), "{refused:?}");
    }
    client.query(QUERY).await;
    assert_eq!(sent_again().await.status(), StatusCode::OK);
    front.drain().await;
}
