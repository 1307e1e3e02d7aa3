//! Everyone, for administrators (domain 2.1, S3-USER-4).

use std::time::Duration;

use kit_testing::{Reply, TestDatabase, person};
use kit_viewer::{Role, Viewer};

use crate::house::House;

async fn list(house: &House, viewer: &Viewer, arguments: &str) -> Reply {
    let fields = "totalCount edges { node { displayName } } pageInfo { endCursor startCursor hasNextPage }";
    house.ask(viewer, &format!("{{ users({arguments}) {{ {fields} }} }}")).await
}

fn names(reply: &Reply) -> String {
    let edges = reply.data("/users/edges").as_array().unwrap_or_else(|| panic!("{}", reply.body));
    edges.iter().map(|edge| edge["node"]["displayName"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

async fn house(place: TestDatabase) -> House {
    let house = House::open(place).await;
    for name in ["lee", "Park", "choi", "ahn"] {
        house.person(name).await;
        house.clock().advance(Duration::from_secs(60));
    }
    house
}

kit_testing::on_each_database! {
    /// P6: every order, forward and backward, everyone once.
    async fn everyone_comes_page_by_page_in_every_order(place: TestDatabase) {
        let (house, admin) = (house(place).await, person(9, Role::Admin));
        let orders = [("NEWEST", "ahn choi Park lee"), ("HANDLE", "ahn choi lee Park"), ("DISPLAY_NAME", "Park ahn choi lee")];
        for (order, expected) in orders {
            let one = list(&house, &admin, &format!("first: 3, orderBy: {order}")).await;
            let cursor = one.text_at("/users/pageInfo/endCursor");
            let two = list(&house, &admin, &format!("first: 3, orderBy: {order}, after: \"{cursor}\"")).await;
            assert_eq!([names(&one), names(&two)].join(" "), expected, "{order}");
            assert_eq!((one.data("/users/totalCount").as_i64(), one.header("cache-control")), (Some(4), "no-store"));
            let cursor = two.text_at("/users/pageInfo/startCursor");
            let back = list(&house, &admin, &format!("last: 3, orderBy: {order}, before: \"{cursor}\"")).await;
            assert_eq!(names(&back), names(&one), "{order}");
            let foreign = if order == "NEWEST" { "HANDLE" } else { "NEWEST" };
            let refused = list(&house, &admin, &format!("first: 3, orderBy: {foreign}, after: \"{cursor}\"")).await;
            assert_eq!(refused.codes(), ["INVALID_CURSOR"]);
        }
        assert_eq!(names(&list(&house, &admin, "first: 9").await), "ahn choi Park lee", "latest account first");
        house.stop().await;
    }

    /// Domain 2.1: each filter, alone and together.
    async fn filters_narrow_the_list(place: TestDatabase) {
        let (house, admin) = (house(place).await, person(9, Role::Admin));
        let (company, lee) = (house.company(1, "Acme").await, house.login("lee", crate::house::PASSWORD).await);
        let team = house.team(1, company, "a").await;
        let lee = house.viewer_of(&lee);
        house.place(&lee, company, Some(team)).await;
        let grant = "INSERT INTO user_roles (user_id, role) VALUES (?, 'MENTOR')";
        house.database().query(grant).bind(lee.user_id().unwrap()).execute().await.unwrap();
        house.database().query("UPDATE users SET status = 'SUSPENDED' WHERE display_name = 'ahn'").execute().await.unwrap();
        let cases = [
            (String::new(), "Park ahn choi lee"),
            ("query: \"PA\"".to_owned(), "Park"),
            ("query: \"lee@demo\"".to_owned(), "lee"),
            ("query: \"ee\"".to_owned(), ""),
            ("query: \"_\"".to_owned(), ""),
            ("role: MENTEE".to_owned(), "Park ahn choi lee"),
            ("role: MENTOR".to_owned(), "lee"),
            ("role: ADMIN".to_owned(), ""),
            ("status: SUSPENDED".to_owned(), "ahn"),
            ("status: ACTIVE, query: \"a\"".to_owned(), ""),
            (format!("companyId: \"{company}\""), "lee"),
            (format!("teamId: \"{team}\""), "lee"),
        ];
        for (filter, expected) in cases {
            let found = list(&house, &admin, &format!("first: 9, orderBy: DISPLAY_NAME, filter: {{ {filter} }}")).await;
            assert_eq!(names(&found), expected, "{filter}");
            let count = i64::try_from(expected.split_whitespace().count()).unwrap();
            assert_eq!(found.data("/users/totalCount").as_i64(), Some(count), "{filter}");
        }
        house.stop().await;
    }

    /// P11, AS-096: holders of `user:read` alone.
    async fn the_list_is_for_readers_of_users(place: TestDatabase) {
        let house = house(place).await;
        let lee = house.viewer_of(&house.login("lee", crate::house::PASSWORD).await);
        for (viewer, code) in [(Viewer::anonymous(), "UNAUTHENTICATED"), (lee, "FORBIDDEN"), (person(8, Role::Ops), "FORBIDDEN")] {
            let refused = list(&house, &viewer, "first: 1").await;
            assert_eq!(refused.codes(), [code], "{viewer:?}");
            assert!(refused.data("/users").is_null());
        }
        house.stop().await;
    }
}
