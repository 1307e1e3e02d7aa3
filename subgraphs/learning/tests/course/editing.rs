//! Drafts, changes and publication.

use kit_service::Call;
use kit_testing::TestDatabase;
use kit_viewer::{Refusal, Viewer};
use learning::domain::{CourseStatus, Rejection};
use learning::events::{COURSE_ARCHIVED, COURSE_PUBLISHED, COURSE_UPDATED, LESSON_ADDED};
use learning::service::{CourseChange, ServiceError};

use crate::catalogue::Stage;

kit_testing::on_each_database! {
    /// Domain 3.2, P13: a course without lessons is not published; each step tells of itself once.
    async fn a_course_is_published_once_it_has_a_lesson(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await;
        let early = stage.catalogue.publish_course(&stage.owner, course.id).await;
        assert!(matches!(early, Err(ServiceError::Rejected(Rejection::NotPublishable { missing: "a lesson" }))));
        stage.add(course.id, "Colours", None).await.unwrap();
        for _ in 0..2 {
            let published = stage.catalogue.publish_course(&stage.owner, course.id).await.unwrap();
            assert_eq!((published.status, published.lesson_count), (CourseStatus::Published, 1));
        }
        let archived = stage.catalogue.archive_course(&stage.admin, course.id).await.unwrap();
        assert_eq!(archived.status, CourseStatus::Archived);
        assert_eq!(stage.events().await, [LESSON_ADDED, COURSE_PUBLISHED, COURSE_ARCHIVED]);
    }

    /// Domain 3.2: `VERSION_CONFLICT` unless the editor saw the present version.
    async fn a_change_of_an_old_version_is_rejected(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await;
        let change = CourseChange { title: Some("Oil".to_owned()), ..CourseChange::default() };
        let changed = stage.catalogue.update_course(&stage.owner, course.id, 1, &change).await.unwrap();
        assert_eq!((changed.title.as_str(), changed.version), ("Oil", 2));
        let stale = stage.catalogue.update_course(&stage.owner, course.id, 1, &change).await;
        assert!(matches!(stale, Err(ServiceError::Rejected(Rejection::VersionConflict { present: 2 }))));
        assert_eq!(stage.events().await, [COURSE_UPDATED]);
    }

    /// P10, P11: instructors change their own courses, administrators any, others none.
    async fn only_its_instructors_and_administrators_change_a_course(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let course = stage.draft("painting").await;
        let change = CourseChange::default();
        let anonymous = Call::new(Viewer::anonymous(), "flow");
        let refused = stage.catalogue.update_course(&anonymous, course.id, 1, &change).await;
        assert!(matches!(refused, Err(ServiceError::Refused(Refusal::Unauthenticated))));
        let refused = stage.catalogue.update_course(&stage.other, course.id, 1, &change).await;
        assert!(matches!(refused, Err(ServiceError::Refused(Refusal::NotOwner(_)))));
        let refused = stage.catalogue.create_course(&stage.other, &stage.new_course("mine"), None).await;
        assert!(matches!(refused, Err(ServiceError::Refused(Refusal::NotOwner(_)))));
        stage.catalogue.update_course(&stage.admin, course.id, 1, &change).await.unwrap();
    }

    /// Domain 3.2: slugs are unique. P7: the same key makes one course, and another input under it is refused.
    async fn a_slug_is_taken_once_and_a_repeated_request_makes_one_course(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let new = stage.new_course("painting");
        let first = stage.catalogue.create_course(&stage.owner, &new, Some("key")).await.unwrap();
        let again = stage.catalogue.create_course(&stage.owner, &new, Some("key")).await.unwrap();
        assert_eq!(first, again);
        let taken = stage.catalogue.create_course(&stage.owner, &new, None).await;
        assert!(matches!(taken, Err(ServiceError::Rejected(Rejection::SlugTaken))));
        let other = stage.catalogue.create_course(&stage.owner, &stage.new_course("oil"), Some("key")).await;
        assert!(matches!(other, Err(ServiceError::Rejected(Rejection::IdempotencyConflict))));
    }
}
