//! What the graph tells of people.

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use crate::house::House;

kit_testing::on_each_database! {
    /// P11: private fields are for their owner only.
    async fn private_fields_are_for_their_owner(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let park = house.person("park").await;
        let mine = house.graph(&lee, "{ me { email loginHistory(first: 5) { totalCount edges { node { kind } } } } }").await;
        let history = json!({ "totalCount": 1, "edges": [{ "node": { "kind": "LOGIN" } }] });
        assert_eq!(mine["data"]["me"], json!({ "email": "lee@demo.invalid", "loginHistory": history }));

        let id = lee.user_id().unwrap();
        let query = format!("{{ user(id: \"{id}\") {{ displayName email loginHistory(first: 5) {{ totalCount }} }} }}");
        let others = house.graph(&park, &query).await;
        let user = &others["data"]["user"];
        assert_eq!((&user["displayName"], &user["email"], &user["loginHistory"]), (&json!("lee"), &json!(null), &json!(null)));
        assert_eq!(others["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let nobodys = house.graph(&Viewer::anonymous(), "{ me { id } }").await;
        assert_eq!(nobodys["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        house.stop().await;
    }

    /// domain 3.1: a handle changes once in 30 days, is unique, and is reserved when it is given up.
    async fn a_handle_is_unique_and_stays_for_thirty_days(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let park = house.person("park").await;
        let update = |handle: &str| {
            let input = format!("{{ handle: \"{handle}\", clientMutationId: \"m\" }}");
            format!("mutation {{ updateProfile(input: {input}) {{ user {{ handle }} userErrors {{ code path }} clientMutationId }} }}")
        };
        let done = house.graph(&lee, &update("lee_1")).await;
        let payload = json!({ "user": { "handle": "lee_1" }, "userErrors": [], "clientMutationId": "m" });
        assert_eq!(done["data"]["updateProfile"], payload);
        let code = |answer: serde_json::Value| answer["data"]["updateProfile"]["userErrors"][0]["code"].clone();
        assert_eq!(code(house.graph(&lee, &update("lee_2")).await), "HANDLE_COOLDOWN");
        assert_eq!(code(house.graph(&park, &update("lee_1")).await), "HANDLE_TAKEN");
        assert_eq!(code(house.graph(&park, &update("No!")).await), "INVALID_PROFILE");
        assert_eq!(house.published().await.last().unwrap(), "identity.user.profile_updated.v1");
        house.stop().await;
    }

    /// P5, P16: entities by both keys, in order, missing ones null, one statement per loader.
    async fn entities_are_found_at_once(place: TestDatabase) {
        let house = House::open(place).await;
        let ids = [house.person("lee").await, house.person("park").await].map(|viewer| viewer.user_id().unwrap());
        let missing = kit_ids::UserId::from_bytes([1; 16]);
        let of = |id| format!("{{ __typename: \"User\", id: \"{id}\" }}");
        let query = format!(
            "{{ _entities(representations: [{}, {}, {}]) {{ ... on User {{ displayName }} }} }}",
            of(ids[1]), of(missing), of(ids[0])
        );
        let (reads, answer) = house.count_reads("users", house.graph(&Viewer::anonymous(), &query)).await;
        assert_eq!(answer["data"]["_entities"], json!([{ "displayName": "park" }, null, { "displayName": "lee" }]));
        assert_eq!(reads, 1);
        house.stop().await;
    }

    /// P11, AS-097, AS-098, AS-147: the owner and holders of `user:read` see what is private, everyone else nulls; nothing of it may be kept.
    async fn every_private_field_is_for_its_owner_and_readers_of_users(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let park = house.person("park").await;
        let admin = kit_testing::person(9, kit_viewer::Role::Admin);
        let id = lee.user_id().unwrap();
        let fields = "email roles loginHistory(first: 1) { totalCount }";
        for (viewer, sees) in [(Viewer::anonymous(), false), (park, false), (lee, true), (admin, true)] {
            let found = house.entities(&viewer, "User", [json!({ "id": id })], &format!("{{ displayName {fields} }}")).await;
            let is_signed_in = viewer.user_id().is_some();
            assert_eq!(!found[0]["roles"].is_null(), is_signed_in, "roles for {viewer:?}");
            for field in ["email", "loginHistory"] {
                assert_eq!(!found[0][field].is_null(), sees, "{field} for {viewer:?}: {}", found[0]);
            }
            assert_eq!(found[0]["displayName"], "lee");
        }
        house.stop().await;
    }

    /// P5: by handle, too.
    async fn a_user_is_found_by_handle(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        house.graph(&lee, "mutation { updateProfile(input: { handle: \"lee_1\" }) { user { id } } }").await;
        let keys = ["nobody", "lee_1"].map(|handle| json!({ "handle": handle }));
        let found = house.entities(&Viewer::anonymous(), "User", keys, "{ displayName }").await;
        assert_eq!(found, [json!(null), json!({ "displayName": "lee" })]);
        let asked = house.graph(&Viewer::anonymous(), "{ user(handle: \"lee_1\") { displayName } none: user(handle: \"x_y\") { id } }").await;
        assert_eq!((&asked["data"]["user"], &asked["data"]["none"]), (&json!({ "displayName": "lee" }), &json!(null)));
        house.stop().await;
    }

    /// S3-LOGIN, P6: every sign-in is there, newest first, page by page.
    async fn the_login_history_comes_page_by_page(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        for number in 0..4 {
            house.clock().advance(std::time::Duration::from_secs(60));
            let password = if number % 2 == 0 { crate::house::PASSWORD } else { "not the password" };
            house.login("lee", password).await;
        }
        let page = async |arguments: &str| {
            let query = format!("{{ me {{ loginHistory({arguments}) {{ totalCount edges {{ node {{ kind }} }} pageInfo {{ endCursor hasNextPage }} }} }} }}");
            house.graph(&lee, &query).await["data"]["me"]["loginHistory"].clone()
        };
        let kinds = |page: &serde_json::Value| {
            let edges = page["edges"].as_array().unwrap_or_else(|| panic!("{page}"));
            edges.iter().map(|edge| edge["node"]["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let first = page("first: 3").await;
        assert_eq!(kinds(&first), ["LOGIN_FAILED", "LOGIN", "LOGIN_FAILED"]);
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
        let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
        assert_eq!(kinds(&page(&format!("first: 3, after: \"{cursor}\"")).await), ["LOGIN", "LOGIN"]);
        house.stop().await;
    }
}
