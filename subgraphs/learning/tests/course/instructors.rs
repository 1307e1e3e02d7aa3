//! Instructors whose accounts are closed.

use kit_ids::{CourseId, UserId};
use kit_testing::TestDatabase;
use learning::events::{COURSE_PUBLISHED, COURSE_UPDATED, Departures, LESSON_ADDED};
use learning::service::CourseChange;
use serde_json::json;

use crate::catalogue::Stage;

async fn instructors(stage: &Stage, course: CourseId) -> Vec<UserId> {
    let select = "SELECT user_id FROM course_instructors WHERE course_id = ? ORDER BY position";
    let rows = stage.database.query(select).bind(course).fetch_all().await.unwrap();
    rows.iter().map(|row| row.get("user_id").unwrap()).collect()
}

kit_testing::on_each_database! {
    /// Domain 3.2: whoever left teaches nothing any more, but a published course keeps its last instructor.
    async fn whoever_left_is_taken_off_but_for_the_last_of_a_published_course(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let (owner, other) = (stage.owner.viewer.user_id().unwrap(), stage.other.viewer.user_id().unwrap());
        let draft = stage.draft("draft").await;
        let (alone, shared) = (stage.draft("alone").await, stage.draft("shared").await);
        for course in [alone.id, shared.id] {
            stage.add(course, "First", None).await.unwrap();
            stage.catalogue.publish_course(&stage.owner, course).await.unwrap();
        }
        let both = CourseChange { instructor_ids: Some(vec![owner, other]), ..CourseChange::default() };
        let version = stage.catalogue.update_course(&stage.owner, shared.id, 2, &both).await.unwrap().version;
        for _ in 0..2 {
            let event = ("identity.user.deactivated.v1", owner.to_string());
            stage.tell(&Departures, event, json!({ "id": owner })).await.unwrap();
        }
        assert_eq!(instructors(&stage, draft.id).await, []);
        assert_eq!(instructors(&stage, alone.id).await, [owner]);
        assert_eq!(instructors(&stage, shared.id).await, [other]);
        let changed = stage.catalogue.update_course(&stage.other, shared.id, version + 1, &CourseChange::default()).await;
        assert_eq!(changed.unwrap().version, version + 2, "the departure was one change");
        let opened = [LESSON_ADDED, COURSE_PUBLISHED];
        let left = [COURSE_UPDATED, COURSE_UPDATED, COURSE_UPDATED];
        assert_eq!(stage.events().await, [&opened[..], &opened, &[COURSE_UPDATED], &left].concat());
    }
}
