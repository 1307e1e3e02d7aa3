//! Playback over its graph, as the router asks it. The tests stand here and not outside of the crate because they begin
//! sessions, and who may is known to a port that they replace.

mod authorization;
mod entities;
mod following;
mod hostile;
mod mutations;
mod paging;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kit_ids::{Clock, PlayableId};
use kit_service::Subgraph;
use kit_testing::{TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::service::stage::AlmostEverything;

/// Playback with a port that lets everybody play almost everything.
const OPEN: Subgraph = Subgraph {
    build: |context| Box::pin(async { Ok(crate::offer(context, Arc::new(AlmostEverything))) }),
    ..crate::SUBGRAPH
};

fn viewer() -> Viewer {
    person(1, Role::Mentee)
}

fn other() -> Viewer {
    person(2, Role::Mentee)
}

fn admin() -> Viewer {
    person(3, Role::Admin)
}

fn operator() -> Viewer {
    person(4, Role::Ops)
}

/// A running playback.
struct Graph {
    subgraph: TestSubgraph,
}

impl Graph {
    async fn on(place: TestDatabase) -> Self {
        Self { subgraph: TestSubgraph::start(&OPEN, place).await }
    }

    /// Its owner has told how long it is.
    async fn tell_length(&self, playable: PlayableId, seconds: i64) {
        let insert =
            "INSERT INTO playable_meta (playable_id, playable_kind, duration_seconds, seq) VALUES (?, 'les', ?, 1)";
        self.subgraph.database().query(insert).bind(playable.to_bytes()).bind(seconds).execute().await.unwrap();
    }

    /// Begins a session; its id.
    async fn start(&self, viewer: &Viewer, playable: PlayableId) -> String {
        let input = json!({ "playableId": playable.to_string(), "device": "TV" });
        let reply = self.subgraph.change(viewer, "startPlayback", "session { id }", input).await;
        reply.text_at("/startPlayback/session/id")
    }

    /// Something that happens now.
    fn event(&self, seq: i64, kind: &str, seconds: f64) -> Value {
        let now = self.subgraph.clock().now();
        json!({ "seq": seq, "kind": kind, "positionSeconds": seconds, "at": moment(now) })
    }

    /// What a batch of events comes to.
    async fn record(&self, viewer: &Viewer, session: &str, events: Value) -> Value {
        let selection = "accepted lastSeq gaps progress { positionSeconds watchedSeconds percent completed }";
        let input = json!({ "sessionId": session, "events": events });
        let reply = self.subgraph.change(viewer, "recordPlaybackEvents", selection, input).await;
        reply.data("/recordPlaybackEvents").clone()
    }

    /// Begins a session and plays from the beginning in it; its id.
    async fn watch(&self, viewer: &Viewer, playable: PlayableId, seconds: u32) -> String {
        let session = self.start(viewer, playable).await;
        let begun = self.event(1, "PLAY", 0.0);
        self.subgraph.clock().advance(Duration::from_secs(seconds.into()));
        let watched = self.event(2, "HEARTBEAT", seconds.into());
        let recorded = self.record(viewer, &session, json!([begun, watched])).await;
        assert_eq!(recorded["accepted"], 2, "{recorded}");
        session
    }

    /// A field of the viewer's own user, or of another one.
    async fn of_user(&self, viewer: &Viewer, user: &Viewer, selection: &str) -> Value {
        self.subgraph.entities(viewer, "User", [json!({ "id": user.user_id() })], selection).await.remove(0)
    }
}

/// A moment as clients write it.
fn moment(micros: i64) -> String {
    let text = async_graphql::ScalarType::to_value(&kit_graph::DateTime::from(micros));
    text.into_json().unwrap().as_str().unwrap().to_owned()
}

/// domain.md 7: the checked-in SDL is what the subgraph serves.
#[test]
fn the_schema_file_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    if std::env::var_os("LYCEUM_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, super::sdl()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == super::sdl(), "schema.graphql differs; renew it with LYCEUM_UPDATE_SCHEMA=1");
}

/// domain 2: an `@interfaceObject` must not stand beside any implementation of its interface.
#[test]
fn no_kind_of_playable_is_named() {
    let sdl = super::sdl();
    assert!(sdl.contains("type Playable @key(fields: \"id\") @interfaceObject"), "{sdl}");
    for kind in ["Lesson", "Episode", "Movie"] {
        assert!(!sdl.contains(&format!("type {kind}")), "{kind}");
    }
}
