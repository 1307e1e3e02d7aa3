//! Completing lessons and courses.

use kit_events::Origin;
use kit_ids::LessonId;
use kit_testing::{TestDatabase, on_each_database};

use super::complete_lesson;
use crate::domain::CompletedLesson;
use crate::service::enrolling::{Enrolling, GrantRequest};
use crate::service::stage::{COURSE, FLOW, Stage, USER, admin};
use crate::store::{enrollments, lessons, progress};

async fn complete(stage: &Stage, lesson_id: LessonId, at: i64) {
    let mut transaction = stage.database().begin().await.unwrap();
    let done = CompletedLesson { user_id: USER, lesson_id, watched_seconds: 60, at };
    complete_lesson(&mut transaction, done, &Origin::new(FLOW, None)).await.unwrap();
    transaction.commit().await.unwrap();
}

on_each_database! {
    /// domain 3.3: `completed_at` is set with the last lesson, once, and told once; a lesson counts once.
    async fn a_course_is_completed_with_its_last_lesson_once(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.publish(0, "PUBLISHED").await;
        let grant = GrantRequest { user_id: USER, course_id: COURSE, idempotency_key: None };
        Enrolling { till: stage.till.clone() }.grant(&grant, &admin()).await.unwrap();
        let (first, second) = (stage.place_lesson(1).await, stage.place_lesson(2).await);
        let next = async || lessons::next_of_user_in(stage.database(), USER, &[COURSE]).await.unwrap();
        assert_eq!(next().await, [(COURSE, first)]);
        complete(&stage, first, 5).await;
        complete(&stage, first, 6).await;
        assert_eq!(next().await, [(COURSE, second)]);
        let known = progress::of_user_in(stage.database(), USER, &[COURSE]).await.unwrap().remove(0).1;
        assert_eq!((known.completed_lessons, known.watched_seconds, known.last_activity_at), (1, 60, Some(5)));
        complete(&stage, second, 7).await;
        assert_eq!(next().await, []);
        let place = enrollments::of_user_in(stage.database(), USER, &[COURSE]).await.unwrap().remove(0);
        assert_eq!(place.completed_at, Some(7));
        let third = stage.place_lesson(3).await;
        complete(&stage, third, 8).await;
        let place = enrollments::of_user_in(stage.database(), USER, &[COURSE]).await.unwrap().remove(0);
        assert_eq!(place.completed_at, Some(7), "it was completed once and stays so");
        assert_eq!(stage.told().await, ["enrollment.enrollment.created.v1", "enrollment.enrollment.completed.v1"]);
    }

    /// domain 3.3: what belongs to no course counts for none.
    async fn a_lesson_of_no_course_counts_for_none(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        complete(&stage, LessonId::from_bytes([6; 16]), 5).await;
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM completed_lessons").await, 0);
    }
}
