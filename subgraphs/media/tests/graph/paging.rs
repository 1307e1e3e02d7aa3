//! Pages of one's files (P6).

use std::time::Duration;

use kit_ids::UserId;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{House, TEXT, admin, learner, user};

async fn page(house: &House, viewer: &Viewer, arguments: &str) -> Value {
    let selection = format!(
        "{{ uploads({arguments}) {{ totalCount edges {{ node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let key = [json!({ "id": user(&learner()) })];
    house.entities(viewer, "User", key, &selection).await[0]["uploads"].clone()
}

fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap_or_else(|| panic!("no page: {page}"));
    edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

kit_testing::on_each_database! {
    /// P6: newest first, every entry once, from both ends, and counted; what was deleted is not among them.
    async fn files_come_page_by_page_newest_first(place: TestDatabase) {
        let house = House::open(place).await;
        let mut sent = Vec::new();
        for _ in 0..6 {
            house.clock().advance(Duration::from_secs(1));
            sent.push(house.keep(&learner(), TEXT).await);
        }
        house.delete(&learner(), &sent.remove(2)).await;
        sent.reverse();
        let first = page(&house, &learner(), "first: 3").await;
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
        let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
        let second = page(&house, &learner(), &format!("first: 3, after: \"{cursor}\"")).await;
        assert_eq!([ids(&first), ids(&second)].concat(), sent);
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        let last = page(&house, &learner(), "last: 2").await;
        assert_eq!((ids(&last), &last["pageInfo"]["hasPreviousPage"]), (sent[3..].to_vec(), &json!(true)));
        let cursor = last["pageInfo"]["startCursor"].as_str().unwrap();
        assert_eq!(ids(&page(&house, &learner(), &format!("last: 9, before: \"{cursor}\"")).await), sent[..3]);
        house.stop().await;
    }

    /// P6, P8: sizes and cursors that are none.
    async fn bad_pages_are_refused(place: TestDatabase) {
        let house = House::open(place).await;
        house.keep(&learner(), TEXT).await;
        for (arguments, code) in [
            ("first: 0", "BAD_USER_INPUT"), ("first: 101", "BAD_USER_INPUT"), ("first: 1, last: 1", "BAD_USER_INPUT"),
            ("first: 1, after: \"x\"", "INVALID_CURSOR"),
        ] {
            let query = format!(
                "{{ _entities(representations: [{{ __typename: \"User\", id: \"{}\" }}]) {{ ... on User {{ uploads({arguments}) {{ totalCount }} }} }} }}",
                user(&learner())
            );
            let reply = house.ask(&learner(), &query).await;
            assert_eq!(reply.codes(), [code], "{arguments}: {}", reply.body);
        }
        house.stop().await;
    }

    /// P16: the files of many people are read by one statement, and counted by another.
    async fn the_files_of_many_people_are_read_at_once(place: TestDatabase) {
        let house = House::open(place).await;
        house.keep(&learner(), TEXT).await;
        let people: Vec<Value> = (1..20).map(|number| json!({ "id": UserId::from_bytes([number; 16]) })).collect();
        let viewer = admin();
        let selection = "{ uploads(first: 1) { totalCount edges { node { fileName } } } }";
        let (reads, found) = house.count_reads("media_files", house.entities(&viewer, "User", people, selection)).await;
        assert_eq!(found[0]["uploads"]["edges"][0]["node"]["fileName"], "digits.txt", "{found:?}");
        assert_eq!(reads, 2);
        house.stop().await;
    }
}
