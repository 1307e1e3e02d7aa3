//! Mottoes, as the router asks for them.

use kit_testing::{TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use serde_json::json;

const CHANGE: &str = "mutation($input: Change{{Name}}MottoInput!) {
  change{{Name}}Motto(input: $input) { user { {{name}}Motto } userErrors { code path } clientMutationId }
}";

kit_testing::on_each_database! {
    /// P7, P13: the payload shows the change, and its event is told.
    async fn a_person_has_the_motto_last_given(place: TestDatabase) {
        let subgraph = TestSubgraph::start(&{{name}}::SUBGRAPH, place).await;
        let viewer = person(1, Role::Mentee);
        for motto in ["carpe diem", "festina lente"] {
            let input = json!({ "motto": motto, "clientMutationId": "mine" });
            let reply = subgraph.ask_with(&viewer, CHANGE, json!({ "input": input })).await;
            let payload = json!({ "user": { "{{name}}Motto": motto }, "userErrors": [], "clientMutationId": "mine" });
            assert_eq!(*reply.data("/change{{Name}}Motto"), payload, "{}", reply.body);
        }
        let reply = subgraph.ask(&viewer, "{ viewer{{Name}}Motto }").await;
        assert_eq!(reply.data("/viewer{{Name}}Motto"), "festina lente");
        assert_eq!(subgraph.published().await, ["{{name}}.motto.changed.v1"; 2]);
        subgraph.stop().await;
    }

    /// P7, P11: what is no motto is data, who is not signed in an error; neither changes anything.
    async fn a_refusal_changes_nothing(place: TestDatabase) {
        let subgraph = TestSubgraph::start(&{{name}}::SUBGRAPH, place).await;
        let input = json!({ "input": { "motto": " " } });
        let reply = subgraph.ask_with(&person(1, Role::Mentee), CHANGE, input.clone()).await;
        assert_eq!(reply.user_error("change{{Name}}Motto"), "INVALID_MOTTO", "{}", reply.body);
        let reply = subgraph.ask_with(&Viewer::anonymous(), CHANGE, input).await;
        assert_eq!(reply.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(subgraph.published().await, Vec::<String>::new());
        subgraph.stop().await;
    }

    /// P16: the mottoes of many people are one statement.
    async fn many_people_are_read_at_once(place: TestDatabase) {
        let subgraph = TestSubgraph::start(&{{name}}::SUBGRAPH, place).await;
        let viewer = person(1, Role::Mentee);
        subgraph.ask_with(&viewer, CHANGE, json!({ "input": { "motto": "carpe diem" } })).await;
        let people: Vec<_> = (0..9).map(|number| json!({ "id": person(number, Role::Mentee).user_id() })).collect();
        let ask = subgraph.entities(&viewer, "User", people, "{ id {{name}}Motto }");
        let (reads, found) = subgraph.count_reads("mottoes", ask).await;
        assert_eq!((reads, &found[1]["{{name}}Motto"]), (1, &json!("carpe diem")));
        subgraph.stop().await;
    }
}
