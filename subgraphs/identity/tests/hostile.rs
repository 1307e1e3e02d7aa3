//! Text that is not meant well, and ids of what belongs to others.

use kit_ids::LoginEventId;
use kit_testing::{TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::House;

kit_testing::on_each_database! {
    /// OW-02: whatever takes text takes it as text.
    async fn no_text_becomes_part_of_a_statement(place: TestDatabase) {
        let house = House::open(place).await;
        let admin = house.admin("lee").await;
        let company = house.company(1, "Acme").await;
        house.team(1, company, "a").await;
        let known = [("clientId", json!("a_program")), ("scopes", json!(["partner:read"])), ("contract", json!("partner"))];
        let places = kit_testing::assert_text_stays_text(&house, &(identity::SUBGRAPH.sdl)(), &admin, &known).await;
        assert!(places > 40, "{places}");
        house.stop().await;
    }

    /// AMP-29: a text to look for is as long as an address may be at most.
    async fn what_is_looked_for_is_bounded(place: TestDatabase) {
        let house = House::open(place).await;
        let admin = house.admin("lee").await;
        let lists = [
            ("users", "query($text: String) { users(first: 1, filter: { query: $text }) { totalCount } }"),
            ("companies", "query($text: String) { companies(first: 1, query: $text) { totalCount } }"),
            ("partners", "query($text: String) { partners(first: 1, query: $text) { totalCount } }"),
        ];
        for (table, query) in lists {
            for (text, codes) in [
                ("%_".repeat(127), vec![]), ("강".repeat(254), vec![]),
                ("%".repeat(255), vec!["BAD_USER_INPUT"]), ("%_".repeat(50_000), vec!["BAD_USER_INPUT"]),
            ] {
                let asked = house.ask_with(&admin, query, json!({ "text": text }));
                let (reads, reply) = house.count_reads(table, asked).await;
                assert_eq!(reply.codes(), codes, "{table}: {}", reply.body);
                assert!(codes.is_empty() && reply.data(&format!("/{table}/totalCount")) == 0 || reads == 0, "{}", reply.body);
            }
        }
        house.stop().await;
    }

    /// FED-05, FED-06, FED-28, FED-29, ADV-80, OW-18: sign-ins are reached by id by their owner alone; those of others and those
    /// that are not there look the same, and so does what is no id, or the id of something else.
    async fn ids_of_others_are_those_of_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let (lee, park) = (house.person("lee").await, house.person("park").await);
        let id: LoginEventId = {
            let select = house.database().query("SELECT id FROM login_events WHERE user_id = ?");
            select.bind(lee.user_id().unwrap()).fetch_one().await.unwrap().get(0).unwrap()
        };
        let missing = LoginEventId::from_bytes([1; 16]);
        let admin = person(9, Role::Admin);
        let ask = async |viewer: &Viewer, id: String, extra: &Value| {
            let mut key = json!({ "__typename": "LoginEvent", "id": id });
            // What the router never sends: fields that would make it another's.
            key.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let query = "query($all: [_Any!]!) { _entities(representations: $all) { ... on LoginEvent { kind } } }";
            let reply = house.ask_with(viewer, query, json!({ "all": [key] })).await;
            (reply.data("/_entities/0").clone(), reply.codes().join(" "))
        };
        for viewer in [&Viewer::anonymous(), &park, &lee] {
            let claims = json!({ "user": { "id": viewer.user_id() }, "userId": viewer.user_id(), "kind": "LOGOUT" });
            for extra in [json!({}), claims] {
                let (found, foreign) = (ask(viewer, id.to_string(), &extra).await, ask(viewer, missing.to_string(), &extra).await);
                assert!(foreign.0.is_null(), "{foreign:?}");
                if viewer.user_id() == lee.user_id() {
                    assert_eq!(found.0, json!({ "kind": "LOGIN" }));
                } else {
                    assert_eq!(found, foreign, "{viewer:?}");
                }
            }
        }
        assert_eq!(ask(&admin, id.to_string(), &json!({})).await.0, json!({ "kind": "LOGIN" }), "`user:read` sees it");
        for malformed in [String::new(), "1".to_owned(), lee.user_id().unwrap().to_string(), format!("{id}0"), "' OR 1=1".to_owned()] {
            let answers = [ask(&lee, malformed.clone(), &json!({})).await, ask(&park, malformed.clone(), &json!({})).await];
            assert!(answers[0] == answers[1] && answers[0].0.is_null(), "{malformed}: {answers:?}");
        }
        house.stop().await;
    }
}
