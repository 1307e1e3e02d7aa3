//! What playback does about what it hears.

use kit_events::{Consumer, Event, EventId, HandlerError, NewEvent, Origin};
use kit_ids::{CourseId, EpisodeId, LessonId, PlayableId};
use kit_testing::{TestDatabase, on_each_database};
use serde_json::{Value, json};

use super::{Departures, FileLengths, LessonLengths};
use crate::domain::{EndReason, EventKind};
use crate::service::stage::{NOON, OTHER, Stage, USER, lesson, numbered};
use crate::store::playables;

const LESSON: LessonId = LessonId::from_bytes([3; 16]);
const COURSE: CourseId = CourseId::from_bytes([4; 16]);

async fn hear(
    stage: &Stage,
    consumer: &impl Consumer,
    kind: &'static str,
    seq: i64,
    data: Value,
) -> Result<(), HandlerError> {
    assert!(consumer.wants(kind), "{kind}");
    let new = NewEvent { kind, subject: COURSE.to_string(), time: NOON, data };
    let event = Event::new(EventId::mint(NOON), "sister", seq, new, Origin::new("elsewhere", None));
    let mut transaction = stage.database().begin().await.unwrap();
    consumer.handle(&event, &mut transaction).await?;
    transaction.commit().await.unwrap();
    Ok(())
}

fn about_lesson(seconds: Option<i64>) -> Value {
    json!({ "id": LESSON, "courseId": COURSE, "position": 1, "title": "One", "durationSeconds": seconds })
}

fn about_file(owner: Option<&str>, kind: &str, seconds: Option<i64>) -> Value {
    json!({ "id": "fil_00000000000000000000000000", "ownerId": owner, "kind": kind, "durationSeconds": seconds })
}

async fn length(stage: &Stage, playable: PlayableId) -> Option<i64> {
    playables::length(stage.database(), playable).await.unwrap()
}

on_each_database! {
    /// domain 3.5: learning says how long lessons are; what comes late changes nothing.
    async fn lessons_have_the_length_that_learning_told_last(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        for (kind, seq, seconds, expected) in [
            ("learning.lesson.added.v1", 2, Some(600), Some(600)),
            ("learning.lesson.updated.v1", 5, Some(500), Some(500)),
            ("learning.lesson.moved.v1", 4, Some(600), Some(500)),
            ("learning.lesson.updated.v1", 6, None, None),
        ] {
            hear(&stage, &LessonLengths, kind, seq, about_lesson(seconds)).await.unwrap();
            assert_eq!(length(&stage, lesson()).await, expected, "{kind} {seq}");
        }
        hear(&stage, &LessonLengths, "learning.lesson.removed.v1", 7, about_lesson(Some(500))).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playable_meta WHERE is_removed = 1").await, 1);
        let torn = hear(&stage, &LessonLengths, "learning.lesson.added.v1", 8, json!({ "id": LESSON })).await;
        assert!(matches!(torn, Err(HandlerError::Rejected(_))));
    }

    /// domain 3.5: a film's file says how long it is where its owner does not, whichever is heard first.
    async fn files_say_what_owners_do_not(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let ready = async |data| hear(&stage, &FileLengths, "media.file.ready.v1", 1, data).await.unwrap();
        let (episode, owner) = (EpisodeId::from_bytes([6; 16]).to_string(), LESSON.to_string());
        ready(about_file(Some(&episode), "VIDEO", Some(1_200))).await;
        assert_eq!(length(&stage, episode.parse().unwrap()).await, Some(1_200));
        ready(about_file(Some(&owner), "VIDEO", Some(610))).await;
        assert_eq!(length(&stage, lesson()).await, Some(610));
        hear(&stage, &LessonLengths, "learning.lesson.added.v1", 1, about_lesson(Some(600))).await.unwrap();
        assert_eq!(length(&stage, lesson()).await, Some(600));
        ready(about_file(Some(&owner), "VIDEO", Some(620))).await;
        assert_eq!(length(&stage, lesson()).await, Some(600));
        hear(&stage, &LessonLengths, "learning.lesson.updated.v1", 2, about_lesson(None)).await.unwrap();
        assert_eq!(length(&stage, lesson()).await, Some(620));
        let course = COURSE.to_string();
        for (owner, kind, seconds) in [
            (None, "VIDEO", Some(5)),
            (Some(course.as_str()), "VIDEO", Some(5)),
            (Some(owner.as_str()), "IMAGE", Some(5)),
            (Some(owner.as_str()), "VIDEO", None),
            (Some(owner.as_str()), "VIDEO", Some(0)),
        ] {
            ready(about_file(owner, kind, seconds)).await;
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playable_meta").await, 2);
        assert_eq!(length(&stage, lesson()).await, Some(620));
    }

    /// domain 3.5: who left watches nothing more; what they watched on is forgotten, what they watched still counts.
    async fn who_left_watches_nothing_more(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let over = stage.start(USER, lesson()).await;
        stage.report(&over, 1, EventKind::Stop, 9).await;
        let live = stage.start(USER, numbered(5)).await;
        let others = stage.start(OTHER, lesson()).await;
        let data = json!({ "id": USER });
        hear(&stage, &Departures, "identity.user.deactivated.v1", 1, data.clone()).await.unwrap();
        let ended = stage.session(live.id).await;
        assert_eq!((ended.end.map(|end| end.1), ended.device), (Some(EndReason::Stopped), None));
        assert_eq!(stage.session(over.id).await.device, None);
        let going_on = stage.session(others.id).await;
        assert_eq!((going_on.end, going_on.device.as_deref()), (None, Some("TV")));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM watch_progress").await, 1);
        let ends = "SELECT COUNT(*) AS n FROM outbox WHERE type = 'playback.session.ended.v1'";
        assert_eq!(stage.count(ends).await, 2);
        hear(&stage, &Departures, "identity.user.deactivated.v1", 2, data).await.unwrap();
        assert_eq!(stage.count(ends).await, 2);
    }
}
