//! Pages of one's places (P6).

use std::time::Duration;

use kit_ids::CourseId;
use kit_testing::TestDatabase;
use serde_json::{Value, json};

use super::{Graph, admin, learner};

kit_testing::on_each_database! {
    /// P6: newest first, every entry once, and counted.
    async fn places_come_page_by_page_newest_first(place: TestDatabase) {
        let graph = Graph::on(place).await;
        for number in 0..5 {
            graph.subgraph.clock().advance(Duration::from_secs(1));
            let course = CourseId::from_bytes([100 + number; 16]);
            let insert = "INSERT INTO course_prices (course_id, amount_minor, currency, status, seq) VALUES (?, 0, 'KRW', 'PUBLISHED', 1)";
            graph.subgraph.database().query(insert).bind(course).execute().await.unwrap();
            graph.enroll(&learner(), course).await;
        }
        let page = async |arguments: String| -> Value {
            let selection = format!(
                "{{ enrollments({arguments}) {{ totalCount edges {{ node {{ course {{ id }} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let key = [json!({ "id": learner().user_id() })];
            graph.subgraph.entities(&learner(), "User", key, &selection).await[0]["enrollments"].clone()
        };
        let courses = |page: &Value| -> Vec<Value> {
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["course"]["id"].clone()).collect()
        };
        let all = courses(&page("first: 9".to_owned()).await);
        let expected: Vec<Value> = (0..5).rev().map(|number| json!(CourseId::from_bytes([100 + number; 16]))).collect();
        assert_eq!(all, expected);
        let first = page("first: 3".to_owned()).await;
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
        let cursor = first["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let second = page(format!("first: 3, after: \"{cursor}\"")).await;
        assert_eq!([courses(&first), courses(&second)].concat(), all);
        assert_eq!(courses(&page("first: 9, completed: true".to_owned()).await), Vec::<Value>::new());
        assert_eq!(courses(&page("last: 2".to_owned()).await), all[3..]);
        graph.subgraph.stop().await;
    }

    /// P16: the places of many people are read by one statement.
    async fn the_places_of_many_people_are_read_at_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.enroll(&learner(), super::FREE).await;
        let people: Vec<Value> = (1..20).map(|number| json!({ "id": kit_ids::UserId::from_bytes([number; 16]) })).collect();
        let viewer = admin();
        let ask = graph.subgraph.entities(&viewer, "User", people, "{ enrollments(first: 1) { edges { node { source } } } }");
        let (reads, found) = graph.subgraph.count_reads("enrollments", ask).await;
        assert_eq!((reads, &found[0]["enrollments"]["edges"][0]["node"]["source"]), (1, &json!("FREE")), "{found:?}");
        graph.subgraph.stop().await;
    }
}
