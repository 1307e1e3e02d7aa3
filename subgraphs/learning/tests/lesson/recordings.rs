//! Lessons as long as their recordings.

use kit_events::HandlerError;
use kit_ids::LessonId;
use kit_testing::TestDatabase;
use learning::events::{LESSON_ADDED, LESSON_UPDATED, Recordings};
use serde_json::{Value, json};

use crate::catalogue::{Stage, TOLD_AT_US};

async fn ready(stage: &Stage, owner: Value, kind: &str, duration: Value) -> Result<(), HandlerError> {
    let file = "fil_00000000000000000000000000";
    let data = json!({ "id": file, "ownerId": owner, "kind": kind, "durationSeconds": duration });
    stage.tell(&Recordings, ("media.file.ready.v1", file.to_owned()), data).await
}

kit_testing::on_each_database! {
    /// Domain 3.2: video and sound fill in a lesson's length, and with it the course's; once for each change.
    async fn a_recording_fills_in_the_length(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await.id;
        let lesson = stage.add(course, "a", None).await.unwrap();
        stage.add(course, "b", None).await.unwrap();
        for kind in ["VIDEO", "AUDIO"] {
            ready(&stage, json!(lesson.id), kind, json!(95)).await.unwrap();
        }
        let select = "SELECT c.total_duration, c.updated_at, l.duration_seconds FROM courses c
          JOIN lessons l ON l.course_id = c.id WHERE l.id = ?";
        let row = stage.database.query(select).bind(lesson.id).fetch_one().await.unwrap();
        let number = |column: &'static str| row.get::<i64>(column).unwrap();
        let found = [number("duration_seconds"), number("total_duration"), number("updated_at")];
        assert_eq!(found, [95, 155, TOLD_AT_US]);
        assert_eq!(stage.events().await, [LESSON_ADDED, LESSON_ADDED, LESSON_UPDATED]);
    }

    /// What is no recording of a lesson changes nothing; a length that no lesson has is put away.
    async fn other_files_change_nothing(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await.id;
        let lesson = json!(stage.add(course, "a", None).await.unwrap().id);
        let gone = json!(LessonId::from_bytes([9; 16]));
        let other = json!("mov_00000000000000000000000000");
        for (owner, kind, duration) in [
            (Value::Null, "VIDEO", json!(95)),
            (other, "VIDEO", json!(95)),
            (gone, "VIDEO", json!(95)),
            (lesson.clone(), "IMAGE", json!(95)),
            (lesson.clone(), "VIDEO", Value::Null),
        ] {
            ready(&stage, owner, kind, duration).await.unwrap();
        }
        for absurd in [json!(-1), json!(86_401)] {
            let refused = ready(&stage, lesson.clone(), "VIDEO", absurd).await;
            assert!(matches!(refused, Err(HandlerError::Rejected(_))), "{refused:?}");
        }
        assert_eq!(stage.events().await, [LESSON_ADDED]);
    }
}
