//! Advances as they happen (domain 2.5, 5.2 operation 07).

use kit_ids::LessonId;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use super::*;

const FOLLOW: &str = "subscription { progressChanged { sessionId playable { id viewStats { views } } progress { positionSeconds percent completed } } }";
const LESSON: LessonId = LessonId::from_bytes([1; 16]);
const OTHER_LESSON: LessonId = LessonId::from_bytes([2; 16]);

kit_testing::on_each_database! {
    /// Every device of the viewer sees the advance, and it is what the mutation says.
    async fn an_advance_is_seen_on_every_device(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(LESSON.into(), 100).await;
        let (mut phone, mut tablet) =
            (graph.subgraph.listen(&viewer(), FOLLOW).await, graph.subgraph.listen(&viewer(), FOLLOW).await);
        let session = graph.start(&viewer(), LESSON.into()).await;
        graph.record(&viewer(), &session, json!([graph.event(1, "PLAY", 0.0)])).await;
        graph.subgraph.clock().advance(Duration::from_secs(40));
        let recorded = graph.record(&viewer(), &session, json!([graph.event(2, "HEARTBEAT", 40.0)])).await;
        for device in [&mut phone, &mut tablet] {
            let begun = device.next().await.unwrap();
            assert_eq!(begun["data"]["progressChanged"]["progress"]["percent"], 0.0, "{begun}");
            let change = device.next().await.unwrap();
            let change = &change["data"]["progressChanged"];
            assert_eq!(change["sessionId"], session.as_str());
            assert_eq!(change["playable"]["id"], LESSON.to_string());
            assert_eq!(change["playable"]["viewStats"]["views"], 1, "as it is after the advance");
            for field in ["positionSeconds", "percent", "completed"] {
                assert_eq!(change["progress"][field], recorded["progress"][field], "{field}");
            }
        }
        let ended = graph.subgraph.change(&viewer(), "endPlayback", "session { id }", json!({ "sessionId": session })).await;
        assert_eq!(ended.data("/endPlayback/session/id"), session.as_str());
        assert_eq!(phone.next().await.unwrap()["data"]["progressChanged"]["sessionId"], session.as_str());
        graph.subgraph.stop().await;
    }

    /// FED-33: own data only, and of one thing when one is named.
    async fn nobody_sees_the_advances_of_others(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let of_one = format!("subscription {{ progressChanged(playableId: \"{OTHER_LESSON}\") {{ playable {{ id }} }} }}");
        let mut own = graph.subgraph.listen(&viewer(), &of_one).await;
        let mut of_other = graph.subgraph.listen(&other(), FOLLOW).await;
        for (who, lesson) in [(viewer(), LESSON), (viewer(), OTHER_LESSON), (other(), LESSON)] {
            let session = graph.start(&who, lesson.into()).await;
            graph.record(&who, &session, json!([graph.event(1, "PLAY", 0.0)])).await;
        }
        assert_eq!(own.next().await.unwrap()["data"]["progressChanged"]["playable"]["id"], OTHER_LESSON.to_string());
        let seen = of_other.next().await.unwrap();
        assert_eq!(seen["data"]["progressChanged"]["playable"]["id"], LESSON.to_string());
        graph.subgraph.stop().await;
    }

    async fn nobody_listens_without_signing_in(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut listening = graph.subgraph.listen(&Viewer::anonymous(), FOLLOW).await;
        let refused = listening.next().await.unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
        assert_eq!(listening.next().await, None);
        graph.subgraph.stop().await;
    }

    /// A service that stops breaks streams off: there is more, elsewhere.
    async fn a_stop_breaks_off(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let listening = graph.subgraph.listen(&viewer(), FOLLOW).await;
        let (broke_off, ()) = tokio::join!(listening.breaks_off(), graph.subgraph.stop());
        assert!(broke_off);
    }

    /// What did not happen is told to nobody.
    async fn a_batch_that_is_refused_is_silent(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut listening = graph.subgraph.listen(&viewer(), FOLLOW).await;
        let session = graph.start(&viewer(), LESSON.into()).await;
        let refused = graph.record(&viewer(), &session, json!([graph.event(-1, "PLAY", 0.0)])).await;
        assert_ne!(refused["userErrors"], Value::Array(Vec::new()), "{refused}");
        graph.record(&viewer(), &session, json!([graph.event(1, "PLAY", 7.0)])).await;
        let change = listening.next().await.unwrap();
        assert_eq!(change["data"]["progressChanged"]["progress"]["positionSeconds"], 7);
        graph.subgraph.stop().await;
    }
}
