//! Places of lessons in the database.

use kit_testing::TestDatabase;
use learning::domain::Rejection;
use learning::service::ServiceError;

use crate::catalogue::Stage;

async fn titles(stage: &Stage) -> Vec<(i64, String)> {
    let rows = stage.database.query("SELECT position, title FROM lessons ORDER BY position").fetch_all().await.unwrap();
    rows.iter().map(|row| (row.get("position").unwrap(), row.get("title").unwrap())).collect()
}

fn dense(titles: &str) -> Vec<(i64, String)> {
    (1..).zip(titles.split_whitespace().map(str::to_owned)).collect()
}

kit_testing::on_each_database! {
    /// Domain 3.2: positions are dense, 1 to n; count and length equal the lesson rows.
    async fn places_stay_dense_through_adding_moving_and_removing(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await.id;
        let a = stage.add(course, "a", None).await.unwrap().id;
        let b = stage.add(course, "b", None).await.unwrap().id;
        stage.add(course, "c", Some(1)).await.unwrap();
        stage.add(course, "d", Some(2)).await.unwrap();
        assert_eq!(titles(&stage).await, dense("c d a b"));
        stage.catalogue.move_lesson(&stage.owner, b, 1).await.unwrap();
        assert_eq!(titles(&stage).await, dense("b c d a"));
        stage.catalogue.move_lesson(&stage.owner, b, 3).await.unwrap();
        assert_eq!(titles(&stage).await, dense("c d b a"));
        let left = stage.catalogue.remove_lesson(&stage.owner, b).await.unwrap();
        assert_eq!((left.lesson_count, left.total_duration), (3, 180));
        assert_eq!(titles(&stage).await, dense("c d a"));
        let refused = stage.catalogue.move_lesson(&stage.owner, a, 4).await;
        assert!(matches!(refused, Err(ServiceError::Rejected(Rejection::PositionInvalid { last: 3 }))));
    }

    /// Domain 3.2: the last lesson of a published course stays.
    async fn the_last_lesson_of_a_published_course_stays(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await.id;
        let only = stage.add(course, "a", None).await.unwrap().id;
        stage.catalogue.publish_course(&stage.owner, course).await.unwrap();
        let refused = stage.catalogue.remove_lesson(&stage.owner, only).await;
        assert!(matches!(refused, Err(ServiceError::Rejected(Rejection::LastLesson))));
    }
}
