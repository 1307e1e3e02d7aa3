//! What the graph tells of people.

use kit_testing::TestDatabase;
use kit_viewer::{SignedInUser, Viewer};
use serde_json::json;

use crate::house::House;

async fn registered(house: &House, name: &str) -> Viewer {
    let location = house.register(name).await.headers["location"].to_str().unwrap().to_owned();
    let id = location.strip_prefix("/users/").unwrap().parse().unwrap();
    Viewer::signed_in(SignedInUser::new(id))
}

kit_testing::on_each_database! {
    /// P11: private fields are for their owner only.
    async fn private_fields_are_for_their_owner(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = registered(&house, "lee").await;
        let park = registered(&house, "park").await;
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
        let lee = registered(&house, "lee").await;
        let park = registered(&house, "park").await;
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
        let ids = [registered(&house, "lee").await, registered(&house, "park").await].map(|viewer| viewer.user_id().unwrap());
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
}
