//! Where people live and whom they walk with (domain 3.1).

use kit_testing::{Reply, TestDatabase};
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::House;

async fn move_to(house: &House, viewer: &Viewer, latitude: f64, longitude: f64) -> Reply {
    let input = json!({ "latitude": latitude, "longitude": longitude, "clientMutationId": "m" });
    house.change(viewer, "setHomeLocation", "user { homeGrid { nx ny } }", input).await
}

async fn join(house: &House, viewer: &Viewer, code: &str) -> Reply {
    let selection = "user { company { name } team { name memberCount } }";
    house.change(viewer, "joinTeam", selection, json!({ "inviteCode": code, "clientMutationId": "m" })).await
}

kit_testing::on_each_database! {
    /// Domain 3.1: of a place its cell is kept and told, once for each change.
    async fn a_home_is_a_cell_of_the_grid(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        for _ in 0..2 {
            let moved = move_to(&house, &lee, 37.5665, 126.9780).await;
            let payload = json!({ "user": { "homeGrid": { "nx": 60, "ny": 127 } }, "userErrors": [], "clientMutationId": "m" });
            assert_eq!(*moved.data("/setHomeLocation"), payload, "{}", moved.body);
        }
        let told = ["identity.user.registered.v1", "identity.user.home_changed.v1"];
        assert_eq!(house.published().await, told);
        let data = json!({ "id": lee.user_id(), "homeGrid": { "nx": 60, "ny": 127 }, "version": 2 });
        assert_eq!(house.last_event(told[1]).await, data);
        let stored = house.database().query("SELECT nx, ny FROM users").fetch_one().await.unwrap();
        assert_eq!((stored.get::<i64>("nx").unwrap(), stored.get::<i64>("ny").unwrap()), (60, 127));
        house.stop().await;
    }

    /// 7.1: INVALID_PROFILE with the coordinate that leads out of the grid; nothing changes.
    async fn places_outside_of_the_grid_are_refused(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        for (latitude, longitude, field) in [(35.6762, 139.6503, "longitude"), (25.0, 126.0, "latitude"), (91.0, 126.0, "latitude")] {
            let refused = move_to(&house, &lee, latitude, longitude).await;
            assert_eq!(refused.user_error("setHomeLocation"), "INVALID_PROFILE", "{}", refused.body);
            assert_eq!(*refused.data("/setHomeLocation/userErrors/0/path"), json!(["input", field]));
            assert!(refused.data("/setHomeLocation/user").is_null());
        }
        assert_eq!(house.published().await, ["identity.user.registered.v1"]);
        house.stop().await;
    }

    /// S4, domain 3.1: a code brings into its team and that team's company; another team of the company later.
    async fn an_invitation_brings_into_a_team(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let acme = house.company(1, "Acme").await;
        let (one, two) = (house.team(1, acme, "first-code").await, house.team(2, acme, "second-code").await);
        for _ in 0..2 {
            let joined = join(&house, &lee, " first-code ").await;
            let user = json!({ "company": { "name": "Acme" }, "team": { "name": "Team 1", "memberCount": 1 } });
            assert_eq!(*joined.data("/joinTeam"), json!({ "user": user, "userErrors": [], "clientMutationId": "m" }));
        }
        assert_eq!(house.published().await, ["identity.user.registered.v1", "identity.user.team_changed.v1"]);
        let data = |team, version| json!({ "id": lee.user_id(), "companyId": acme, "teamId": team, "version": version });
        assert_eq!(house.last_event("identity.user.team_changed.v1").await, data(one, 2));
        assert_eq!(join(&house, &lee, "second-code").await.text_at("/joinTeam/user/team/name"), "Team 2");
        assert_eq!(house.last_event("identity.user.team_changed.v1").await, data(two, 3));
        house.stop().await;
    }

    /// 7.1: INVITE_INVALID, TEAM_COMPANY_MISMATCH; guessing is slowed down, and being right forgets the guesses.
    async fn other_codes_are_refused(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let (acme, other) = (house.company(1, "Acme").await, house.company(2, "Other").await);
        house.team(1, acme, "our-code").await;
        house.team(2, other, "their-code").await;
        house.place(&lee, acme, None).await;
        let expect = async |code: &str, refusal: &str| {
            let refused = join(&house, &lee, code).await;
            assert_eq!(refused.user_error("joinTeam"), refusal, "{}", refused.body);
            assert_eq!(*refused.data("/joinTeam/userErrors/0/path"), json!(["input", "inviteCode"]));
        };
        expect("their-code", "TEAM_COMPANY_MISMATCH").await;
        for code in ["", "OUR-CODE", "our-cod"] {
            expect(code, "INVITE_INVALID").await;
        }
        assert_eq!(house.published().await, ["identity.user.registered.v1"]);
        assert_eq!(join(&house, &lee, "our-code").await.text_at("/joinTeam/user/team/name"), "Team 1");
        for _ in 0..5 {
            expect("guess", "INVITE_INVALID").await;
        }
        let slowed = join(&house, &lee, "our-code").await;
        assert_eq!(slowed.codes(), ["RATE_LIMITED"], "{}", slowed.body);
        house.clock().advance(std::time::Duration::from_secs(31));
        assert_eq!(join(&house, &lee, "our-code").await.codes(), Vec::<&str>::new());
        house.stop().await;
    }

    /// P11: nobody without an account, and nobody whose account is not in use.
    async fn only_people_whose_accounts_are_in_use_move(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let inputs: [(&str, Value); 2] = [
            ("setHomeLocation", json!({ "latitude": 37.5665, "longitude": 126.978 })),
            ("joinTeam", json!({ "inviteCode": "code" })),
        ];
        let acme = house.company(1, "Acme").await;
        house.team(1, acme, "code").await;
        house.database().query("UPDATE users SET status = 'SUSPENDED'").execute().await.unwrap();
        for (mutation, input) in inputs {
            let nobody = house.change(&Viewer::anonymous(), mutation, "user { id }", input.clone()).await;
            assert_eq!(nobody.codes(), ["UNAUTHENTICATED"], "{mutation}");
            let gone = house.change(&lee, mutation, "user { id }", input).await;
            assert_eq!(gone.user_error(mutation), "NOT_FOUND", "{}", gone.body);
        }
        house.stop().await;
    }
}
