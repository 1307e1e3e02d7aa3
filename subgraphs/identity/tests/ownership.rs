//! Who gets what by the id of a person, a company, a team or a notice, whichever way the id is given (FED-29, OW-16, OW-18).

use kit_ids::{CompanyId, NotificationId, TeamId, UserId};
use kit_testing::{Reply, TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::House;
use crate::notifications::told;

/// What of a person is for some only.
const PRIVATE: &str =
    "email phone homeGrid { nx } loginHistory(first: 1) { totalCount } notifications(first: 1) { totalCount }";

/// The house of all tests here: Lee and Park are of one company and team, Kim is of another one.
struct Houseful {
    house: House,
    lee: Viewer,
    park: Viewer,
    kim: Viewer,
    admin: Viewer,
    company: CompanyId,
    team: TeamId,
}

impl Houseful {
    async fn open(place: TestDatabase) -> Self {
        let house = House::open(place).await;
        let lee = told(&house).await;
        let (park, kim) = (house.person("park").await, house.person("kim").await);
        let (company, other) = (house.company(1, "Acme").await, house.company(2, "Other").await);
        let (team, other_team) = (house.team(1, company, "a").await, house.team(2, other, "b").await);
        house.place(&lee, company, Some(team)).await;
        house.place(&park, company, Some(team)).await;
        house.place(&kim, other, Some(other_team)).await;
        let update = "UPDATE users SET phone = '+821012345678', nx = 60, ny = 127 WHERE id = ?";
        house.database().query(update).bind(lee.user_id().unwrap()).execute().await.unwrap();
        Self { house, lee, park, kim, admin: person(9, Role::Admin), company, team }
    }

    fn viewers(&self) -> [(&'static str, Viewer); 5] {
        [
            ("nobody", Viewer::anonymous()),
            ("the owner", self.lee.clone()),
            ("a colleague", self.park.clone()),
            ("a stranger", self.kim.clone()),
            ("an administrator", self.admin.clone()),
        ]
    }
}

/// The first entity of this type by this key, with fields beside it that the router never sends.
async fn entity(house: &House, viewer: &Viewer, type_name: &str, key: &Value, selection: &str) -> Reply {
    let mut representation = json!({ "__typename": type_name });
    representation.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
    let query = format!(
        "query($all: [_Any!]!) {{ _entities(representations: $all) {{ ... on {type_name} {{ {selection} }} }} }}"
    );
    house.ask_with(viewer, &query, json!({ "all": [representation] })).await
}

/// The reply without what differs from request to request.
fn shape(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"].as_object_mut().unwrap().remove("traceId");
    }
    body
}

kit_testing::on_each_database! {
    /// FED-29, FED-05: what is private of a person stays so, whichever way one comes to the person, and whatever a
    /// representation says beside its key.
    async fn nothing_private_comes_with_the_id_of_a_person(place: TestDatabase) {
        let all = Houseful::open(place).await;
        let (house, id) = (&all.house, all.lee.user_id().unwrap());
        let handle: String = {
            let select = house.database().query("SELECT handle FROM users WHERE id = ?");
            select.bind(id).fetch_one().await.unwrap().get(0).unwrap()
        };
        for (name, viewer) in all.viewers() {
            let mine = json!({ "id": id, "email": "x", "status": "ACTIVE", "userId": viewer.user_id(), "roles": ["ADMIN"] });
            let root = |argument: String| format!("{{ user({argument}) {{ displayName {PRIVATE} }} }}");
            let of_team = format!("members(first: 9) {{ edges {{ node {{ displayName {PRIVATE} }} }} }}");
            let replies = [
                ("/user", house.ask(&viewer, &root(format!("id: \"{id}\""))).await),
                ("/user", house.ask(&viewer, &root(format!("handle: \"{handle}\""))).await),
                ("/_entities/0", entity(house, &viewer, "User", &mine, &format!("displayName {PRIVATE}")).await),
                ("/_entities/0", entity(house, &viewer, "User", &json!({ "handle": handle }), &format!("displayName {PRIVATE}")).await),
                ("/team/members", house.ask(&viewer, &format!("{{ team(id: \"{}\") {{ {of_team} }} }}", all.team)).await),
                ("/_entities/0/members", entity(house, &viewer, "Team", &json!({ "id": all.team, "company": { "id": all.company } }), &of_team).await),
            ];
            for (at, reply) in replies {
                let (is_owner, reads) = (name == "the owner", name == "an administrator");
                let found = reply.body["data"].pointer(at).unwrap_or(&Value::Null);
                let person = match at.ends_with("members") {
                    // Those who are not of the company do not even learn who is in the team.
                    true if !matches!(name, "the owner" | "a colleague" | "an administrator") => {
                        assert!(found.is_null(), "{name}: {}", reply.body);
                        continue;
                    }
                    true => {
                        let edges = found["edges"].as_array().unwrap_or_else(|| panic!("{name}: {}", reply.body));
                        let lee = edges.iter().find(|edge| edge["node"]["displayName"] == "lee");
                        &lee.unwrap_or_else(|| panic!("{name}: {}", reply.body))["node"]
                    }
                    false => found,
                };
                assert_eq!(person["displayName"], "lee", "{name} {at}: {}", reply.body);
                for field in ["email", "phone", "homeGrid", "loginHistory"] {
                    assert_eq!(!person[field].is_null(), is_owner || reads, "{field} for {name} {at}: {}", reply.body);
                }
                assert_eq!(!person["notifications"].is_null(), is_owner, "{name} {at}: {}", reply.body);
                assert!(is_owner || reads || !reply.body.to_string().contains("lee@demo.invalid"), "{name}: {}", reply.body);
            }
        }
        house.stop().await;
    }

    /// FED-28, FED-29, FED-30: an id that is nobody's, one of something else, and what is no id at all give each viewer the same,
    /// at every argument and every key.
    async fn ids_of_nothing_tell_nothing(place: TestDatabase) {
        let all = Houseful::open(place).await;
        let house = &all.house;
        let missing = [
            UserId::from_bytes([77; 16]).to_string(), CompanyId::from_bytes([77; 16]).to_string(),
            TeamId::from_bytes([77; 16]).to_string(), NotificationId::from_bytes([77; 16]).to_string(),
        ];
        let real = [all.lee.user_id().unwrap().to_string(), all.company.to_string(), all.team.to_string()];
        for (index, (field, type_name)) in [("user", "User"), ("company", "Company"), ("team", "Team")].into_iter().enumerate() {
            let others = real.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, id)| id.clone());
            let malformed = [String::new(), "1".to_owned(), format!("{}0", real[index]), "' OR 1=1 --".to_owned()];
            for id in missing.iter().cloned().chain(others).chain(malformed) {
                let (mut shapes, mut entities) = (Vec::new(), Vec::new());
                for (_, viewer) in all.viewers() {
                    let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
                    let asked = house.ask_with(&viewer, &query, json!({ "id": id })).await;
                    assert!(asked.body["data"][field].is_null(), "{field} {id}: {}", asked.body);
                    shapes.push(shape(&asked));
                    let asked = entity(house, &viewer, type_name, &json!({ "id": id }), "id").await;
                    assert!(asked.body["data"]["_entities"][0].is_null(), "{type_name} {id}: {}", asked.body);
                    entities.push(shape(&asked));
                }
                assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{field} {id}: {shapes:?}");
                assert!(entities.iter().all(|shape| *shape == entities[0]), "{type_name} {id}: {entities:?}");
            }
        }
        house.stop().await;
    }

    /// FED-29, OW-18: who may not change people learns nothing of which there are; the filters of the list of everyone are for its
    /// readers alone.
    async fn ids_of_people_open_no_change_to_them(place: TestDatabase) {
        let all = Houseful::open(place).await;
        let house = &all.house;
        let missing = UserId::from_bytes([77; 16]);
        for (name, viewer) in all.viewers().into_iter().filter(|(name, _)| *name != "an administrator") {
            let mut shapes = Vec::new();
            for id in [all.lee.user_id().unwrap(), missing] {
                let roles = house.change(&viewer, "setUserRoles", "user { id }", json!({ "userId": id, "roles": ["ADMIN"] })).await;
                let closed = house.change(&viewer, "deactivateUser", "user { id }", json!({ "userId": id })).await;
                let team = json!({ "companyId": all.company, "teamId": all.team });
                let query = "query($filter: UserFilter) { users(first: 1, filter: $filter) { totalCount } }";
                let listed = house.ask_with(&viewer, query, json!({ "filter": team })).await;
                let codes = [roles.codes(), closed.codes(), listed.codes()];
                let expected = if name == "nobody" { "UNAUTHENTICATED" } else { "FORBIDDEN" };
                assert_eq!(codes, [vec![expected], vec![expected], vec![expected]], "{name}: {}", roles.body);
                shapes.push([shape(&roles), shape(&closed), shape(&listed)]);
            }
            assert_eq!(shapes[0], shapes[1], "{name}");
        }
        let closed = house.count("SELECT COUNT(*) FROM users WHERE status <> 'ACTIVE'").await;
        assert_eq!((closed, house.count("SELECT COUNT(*) FROM user_roles WHERE role = 'ADMIN'").await), (0, 0));
        house.stop().await;
    }

    /// FED-29, FED-06, OW-18: to mark a notice of somebody else's looks exactly like marking one that is not there, and
    /// marks nothing.
    async fn notices_of_others_are_not_marked(place: TestDatabase) {
        let all = Houseful::open(place).await;
        let house = &all.house;
        let foreign: NotificationId = {
            let select = house.database().query("SELECT id FROM notifications WHERE user_id = ? ORDER BY id");
            select.bind(all.lee.user_id().unwrap()).fetch_all().await.unwrap()[0].get(0).unwrap()
        };
        let missing = NotificationId::from_bytes([77; 16]);
        let mark = async |viewer: &Viewer, ids: &[NotificationId]| {
            shape(&house.change(viewer, "markNotificationsRead", "notifications { id kind }", json!({ "ids": ids })).await)
        };
        for (name, viewer) in all.viewers().into_iter().filter(|(name, _)| *name != "the owner") {
            let (of_lee, of_nobody) = (mark(&viewer, &[foreign]).await, mark(&viewer, &[missing]).await);
            assert_eq!(of_lee, of_nobody, "{name}");
            let refused = of_lee["data"]["markNotificationsRead"]["userErrors"][0]["code"] == "NOT_FOUND" || of_lee["errors"].is_array();
            assert!(refused, "{name}: {of_lee}");
        }
        let read = house.count("SELECT COUNT(*) FROM notifications WHERE read_at IS NOT NULL").await;
        assert_eq!(read, 0);
        let own = mark(&all.lee, &[foreign]).await;
        assert_eq!(own["data"]["markNotificationsRead"]["notifications"][0]["id"], json!(foreign), "{own}");
        house.stop().await;
    }
}
