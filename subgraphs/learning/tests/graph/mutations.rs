//! Each mutation: what it does, each refusal as data, and a request that comes twice (P7, P8, domain 3.2).

use kit_testing::TestDatabase;
use serde_json::{Value, json};

use super::{Graph, owner};

kit_testing::on_each_database! {
    /// P7: the payload holds the entity, no user errors, and what the client sent along.
    async fn a_course_is_made_changed_published_and_archived(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut input = graph.new_course("colour");
        input["clientMutationId"] = json!("mine");
        let made = graph.subgraph.change(&owner(), "createCourse", "course { id status version lessonCount listPrice { amountMinor currency } }", input).await;
        let course = made.text_at("/createCourse/course/id");
        assert!(course.starts_with("crs_"), "P5: {course}");
        let payload = json!({
            "course": { "id": course, "status": "DRAFT", "version": 1, "lessonCount": 0,
                        "listPrice": { "amountMinor": 10_000, "currency": "KRW" } },
            "userErrors": [], "clientMutationId": "mine",
        });
        assert_eq!(*made.data("/createCourse"), payload);

        let update = json!({ "courseId": course, "expectedVersion": 1, "title": "Colours", "level": "ADVANCED" });
        let updated = graph.subgraph.change(&owner(), "updateCourse", "course { title level version language }", update).await;
        let expected = json!({ "title": "Colours", "level": "ADVANCED", "version": 2, "language": "en" });
        assert_eq!(*updated.data("/updateCourse/course"), expected);

        graph.add_lesson(&course, "Red").await;
        let publish = json!({ "courseId": course });
        let published = graph.subgraph.change(&owner(), "publishCourse", "course { status publishedAt }", publish.clone()).await;
        let expected = json!({ "status": "PUBLISHED", "publishedAt": "2026-06-01T00:00:00.000Z" });
        assert_eq!(*published.data("/publishCourse/course"), expected);
        let archived = graph.subgraph.change(&owner(), "archiveCourse", "course { status }", publish).await;
        assert_eq!(archived.data("/archiveCourse/course/status"), "ARCHIVED");
        let told = graph.subgraph.published().await;
        assert_eq!(told, [
            "learning.course.updated.v1", "learning.lesson.added.v1", "learning.course.published.v1",
            "learning.course.archived.v1",
        ]);
        graph.subgraph.stop().await;
    }

    async fn lessons_are_added_changed_moved_and_removed(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.published("colour").await;
        let blue = graph.add_lesson(&course, "Blue").await;
        let change = json!({ "lessonId": blue, "title": "Azure", "isFreePreview": true, "durationSeconds": 90 });
        let changed = graph.subgraph.change(&owner(), "updateLesson", "lesson { title isFreePreview durationSeconds position }", change).await;
        let expected = json!({ "title": "Azure", "isFreePreview": true, "durationSeconds": 90, "position": 2 });
        assert_eq!(*changed.data("/updateLesson/lesson"), expected);

        let first = json!({ "lessonId": blue, "position": 1 });
        let moved = graph.subgraph.change(&owner(), "moveLesson", "lesson { position course { lessons(first: 9) { edges { node { title position } } } } }", first).await;
        let order = json!([{ "node": { "title": "Azure", "position": 1 } }, { "node": { "title": "First", "position": 2 } }]);
        assert_eq!(*moved.data("/moveLesson/lesson/course/lessons/edges"), order);

        let removed = graph.subgraph.change(&owner(), "removeLesson", "course { lessonCount totalDurationSeconds lessons(first: 9) { edges { node { position } } } }", json!({ "lessonId": blue })).await;
        let left = json!({ "lessonCount": 1, "totalDurationSeconds": 60, "lessons": { "edges": [{ "node": { "position": 1 } }] } });
        assert_eq!(*removed.data("/removeLesson/course"), left);
        graph.subgraph.stop().await;
    }

    async fn a_category_is_made_and_moved(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let put = async |input: Value| {
            let selection = "category { id slug name parent { slug } }";
            graph.subgraph.change(&owner(), "upsertCategory", selection, input).await
        };
        let made = put(json!({ "slug": "oil", "name": "Oil", "parentId": graph.category })).await;
        let id = made.text_at("/upsertCategory/category/id");
        let expected = json!({ "id": id, "slug": "oil", "name": "Oil", "parent": { "slug": "art" } });
        assert_eq!(*made.data("/upsertCategory/category"), expected);
        let moved = put(json!({ "categoryId": id, "slug": "oil", "name": "Oils" })).await;
        let expected = json!({ "id": id, "slug": "oil", "name": "Oils", "parent": null });
        assert_eq!(*moved.data("/upsertCategory/category"), expected);
        assert_eq!(graph.subgraph.published().await, ["learning.category.upserted.v1"; 2]);
        graph.subgraph.stop().await;
    }

    /// Domain 3.2, 7.1: each user error, with the field at fault; nothing has changed and nothing is told.
    async fn each_refusal_is_data_and_changes_nothing(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.published("colour").await;
        let draft = graph.draft("form").await;
        let lessons = graph.subgraph.ask(&owner(), &format!("{{ course(id: \"{course}\") {{ lessons(first: 1) {{ edges {{ node {{ id }} }} }} }} }}")).await;
        let lesson = lessons.text_at("/course/lessons/edges/0/node/id");
        let told = graph.subgraph.published().await;
        let none = "crs_00000000000000000000000000";
        let no_category = "cat_00000000000000000000000000";
        let category = json!({ "slug": "art", "name": "Art" });
        let of_category = |key: &str, value: Value| {
            let mut input = category.clone();
            input[key] = value;
            ("upsertCategory", "category { id }", input)
        };
        let (taken, unknown, orphan, own_parent) = (
            of_category("name", json!("Other")), of_category("categoryId", json!(no_category)),
            of_category("parentId", json!(no_category)),
            ("upsertCategory", "category { id }", json!({ "categoryId": graph.category, "slug": "art", "name": "Art", "parentId": graph.category })),
        );
        let cases = [
            ("createCourse", "course { id }", graph.new_course("colour"), "SLUG_TAKEN", json!(["input", "slug"])),
            ("updateCourse", "course { id }", json!({ "courseId": course, "expectedVersion": 0, "title": "x" }), "VERSION_CONFLICT", json!(["input", "expectedVersion"])),
            ("updateCourse", "course { id }", json!({ "courseId": none, "expectedVersion": 1 }), "NOT_FOUND", json!(["input", "courseId"])),
            ("publishCourse", "course { id }", json!({ "courseId": draft }), "NOT_PUBLISHABLE", json!(null)),
            ("archiveCourse", "course { id }", json!({ "courseId": none }), "NOT_FOUND", json!(["input", "courseId"])),
            ("addLesson", "lesson { id }", json!({ "courseId": none, "title": "x" }), "NOT_FOUND", json!(["input", "courseId"])),
            ("addLesson", "lesson { id }", json!({ "courseId": course, "title": "x", "position": 3 }), "POSITION_INVALID", json!(["input", "position"])),
            ("updateLesson", "lesson { id }", json!({ "lessonId": "les_00000000000000000000000000" }), "NOT_FOUND", json!(["input", "lessonId"])),
            ("moveLesson", "lesson { id }", json!({ "lessonId": lesson, "position": 0 }), "POSITION_INVALID", json!(["input", "position"])),
            ("removeLesson", "course { id }", json!({ "lessonId": lesson }), "LAST_LESSON", json!(null)),
            (taken.0, taken.1, taken.2, "SLUG_TAKEN", json!(["input", "slug"])),
            (unknown.0, unknown.1, unknown.2, "NOT_FOUND", json!(["input", "categoryId"])),
            (orphan.0, orphan.1, orphan.2, "NOT_FOUND", json!(["input", "parentId"])),
            (own_parent.0, own_parent.1, own_parent.2, "CATEGORY_CYCLE", json!(["input", "parentId"])),
        ];
        for (mutation, entity, input, code, path) in cases {
            let reply = graph.subgraph.change(&owner(), mutation, entity, input).await;
            assert_eq!(reply.user_error(mutation), code, "{mutation}: {}", reply.body);
            let error = &reply.data(&format!("/{mutation}"))["userErrors"][0];
            assert_eq!(error["path"], path, "{mutation}: {code}");
            let entity = entity.split(' ').next().unwrap();
            assert!(reply.data(&format!("/{mutation}/{entity}")).is_null(), "{mutation}: {code}");
        }
        assert_eq!(graph.subgraph.published().await, told);
        graph.subgraph.stop().await;
    }

    /// Values that no table could hold are `BAD_USER_INPUT`, not user errors: no user can mend them.
    async fn values_out_of_bounds_are_refused(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.draft("colour").await;
        let wrong = |key: &str, value| {
            let mut input = graph.new_course("form");
            input[key] = value;
            ("createCourse", "course { id }", input)
        };
        let cases = [
            wrong("title", json!(" ")),
            wrong("title", json!("x".repeat(5_000))),
            wrong("slug", json!("No Slug")),
            wrong("language", json!("not a tag!")),
            wrong("listPrice", json!({ "amountMinor": -1, "currency": "KRW" })),
            wrong("listPrice", json!({ "amountMinor": 1, "currency": "XXX" })),
            wrong("instructorIds", json!([owner().user_id(), owner().user_id()])),
            wrong("categoryId", json!("crs_00000000000000000000000000")),
            wrong("thumbnailUrl", json!("javascript:alert(1)")),
            ("addLesson", "lesson { id }", json!({ "courseId": course, "title": "x", "durationSeconds": -1 })),
            ("upsertCategory", "category { id }", json!({ "slug": "No Slug", "name": "x" })),
            ("upsertCategory", "category { id }", json!({ "slug": "x", "name": " " })),
            ("upsertCategory", "category { id }", json!({ "slug": "x", "name": "x".repeat(121) })),
        ];
        for (mutation, entity, input) in cases {
            let reply = graph.subgraph.change(&owner(), mutation, entity, input.clone()).await;
            assert!(!reply.codes().is_empty(), "{input} is taken: {}", reply.body);
            assert!(reply.codes().iter().all(|code| !["INTERNAL", ""].contains(code)), "{input}: {}", reply.body);
        }
        graph.subgraph.stop().await;
    }

    /// P7: the same key and input act once and answer alike; the same key with another input is refused.
    async fn a_repeated_request_acts_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut input = graph.new_course("colour");
        input["idempotencyKey"] = json!("k1");
        let create = async |input| graph.subgraph.change(&owner(), "createCourse", "course { id title }", input).await.body;
        let first = create(input.clone()).await;
        assert_eq!(create(input.clone()).await, first);
        input["title"] = json!("Another");
        let other = create(input).await;
        assert_eq!(other["data"]["createCourse"]["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT");

        let course = first["data"]["createCourse"]["course"]["id"].as_str().unwrap().to_owned();
        let lesson = json!({ "courseId": course, "title": "Red", "idempotencyKey": "k2" });
        for _ in 0..2 {
            let reply = graph.subgraph.change(&owner(), "addLesson", "lesson { position course { lessonCount } }", lesson.clone()).await;
            assert_eq!(*reply.data("/addLesson/lesson"), json!({ "position": 1, "course": { "lessonCount": 1 } }));
        }
        graph.subgraph.stop().await;
    }
}
