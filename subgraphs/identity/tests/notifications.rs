//! What people are told (S0-SUB-2, domain 3.1).

use std::collections::BTreeSet;

use kit_events::Event;
use kit_ids::NotificationId;
use kit_testing::{TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::{House, event};

const CONSUMER: &str = "identity.notices";
const EXPIRING_SOON: &str = "enrollment.membership.expiring_soon.v1";
const RENEWED: &str = "enrollment.membership.renewed.v1";
const PAYMENT_FAILED: &str = "enrollment.membership.payment_failed.v1";
const EXPIRED: &str = "enrollment.membership.expired.v1";

/// As enrollment tells of a membership.
fn membership(kind: &'static str, viewer: &Viewer, auto_renew: bool) -> Event {
    let id = "sub_00000000000000000000000001";
    let data = json!({
        "id": id, "userId": viewer.user_id(), "planId": "pln_00000000000000000000000001", "status": "ACTIVE",
        "autoRenew": auto_renew, "currentPeriodEnd": "2026-06-03T12:00:00.000000Z",
        "accessEnd": "2026-06-06T12:00:00.000000Z",
    });
    event("enrollment", kind, id, data)
}

/// The viewer's notices.
async fn listed(house: &House, viewer: &Viewer, arguments: &str) -> Value {
    let fields = "totalCount edges { cursor node { id kind title body link createdAt readAt } } pageInfo { endCursor hasNextPage }";
    let query = format!("{{ me {{ notifications({arguments}) {{ {fields} }} }} }}");
    house.graph(viewer, &query).await["data"]["me"]["notifications"].clone()
}

fn each<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    let edges = list["edges"].as_array().unwrap_or_else(|| panic!("{list}"));
    edges.iter().map(|edge| edge["node"][field].as_str().unwrap_or("-")).collect()
}

async fn mark(house: &House, viewer: &Viewer, ids: &[&str]) -> kit_testing::Reply {
    let input = json!({ "ids": ids, "clientMutationId": "m" });
    house.change(viewer, "markNotificationsRead", "notifications { id readAt }", input).await
}

/// Somebody who was told three things.
pub(crate) async fn told(house: &House) -> Viewer {
    let lee = house.person("lee").await;
    for kind in [EXPIRING_SOON, PAYMENT_FAILED, EXPIRED] {
        house.hear(CONSUMER, &[membership(kind, &lee, true)]).await;
    }
    lee
}

kit_testing::on_each_database! {
    /// domain 2.1: each new notice comes to the devices of its owner that listen, and to nobody else.
    async fn new_notices_come_to_who_listens(place: TestDatabase) {
        const LISTEN: &str = "subscription { notificationAdded { id kind title createdAt readAt } }";
        let house = House::open(place).await;
        let (lee, kim) = (house.person("lee").await, house.person("kim").await);
        let (mut phone, mut of_kim) = (house.listen(&lee, LISTEN).await, house.listen(&kim, LISTEN).await);
        house.hear(CONSUMER, &[membership(EXPIRED, &lee, true)]).await;
        house.hear(CONSUMER, &[membership(RENEWED, &kim, true)]).await;
        let heard = phone.next().await.unwrap()["data"]["notificationAdded"].clone();
        let list = listed(&house, &lee, "first: 1").await;
        for field in ["id", "kind", "title", "createdAt", "readAt"] {
            assert_eq!(heard[field], list["edges"][0]["node"][field], "{field}");
        }
        let heard = of_kim.next().await.unwrap();
        assert_eq!(heard["data"]["notificationAdded"]["title"], "Your membership is renewed", "{heard}");
        let refused = house.listen(&Viewer::anonymous(), LISTEN).await.next().await.unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
        house.stop().await;
    }

    /// EB-18: who subscribes first and reads then has every notice once, by its id, whenever it came: while nobody
    /// listened, between the head of the stream and the reading, and after that.
    async fn who_subscribes_again_and_reads_misses_nothing(place: TestDatabase) {
        const LISTEN: &str = "subscription { notificationAdded { id } }";
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let mut told = 0;
        let mut tell = async |notices: usize| {
            for _ in 0..notices {
                house.hear(CONSUMER, &[membership(RENEWED, &lee, true)]).await;
            }
            told += notices;
            told
        };
        let mut known = BTreeSet::new();
        for (while_away, before_reading, while_listening) in [(0, 0, 1), (2, 0, 0), (0, 2, 1), (1, 1, 2), (3, 2, 0)] {
            tell(while_away).await;
            let mut phone = house.listen(&lee, LISTEN).await;
            tell(before_reading).await;
            let list = listed(&house, &lee, "first: 100").await;
            known.extend(each(&list, "id").into_iter().map(str::to_owned));
            let told = tell(while_listening).await;
            for number in 0..before_reading + while_listening {
                let heard = phone.next().await.unwrap()["data"]["notificationAdded"]["id"].clone();
                let is_new = known.insert(heard.as_str().unwrap().to_owned());
                assert_eq!(is_new, number >= before_reading, "what was read already comes once more, under its id");
            }
            assert_eq!(known.len(), told);
        }
        let list = listed(&house, &lee, "first: 100").await;
        assert_eq!(known, each(&list, "id").into_iter().map(str::to_owned).collect());
        house.stop().await;
    }

    /// S0-SUB-2: each event of a membership is told once, with the day that matters.
    async fn people_are_told_of_their_memberships(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let events = [
            (membership(EXPIRING_SOON, &lee, true), "Your membership is renewed soon", "3 June 2026"),
            (membership(EXPIRING_SOON, &lee, false), "Your membership ends soon", "3 June 2026"),
            (membership(RENEWED, &lee, true), "Your membership is renewed", "3 June 2026"),
            (membership(PAYMENT_FAILED, &lee, true), "Your membership could not be renewed", "6 June 2026"),
            (membership(EXPIRED, &lee, true), "Your membership is over", "Subscribe again"),
        ];
        for (number, (event, title, part)) in (1..).zip(events) {
            house.hear(CONSUMER, std::slice::from_ref(&event)).await;
            let list = listed(&house, &lee, "first: 1").await;
            assert_eq!(list["totalCount"], number, "{list}");
            let notice = &list["edges"][0]["node"];
            assert_eq!(notice["title"], title);
            assert!(notice["body"].as_str().unwrap().contains(part), "{notice}");
            assert_eq!(notice["kind"], event.kind.strip_suffix(".v1").unwrap());
            assert_eq!((&notice["link"], &notice["readAt"]), (&Value::Null, &Value::Null));
            assert_eq!(notice["createdAt"], "2026-06-01T00:00:00.000Z");
            assert!(notice["id"].as_str().unwrap().starts_with("ntf_"));
        }
        house.stop().await;
    }

    /// P13: what is told again for the record, and what concerns nobody here, is told to nobody; what is none is put away.
    async fn what_is_long_done_is_told_to_nobody(place: TestDatabase) {
        let house = House::open(place).await;
        let (lee, nobody) = (house.person("lee").await, person(7, Role::Mentee));
        let mut replayed = membership(EXPIRED, &lee, true);
        replayed.replay = true;
        house.hear(CONSUMER, &[replayed, membership(EXPIRED, &nobody, true)]).await;
        let mut broken = membership(EXPIRED, &lee, true);
        broken.data["accessEnd"] = json!("soon");
        house.hear(CONSUMER, &[broken]).await;
        assert_eq!(listed(&house, &lee, "first: 9").await["totalCount"], 0);
        let letters = house.database().query("SELECT COUNT(*) AS n FROM dead_letters").fetch_one().await.unwrap();
        assert_eq!(letters.get::<i64>("n").unwrap(), 1);
        house.stop().await;
    }

    /// P6: newest first, page by page, all or what was not read.
    async fn notices_come_page_by_page(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = told(&house).await;
        let all = listed(&house, &lee, "first: 9").await;
        let newest_first = ["enrollment.membership.expired", "enrollment.membership.payment_failed", "enrollment.membership.expiring_soon"];
        assert_eq!(each(&all, "kind"), newest_first);
        let page = listed(&house, &lee, "first: 2").await;
        assert_eq!((each(&page, "kind"), &page["pageInfo"]["hasNextPage"]), (newest_first[..2].to_vec(), &json!(true)));
        let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
        let rest = listed(&house, &lee, &format!("first: 2, after: \"{cursor}\"")).await;
        assert_eq!(each(&rest, "kind"), newest_first[2..]);

        house.clock().advance(std::time::Duration::from_secs(60));
        mark(&house, &lee, &[each(&all, "id")[1]]).await;
        let unread = listed(&house, &lee, "first: 9, unreadOnly: true").await;
        assert_eq!(each(&unread, "kind"), [newest_first[0], newest_first[2]]);
        assert_eq!((&unread["totalCount"], &listed(&house, &lee, "first: 1").await["totalCount"]), (&json!(2), &json!(3)));
        house.stop().await;
    }

    /// 7.1: notices are marked in the order asked for, once; all of them or none.
    async fn notices_are_marked_as_read(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = told(&house).await;
        let list = listed(&house, &lee, "first: 9").await;
        let ids = each(&list, "id");
        for minute in 0..2 {
            let marked = mark(&house, &lee, &[ids[2], ids[0], ids[2]]).await;
            let at = "2026-06-01T00:00:00.000Z";
            let notice = |id| json!({ "id": id, "readAt": at });
            let payload = json!({
                "notifications": [notice(ids[2]), notice(ids[0]), notice(ids[2])], "userErrors": [], "clientMutationId": "m",
            });
            assert_eq!(*marked.data("/markNotificationsRead"), payload, "{minute}: {}", marked.body);
            house.clock().advance(std::time::Duration::from_secs(60));
        }
        let missing = NotificationId::from_bytes([9; 16]).to_string();
        let refused = mark(&house, &lee, &[ids[1], &missing]).await;
        assert_eq!(refused.user_error("markNotificationsRead"), "NOT_FOUND", "{}", refused.body);
        assert_eq!(*refused.data("/markNotificationsRead/userErrors/0/path"), json!(["input", "ids"]));
        assert_eq!(listed(&house, &lee, "first: 9, unreadOnly: true").await["totalCount"], 1);
        let none = mark(&house, &lee, &[]).await;
        assert_eq!(*none.data("/markNotificationsRead/notifications"), json!([]), "{}", none.body);
        assert_eq!(mark(&house, &lee, &vec![ids[0]; 101]).await.codes(), ["BAD_USER_INPUT"]);
        house.stop().await;
    }

    /// P11, AS-097: notices are for the person alone, whoever asks and by whatever way.
    async fn notices_are_for_the_person_alone(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = told(&house).await;
        let list = listed(&house, &lee, "first: 9").await;
        let (park, admin) = (house.person("park").await, house.admin("root").await);
        let query = format!("{{ user(id: \"{}\") {{ handle notifications(first: 1) {{ totalCount }} }} }}", lee.user_id().unwrap());
        for (viewer, code) in [(Viewer::anonymous(), "UNAUTHENTICATED"), (park, "FORBIDDEN"), (admin, "FORBIDDEN")] {
            let asked = house.ask(&viewer, &query).await;
            assert_eq!(asked.codes(), [code], "{viewer:?}: {}", asked.body);
            assert!(!asked.data("/user/handle").is_null() && asked.data("/user/notifications").is_null());
            let found = house.entities(&viewer, "Notification", [json!({ "id": each(&list, "id")[0] })], "{ title }").await;
            assert_eq!(found, [Value::Null], "{viewer:?}");
            let marked = mark(&house, &viewer, &[each(&list, "id")[0]]).await;
            if viewer.user_id().is_some() {
                assert_eq!(marked.user_error("markNotificationsRead"), "NOT_FOUND", "{}", marked.body);
            } else {
                assert_eq!(marked.codes(), ["UNAUTHENTICATED"]);
            }
        }
        assert_eq!(listed(&house, &lee, "first: 9, unreadOnly: true").await["totalCount"], 3);
        let own = house.ask(&lee, &query).await;
        assert_eq!((own.data("/user/notifications/totalCount"), own.header("cache-control")), (&json!(3), "no-store"));
        house.stop().await;
    }

    /// P16: notices by id, in order, in one statement.
    async fn notices_are_found_at_once(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = told(&house).await;
        let list = listed(&house, &lee, "first: 9").await;
        let missing = NotificationId::from_bytes([9; 16]).to_string();
        let keys: Vec<Value> = [each(&list, "id")[2], &missing, each(&list, "id")[0]].map(|id| json!({ "id": id })).into();
        let ask = house.entities(&lee, "Notification", keys, "{ kind }");
        let (reads, found) = house.count_reads("notifications", ask).await;
        let kinds = ["enrollment.membership.expiring_soon", "enrollment.membership.expired"].map(|kind| json!({ "kind": kind }));
        assert_eq!(found, [kinds[0].clone(), Value::Null, kinds[1].clone()]);
        assert_eq!(reads, 1);
        house.stop().await;
    }
}
