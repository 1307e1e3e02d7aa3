//! Companies and teams, and who sees their people.

use kit_testing::{TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::House;

fn names<'v>(connection: &'v Value, field: &str) -> Vec<&'v str> {
    let edges = connection["edges"].as_array().unwrap_or_else(|| panic!("{connection}"));
    edges.iter().map(|edge| edge["node"][field].as_str().unwrap()).collect()
}

kit_testing::on_each_database! {
    /// Domain 2.1, P6: companies by name, those that begin with a text, page by page.
    async fn companies_come_by_name(place: TestDatabase) {
        let house = House::open(place).await;
        for (number, name) in (1..).zip(["Beta", "Alpha 100%", "Alpha", "Gamma"]) {
            house.company(number, name).await;
        }
        let list = async |arguments: &str| {
            let fields = "totalCount edges { node { name } } pageInfo { endCursor hasNextPage }";
            house.ask(&Viewer::anonymous(), &format!("{{ companies({arguments}) {{ {fields} }} }}")).await
        };
        let first = list("first: 3").await;
        assert_eq!(names(first.data("/companies"), "name"), ["Alpha", "Alpha 100%", "Beta"]);
        assert_eq!(first.data("/companies/totalCount"), 4);
        let cursor = first.text_at("/companies/pageInfo/endCursor");
        let rest = list(&format!("first: 3, after: \"{cursor}\"")).await;
        assert_eq!(names(rest.data("/companies"), "name"), ["Gamma"]);
        assert_eq!(rest.data("/companies/pageInfo/hasNextPage"), false);
        for (query, expected) in [("alpha", 2), ("Alpha", 2), ("Alpha 1", 1), ("lpha", 0), ("%", 0), ("_lpha", 0), ("", 4)] {
            let found = list(&format!("first: 9, query: \"{query}\"")).await;
            assert_eq!(found.data("/companies/totalCount"), expected, "{query}");
            assert_eq!(names(found.data("/companies"), "name").len(), expected, "{query}");
        }
        for (arguments, code) in [("query: \"a\"", "BAD_USER_INPUT"), ("first: 1, after: \"x\"", "INVALID_CURSOR")] {
            assert_eq!(list(arguments).await.codes(), [code]);
        }
        house.stop().await;
    }

    /// P11, AS-097, AS-102: the people of a team are for those of the same company and readers of users; who has left is not among them.
    async fn colleagues_see_the_people_of_a_team(place: TestDatabase) {
        let house = House::open(place).await;
        let (acme, other_company) = (house.company(1, "Acme").await, house.company(2, "Other").await);
        let (team, other_team) = (house.team(1, acme, "a").await, house.team(2, other_company, "b").await);
        let (lee, park, choi, stranger) =
            (house.person("lee").await, house.person("park").await, house.person("choi").await, house.person("kim").await);
        let left = house.person("jung").await;
        house.place(&lee, acme, Some(team)).await;
        house.place(&park, acme, None).await;
        house.place(&choi, acme, Some(team)).await;
        house.place(&left, acme, Some(team)).await;
        house.place(&stranger, other_company, Some(other_team)).await;
        let leave = "UPDATE users SET status = 'DEACTIVATED' WHERE id = ?";
        house.database().query(leave).bind(left.user_id().unwrap()).execute().await.unwrap();

        let query = format!(
            "{{ team(id: \"{team}\") {{ name memberCount members(first: 5) {{ totalCount edges {{ node {{ displayName }} }} }} }} }}"
        );
        let admin = person(9, Role::Admin);
        let nobody = house.person("nobody").await;
        let viewers = [
            (Viewer::anonymous(), Some("UNAUTHENTICATED")), (nobody, Some("FORBIDDEN")), (stranger, Some("FORBIDDEN")),
            (lee, None), (park, None), (admin, None),
        ];
        for (viewer, refusal) in viewers {
            let reply = house.ask(&viewer, &query).await;
            assert_eq!(reply.codes().first().copied(), refusal, "{viewer:?}: {}", reply.body);
            assert_eq!(*reply.data("/team/name"), json!("Team 1"), "the rest of the team is for everyone");
            if refusal.is_none() {
                assert_eq!(names(reply.data("/team/members"), "displayName"), ["choi", "lee"]);
                assert_eq!(reply.data("/team/members/totalCount"), 2);
                assert_eq!(reply.data("/team/memberCount"), 2);
                assert_eq!(reply.header("cache-control"), "no-store");
            }
        }
        house.stop().await;
    }

    /// P16: teams of companies and people of teams, one statement for each.
    async fn lists_below_many_are_read_at_once(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let mut keys = Vec::new();
        for number in 1..=4 {
            let company = house.company(number, &format!("Company {number}")).await;
            for part in 0..3 {
                house.team(number * 10 + part, company, &format!("{number} {part}")).await;
            }
            keys.push(json!({ "id": company }));
            house.place(&lee, company, None).await;
        }
        let selection = "{ name memberCount teams(first: 2) { totalCount edges { node { name memberCount } } } }";
        let anonymous = Viewer::anonymous();
        let ask = house.entities(&anonymous, "Company", keys, selection);
        let (reads, found) = house.count_reads("teams", ask).await;
        assert!(reads <= 2, "{reads} statements: one for the pages, one for the counts");
        for (number, company) in (1..).zip(&found) {
            assert_eq!(company["teams"]["totalCount"], 3, "{company}");
            let expected = [format!("Team {}", number * 10), format!("Team {}", number * 10 + 1)];
            assert_eq!(names(&company["teams"], "name"), expected);
        }

        let teams: Vec<Value> = (40..43).map(|number| json!({ "id": kit_ids::TeamId::from_bytes([number; 16]) })).collect();
        let selection = "{ members(first: 2) { totalCount edges { node { handle } } } }";
        let ask = house.entities(&lee, "Team", teams, selection);
        let (reads, found) = house.count_reads("users", ask).await;
        assert!(found.iter().all(|team| team["members"]["totalCount"] == 0), "{found:?}");
        assert!(reads <= 3, "{reads} statements: the viewer, the pages and the counts");
        house.stop().await;
    }
}
