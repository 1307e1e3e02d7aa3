//! Partners, as administrators look after them (design rule 8; domain 2.1, 3.1).

use std::time::Duration;

use kit_testing::{Reply, TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::{AccountReply, House};
use crate::watching::Watch;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const PARTNER: &str =
    "partner { id clientId name scopes contract operationsPerSecond costPerMinute expiresAt disabledAt
  createdAt lastUsedAt secrets { id createdAt expiresAt lastUsedAt } }";

/// A running identity with an administrator.
struct Office {
    house: House,
    admin: Viewer,
}

impl Office {
    async fn open(place: TestDatabase) -> Self {
        let house = House::open(place).await;
        let admin = house.admin("root").await;
        Self { house, admin }
    }

    async fn change(&self, mutation: &str, input: Value) -> Reply {
        self.house.change(&self.admin, mutation, PARTNER, input).await
    }

    /// The same, with the secret.
    async fn issue(&self, mutation: &str, input: Value) -> Reply {
        self.house.change(&self.admin, mutation, &format!("secret {PARTNER}"), input).await
    }

    /// A partner, its id and its secret.
    async fn acme(&self) -> (String, String) {
        let made = self.issue("createPartner", json!({ "clientId": "acme", "name": "Acme" })).await;
        (made.text_at("/createPartner/partner/id"), made.text_at("/createPartner/secret"))
    }

    async fn token(&self, secret: &str) -> Reply {
        let form = [("grant_type", "client_credentials"), ("client_id", "acme"), ("client_secret", secret)];
        self.house.partner_token(None, &form).await
    }

    async fn is_right(&self, secret: &str) -> bool {
        self.token(secret).await.status == http::StatusCode::OK
    }
}

kit_testing::on_each_database! {
    /// Design rule 8: the terms are in the token; the secret is shown once, and told to nobody.
    async fn a_new_partner_gets_tokens_on_its_terms(place: TestDatabase) {
        let office = Office::open(place).await;
        let input = json!({
            "clientId": "acme", "name": " Acme ", "contract": "books", "operationsPerSecond": 7, "costPerMinute": 900,
            "expiresAt": "2026-06-02T00:00:00Z", "clientMutationId": "m",
        });
        let made = office.issue("createPartner", input).await;
        let partner = made.data("/createPartner/partner");
        let expected = json!({
            "id": partner["id"], "clientId": "acme", "name": "Acme", "scopes": ["partner:read"], "contract": "books",
            "operationsPerSecond": 7, "costPerMinute": 900, "expiresAt": "2026-06-02T00:00:00.000Z", "disabledAt": null,
            "createdAt": "2026-06-01T00:00:00.000Z", "lastUsedAt": null,
            "secrets": [{
                "id": partner["secrets"][0]["id"], "createdAt": "2026-06-01T00:00:00.000Z", "expiresAt": null,
                "lastUsedAt": null,
            }],
        });
        assert_eq!(*partner, expected, "{}", made.body);
        assert_eq!((made.user_error("createPartner"), made.data("/createPartner/clientMutationId")), ("", &json!("m")));
        let secret = made.text_at("/createPartner/secret");
        assert!(secret.starts_with("lyc_") && partner["id"].as_str().unwrap().starts_with("par_"), "{secret}");

        let token = office.token(&secret).await;
        let claims = office.house.claims_of(&token);
        let terms = ["contract", "operations_per_second", "cost_per_minute"].map(|name| claims[name].clone());
        assert_eq!(terms, [json!("books"), json!(7), json!(900)]);
        let used = office.change("updatePartner", json!({ "partnerId": partner["id"] })).await;
        let used = used.data("/updatePartner/partner");
        assert_eq!((&used["lastUsedAt"], &used["secrets"][0]["lastUsedAt"]), (&expected["createdAt"], &expected["createdAt"]));

        let event = office.house.last_event("identity.partner.created.v1").await;
        assert_eq!((&event["clientId"], &event["by"]), (&json!("acme"), &json!(office.admin.user_id())));
        assert!(!office.house.dump().await.contains(&secret[4..]), "a copy of the database opens nothing");
        office.house.stop().await;
    }

    /// P7: a repetition makes nothing new, and the secret is not shown again.
    async fn a_repetition_does_not_show_the_secret_again(place: TestDatabase) {
        let office = Office::open(place).await;
        let input = json!({ "clientId": "acme", "name": "Acme", "idempotencyKey": "k" });
        let first = office.issue("createPartner", input.clone()).await;
        let again = office.issue("createPartner", input).await;
        assert_eq!(again.data("/createPartner/partner"), first.data("/createPartner/partner"));
        assert_eq!((again.data("/createPartner/secret"), again.user_error("createPartner")), (&Value::Null, ""));
        let other = json!({ "clientId": "other", "name": "Acme", "idempotencyKey": "k" });
        assert_eq!(office.change("createPartner", other).await.user_error("createPartner"), "IDEMPOTENCY_CONFLICT");

        let id = first.text_at("/createPartner/partner/id");
        let input = json!({ "partnerId": id, "idempotencyKey": "r" });
        let first = office.issue("rotatePartnerSecret", input.clone()).await;
        let again = office.issue("rotatePartnerSecret", input).await;
        assert!(first.data("/rotatePartnerSecret/secret").is_string(), "{}", first.body);
        assert_eq!(*again.data("/rotatePartnerSecret/secret"), Value::Null);
        assert_eq!(again.data("/rotatePartnerSecret/partner"), first.data("/rotatePartnerSecret/partner"));
        let long = json!({ "partnerId": id, "idempotencyKey": "k".repeat(129) });
        assert_eq!(office.change("rotatePartnerSecret", long).await.codes(), ["BAD_USER_INPUT"]);
        let told = office.house.published().await;
        assert_eq!(told.iter().filter(|kind| kind.starts_with("identity.partner.")).count(), 2, "{told:?}");
        office.house.stop().await;
    }

    /// Design rule 8: both secrets work while one follows the other, the old one not after that, and never a third one.
    async fn one_secret_follows_the_other(place: TestDatabase) {
        let office = Office::open(place).await;
        let (id, first) = office.acme().await;
        let rotate = async |input: Value| office.issue("rotatePartnerSecret", input).await;
        let second = rotate(json!({ "partnerId": id })).await.text_at("/rotatePartnerSecret/secret");
        assert!(office.is_right(&first).await && office.is_right(&second).await);
        let third = rotate(json!({ "partnerId": id, "overlapSeconds": 60 })).await;
        assert_eq!(third.user_error("rotatePartnerSecret"), "TOO_MANY_SECRETS", "{}", third.body);
        let message = third.text_at("/rotatePartnerSecret/userErrors/0/message");
        assert!(message.contains("until 2 June 2026, 00:00 UTC"), "{message}");
        office.house.clock().advance(DAY - Duration::from_secs(1));
        assert!(office.is_right(&first).await);
        office.house.clock().advance(Duration::from_secs(1));
        assert!(!office.is_right(&first).await && office.is_right(&second).await);

        let third = rotate(json!({ "partnerId": id, "overlapSeconds": 0 })).await.text_at("/rotatePartnerSecret/secret");
        assert!(!office.is_right(&second).await && office.is_right(&third).await, "without an overlap it ends at once");
        for overlap in [-1, 2_592_001] {
            let refused = rotate(json!({ "partnerId": id, "overlapSeconds": overlap })).await;
            assert_eq!(refused.user_error("rotatePartnerSecret"), "INVALID_PARTNER", "{overlap}");
        }
        // Two that rotate at once make no third one.
        let both = tokio::join!(rotate(json!({ "partnerId": id })), rotate(json!({ "partnerId": id })));
        let refused = [both.0.user_error("rotatePartnerSecret"), both.1.user_error("rotatePartnerSecret")];
        assert_eq!(refused.iter().filter(|code| **code == "TOO_MANY_SECRETS").count(), 1, "{refused:?}");
        office.house.clock().advance(DAY * 32);
        let kept = rotate(json!({ "partnerId": id })).await;
        assert_eq!(kept.data("/rotatePartnerSecret/partner/secrets").as_array().unwrap().len(), 2, "{}", kept.body);
        office.house.stop().await;
    }

    /// Design rule 8: a secret ends now; the other one goes on.
    async fn a_secret_is_revoked_at_once(place: TestDatabase) {
        let office = Office::open(place).await;
        let (id, first) = office.acme().await;
        let rotated = office.issue("rotatePartnerSecret", json!({ "partnerId": id })).await;
        let second = rotated.text_at("/rotatePartnerSecret/secret");
        let secrets = rotated.data("/rotatePartnerSecret/partner/secrets").clone();
        let revoke = async |secret: &Value| {
            office.change("revokePartnerSecret", json!({ "partnerId": id, "secretId": secret })).await
        };
        for _ in 0..2 {
            let revoked = revoke(&secrets[0]["id"]).await;
            let ends = revoked.data("/revokePartnerSecret/partner/secrets/0/expiresAt");
            assert_eq!(*ends, json!("2026-06-01T00:00:00.000Z"), "{}", revoked.body);
        }
        assert!(!office.is_right(&first).await && office.is_right(&second).await);
        let unknown = revoke(&json!("psc_02081040g2081040g2081040g2")).await;
        assert_eq!(unknown.user_error("revokePartnerSecret"), "NOT_FOUND");
        assert_eq!(*unknown.data("/revokePartnerSecret/userErrors/0/path"), json!(["input", "secretId"]));
        let told = office.house.published().await;
        assert_eq!(told.iter().filter(|kind| *kind == "identity.partner.secret_revoked.v1").count(), 1);
        office.house.stop().await;
    }

    /// Design rule 8: who is disabled, or whose time is over, gets no token; why is told to whoever has the secret.
    async fn access_ends(place: TestDatabase) {
        let office = Office::open(place).await;
        let (id, secret) = office.acme().await;
        for (mutation, is_right) in
            [("disablePartner", false), ("disablePartner", false), ("enablePartner", true), ("enablePartner", true)]
        {
            let changed = office.change(mutation, json!({ "partnerId": id })).await;
            assert_eq!(changed.data(&format!("/{mutation}/partner/disabledAt")).is_null(), is_right, "{}", changed.body);
            assert_eq!(office.is_right(&secret).await, is_right, "{mutation}");
        }
        office.change("disablePartner", json!({ "partnerId": id })).await;
        let refused = office.token(&secret).await;
        assert_eq!((refused.status.as_u16(), refused.text("error").as_str()), (401, "invalid_client"));
        assert!(refused.text("error_description").contains("disabled"), "{}", refused.body);
        assert!(!office.token("wrong").await.text("error_description").contains("disabled"));
        office.change("enablePartner", json!({ "partnerId": id })).await;

        let ending = json!({ "partnerId": id, "expiresAt": "2026-06-01T00:05:00Z" });
        office.change("updatePartner", ending).await;
        let last = office.token(&secret).await;
        let claims = office.house.claims_of(&last);
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!((lifetime, &last.body["expires_in"]), (300, &json!(300)), "no token outlives the access");
        office.house.clock().advance(Duration::from_secs(300));
        let refused = office.token(&secret).await;
        assert!(refused.text("error_description").contains("has ended"), "{}", refused.body);
        let told = office.house.published().await;
        let told: Vec<&str> = told.iter().filter_map(|kind| kind.strip_prefix("identity.partner.")).collect();
        assert_eq!(told, ["created.v1", "disabled.v1", "enabled.v1", "disabled.v1", "enabled.v1", "updated.v1"]);
        office.house.stop().await;
    }

    /// P7: each rule has its code and its path; what is left out stays.
    async fn the_terms_keep_their_rules(place: TestDatabase) {
        let office = Office::open(place).await;
        let (id, _) = office.acme().await;
        let taken = office.change("createPartner", json!({ "clientId": "acme", "name": "Other" })).await;
        assert_eq!(taken.user_error("createPartner"), "CLIENT_ID_TAKEN");
        let told = office.house.published().await.len();
        for (field, value) in [
            ("clientId", json!("A")), ("name", json!("")), ("scopes", json!(["admin"])), ("scopes", json!(["nonsense"])),
            ("contract", json!("a b")), ("operationsPerSecond", json!(0)), ("operationsPerSecond", json!(-5)),
            ("costPerMinute", json!(0)), ("expiresAt", json!("2020-01-01T00:00:00Z")),
        ] {
            let mut input = json!({ "clientId": "third", "name": "Third" });
            input[field] = value.clone();
            let refused = office.change("createPartner", input).await;
            assert_eq!(refused.user_error("createPartner"), "INVALID_PARTNER", "{field} {value}: {}", refused.body);
            assert_eq!(*refused.data("/createPartner/userErrors/0/path"), json!(["input", field]));
            if field != "clientId" {
                let refused = office.change("updatePartner", json!({ "partnerId": id, field: value })).await;
                assert_eq!(refused.user_error("updatePartner"), "INVALID_PARTNER", "{field}: {}", refused.body);
            }
        }
        assert_eq!(office.house.published().await.len(), told);

        let all = json!({
            "partnerId": id, "name": "Acme Books", "contract": null, "operationsPerSecond": 500, "costPerMinute": 5,
            "expiresAt": "2027-01-01T00:00:00Z", "scopes": [],
        });
        let changed = office.change("updatePartner", all).await;
        let partner = changed.data("/updatePartner/partner").clone();
        let of = |name: &str| partner[name].clone();
        assert_eq!(
            ["name", "contract", "operationsPerSecond", "costPerMinute", "expiresAt", "scopes"].map(of),
            [json!("Acme Books"), Value::Null, json!(500), json!(5), json!("2027-01-01T00:00:00.000Z"), json!([])]
        );
        let none = office.change("updatePartner", json!({ "partnerId": id, "expiresAt": null })).await;
        let after = none.data("/updatePartner/partner");
        assert_eq!((&after["expiresAt"], &after["name"]), (&Value::Null, &json!("Acme Books")));
        let unknown = json!("par_02081040g2081040g2081040g2");
        for mutation in ["updatePartner", "rotatePartnerSecret", "disablePartner", "enablePartner"] {
            let missing = office.change(mutation, json!({ "partnerId": unknown })).await;
            assert_eq!(missing.user_error(mutation), "NOT_FOUND", "{}", missing.body);
        }
        office.house.stop().await;
    }

    /// P16: by name, page by page; the secrets of all in one statement.
    async fn partners_are_listed(place: TestDatabase) {
        let office = Office::open(place).await;
        for (client_id, name) in [("acme", "Beta"), ("zeta", "alpha"), ("gamma", "Gamma")] {
            office.change("createPartner", json!({ "clientId": client_id, "name": name })).await;
        }
        let list = "{ partners(first: 2) { totalCount edges { node { clientId secrets { id } } } pageInfo { endCursor hasNextPage } } }";
        let (reads, page) = office.house.count_reads("partner_secrets", office.house.ask(&office.admin, list)).await;
        assert_eq!((reads, page.data("/partners/totalCount")), (1, &json!(3)), "{}", page.body);
        let cursor = page.text_at("/partners/pageInfo/endCursor");
        let next = format!("{{ partners(first: 2, after: \"{cursor}\") {{ edges {{ node {{ id clientId }} }} }} }}");
        let next = office.house.ask(&office.admin, &next).await;
        let mut seen: Vec<String> = page.data("/partners/edges").as_array().unwrap().iter()
            .chain(next.data("/partners/edges").as_array().unwrap())
            .map(|edge| edge["node"]["clientId"].as_str().unwrap().to_owned()).collect();
        seen.sort();
        assert_eq!(seen, ["acme", "gamma", "zeta"]);
        for (query, found) in [("AL", "zeta"), ("acm", "acme"), ("Gam", "gamma")] {
            let query = format!("{{ partners(first: 5, query: \"{query}\") {{ edges {{ node {{ clientId }} }} }} }}");
            let listed = office.house.ask(&office.admin, &query).await;
            assert_eq!(*listed.data("/partners/edges"), json!([{ "node": { "clientId": found } }]));
        }
        let id = next.text_at("/partners/edges/0/node/id");
        let one = office.house.ask(&office.admin, &format!("{{ partner(id: \"{id}\") {{ id }} }}")).await;
        assert_eq!(one.text_at("/partner/id"), id);
        let none = "{ partner(id: \"par_02081040g2081040g2081040g2\") { id } }";
        assert_eq!(*office.house.ask(&office.admin, none).await.data("/partner"), Value::Null);
        office.house.stop().await;
    }

    /// P11, 7.1: anonymous, people of every other role, an administrator.
    async fn partners_are_for_administrators(place: TestDatabase) {
        let office = Office::open(place).await;
        let (id, _) = office.acme().await;
        let told = office.house.published().await;
        let roles = [Role::Mentee, Role::Mentor, Role::Instructor, Role::Moderator, Role::Ops, Role::Partner];
        let others = roles.map(|role| (person(9, role), "FORBIDDEN"));
        for (viewer, code) in others.into_iter().chain([(Viewer::anonymous(), "UNAUTHENTICATED")]) {
            for query in [format!("{{ partner(id: \"{id}\") {{ id }} }}"), "{ partners { totalCount } }".to_owned()] {
                assert_eq!(office.house.ask(&viewer, &query).await.codes(), [code], "{query} {viewer:?}");
            }
            let secret = "psc_02081040g2081040g2081040g2";
            for (mutation, input) in [
                ("createPartner", json!({ "clientId": "mine", "name": "Mine" })),
                ("updatePartner", json!({ "partnerId": id, "name": "Mine" })),
                ("rotatePartnerSecret", json!({ "partnerId": id })),
                ("revokePartnerSecret", json!({ "partnerId": id, "secretId": secret })),
                ("disablePartner", json!({ "partnerId": id })),
                ("enablePartner", json!({ "partnerId": id })),
            ] {
                let reply = office.house.change(&viewer, mutation, "partner { id }", input).await;
                assert_eq!(reply.codes(), [code], "{mutation} {viewer:?}");
            }
        }
        assert_eq!(office.house.published().await, told);
        office.house.stop().await;
    }
}

/// AS-157: the log tells who did what, and no secret.
#[tokio::test]
async fn changes_are_logged_without_the_secret() {
    let office = Office::open(TestDatabase::sqlite()).await;
    let (watch, guard) = Watch::begin();
    let (id, first) = office.acme().await;
    let second = office.issue("rotatePartnerSecret", json!({ "partnerId": id })).await;
    let second = second.text_at("/rotatePartnerSecret/secret");
    assert!(office.is_right(&first).await && office.is_right(&second).await);
    drop(guard);
    let text = watch.text();
    let by = office.admin.user_id().unwrap().to_string();
    assert!(text.contains("identity.partner.secret_rotated.v1") && text.contains(&by), "{text}");
    assert!(!text.contains(&first[4..]) && !text.contains(&second[4..]));
    office.house.stop().await;
}
