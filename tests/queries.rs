//! What the graph answers: across subgraphs, by every key, and about itself.

use serde_json::{Value, json};

use crate::product::in_both_shapes;

/// The query that a newcomer tries first: three subgraphs, both `@requires` fields, a list of joins.
const FIRST_QUERY: &str = "{ me { displayName enrollments(first: 5) { edges { node { enrolledAt course { title \
    viewerPrice { amount { amountMinor } reason } viewerProgress { percent } instructors { displayName } } } } } } }";

in_both_shapes! {
    /// S0-ENR-1, P16: identity, enrollment and learning answer one query, and everything asked for is there.
    async fn one_query_crosses_three_subgraphs(product: &Product) {
        let reply = product.signed_in("learner_lee").await.query(FIRST_QUERY).await;
        let edges = reply.data()["me"]["enrollments"]["edges"].as_array().unwrap().clone();
        assert_eq!(edges.len(), 5, "{reply:#?}");
        for edge in &edges {
            let course = &edge["node"]["course"];
            assert!(edge["node"]["enrolledAt"].as_str().unwrap().ends_with('Z'));
            assert!(!course["title"].as_str().unwrap().is_empty());
            assert_eq!(course["viewerPrice"]["reason"], "ALREADY_OWNED");
            assert!(course["viewerProgress"]["percent"].is_number());
            assert!(!course["instructors"][0]["displayName"].as_str().unwrap().is_empty());
        }
    }

    /// 5.1: learner_lee has one course at 88 percent.
    async fn the_persona_with_one_course_at_88_percent_has_it(product: &Product) {
        let reply = product
            .signed_in("learner_lee")
            .await
            .query("{ me { enrollments(first: 50) { edges { node { course { viewerProgress { percent } } } } } } }")
            .await;
        let percents: Vec<i64> = reply.data()["me"]["enrollments"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["node"]["course"]["viewerProgress"]["percent"].as_f64().unwrap().round() as i64)
            .collect();
        assert_eq!(percents.iter().filter(|percent| **percent == 88).count(), 1, "{percents:?}");
    }

    /// 7.2: User has two keys, Course has two keys; both find the same entity.
    async fn an_entity_is_found_by_each_of_its_keys(product: &Product) {
        let client = product.signed_in("learner_lee").await;
        let me = client.query("{ me { id handle } }").await;
        let by_handle = client.query("{ user(handle: \"learner_lee\") { id taughtCourses(first: 1) { totalCount } } }").await;
        assert_eq!(by_handle.data()["user"]["id"], me.data()["me"]["id"]);

        let courses = client.query("{ courses(first: 1) { edges { node { id slug } } } }").await;
        let course = courses.data()["courses"]["edges"][0]["node"].clone();
        let by_slug = client
            .operation("query($slug: String!) { course(slug: $slug) { id viewerPrice { reason } } }", json!({ "slug": course["slug"] }))
            .await;
        assert_eq!(by_slug.data()["course"]["id"], course["id"]);
        assert!(by_slug.data()["course"]["viewerPrice"]["reason"].is_string());
    }

    /// P6: a connection's pages follow one another without a gap or a repetition.
    async fn the_pages_of_a_connection_cover_it_once(product: &Product) {
        let query = "query($after: String) { courses(first: 5, after: $after) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } }";
        let client = product.client();
        let (mut seen, mut after, mut total) = (Vec::new(), Value::Null, 0);
        loop {
            let reply = client.operation(query, json!({ "after": after })).await;
            let courses = &reply.data()["courses"];
            total = courses["totalCount"].as_u64().unwrap_or(total);
            seen.extend(courses["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()));
            if courses["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = courses["pageInfo"]["endCursor"].clone();
        }
        let found = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), found, "a course stands on two pages");
        assert_eq!(seen.len() as u64, total);
        assert!(total > 5, "the scenario needs more than a page");
    }

    /// P6: a cursor that was not made here fails closed.
    async fn a_forged_cursor_is_refused(product: &Product) {
        let reply = product.client().query("{ courses(first: 5, after: \"Zm9yZ2Vk\") { totalCount } }").await;
        assert_eq!(reply.code(), "INVALID_CURSOR", "{reply:#?}");
    }

    /// P5: an id of the wrong kind is bad input, not an empty answer.
    async fn an_id_of_the_wrong_kind_is_refused(product: &Product) {
        let reply = product.client().query("{ course(id: \"usr_01jb0000000000000000000000\") { title } }").await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{reply:#?}");
    }

    /// The public schema is introspected completely, and shows nothing of the federation below it.
    async fn introspection_shows_the_public_schema_only(product: &Product) {
        let reply = product.client().query("{ __schema { queryType { name } types { name fields { name } } directives { name } } }").await;
        let types = reply.data()["__schema"]["types"].as_array().unwrap();
        let names: Vec<&str> = types.iter().map(|found| found["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"Course") && names.contains(&"Enrollment"));
        assert!(!names.iter().any(|name| name.contains("join__") || name.starts_with("_") && !name.starts_with("__")), "{names:?}");
        let fields = |name: &str| -> Vec<String> {
            let found = types.iter().find(|found| found["name"] == name).unwrap();
            found["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
        };
        assert!(fields("Course").contains(&"viewerPrice".to_owned()), "a field of enrollment stands on learning's type");
        assert!(!fields("Query").iter().any(|field| field.starts_with('_')));
    }

    /// GraphQL section 6.2.2: the root fields of a mutation run one after the other, in their order.
    async fn mutations_run_in_their_order(product: &Product) {
        let client = product.signed_in("new_user").await;
        let reply = client
            .query(
                "mutation { first: updateProfile(input: { bio: \"one\" }) { user { bio } } \
                 second: updateProfile(input: { bio: \"two\" }) { user { bio } } }",
            )
            .await;
        assert_eq!(reply.data()["first"]["user"]["bio"], "one");
        assert_eq!(reply.data()["second"]["user"]["bio"], "two");
        let after = client.query("{ me { bio } }").await;
        assert_eq!(after.data()["me"]["bio"], "two");
    }

    /// S0-ENR-1: enrolling in a free course, through a mutation whose payload crosses subgraphs.
    async fn a_user_enrols_in_a_free_course(product: &Product) {
        let client = product.signed_in("new_user").await;
        let courses = client.query("{ courses(first: 100) { edges { node { id viewerPrice { reason } } } } }").await;
        let free = courses.data()["courses"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| &edge["node"])
            .find(|course| matches!(course["viewerPrice"]["reason"].as_str(), Some("FREE")))
            .expect("the demonstration data has a free course")["id"]
            .clone();
        let enrol = "mutation($input: EnrollInCourseInput!) { enrollInCourse(input: $input) { \
                     enrollment { source course { title viewerPrice { reason } } user { handle } } userErrors { message } } }";
        let reply = client.operation(enrol, json!({ "input": { "courseId": free } })).await;
        let payload = &reply.data()["enrollInCourse"];
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(payload["enrollment"]["source"], "FREE");
        assert_eq!(payload["enrollment"]["user"]["handle"], "new_user");
        assert_eq!(payload["enrollment"]["course"]["viewerPrice"]["reason"], "ALREADY_OWNED");

        let again = client.operation(enrol, json!({ "input": { "courseId": free } })).await;
        assert_eq!(again.data()["enrollInCourse"]["enrollment"], Value::Null);
        assert!(again.data()["enrollInCourse"]["userErrors"][0]["message"].is_string());
    }

    /// P9, S0-GW-2: without a token, what needs a viewer is null and the rest is there.
    async fn an_anonymous_viewer_sees_what_is_public(product: &Product) {
        let reply = product.client().query("{ me { id } courses(first: 1) { edges { node { title viewerEnrollment { id } } } } }").await;
        assert_eq!(reply.at("/data/me"), &Value::Null);
        assert!(reply.at("/data/courses/edges/0/node/title").is_string());
        assert_eq!(reply.code(), "UNAUTHENTICATED", "{reply:#?}");
    }
}
