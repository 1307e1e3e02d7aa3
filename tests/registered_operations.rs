//! Registered operations: of partners over HTTP, and by the command (P8, P12; docs/registered-operations.md).

mod stores;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use router_registry::id_of_text;
use serde_json::{Value, json};

use crate::product::{Client, PASSWORD, Product, Reply, Shape, in_both_shapes, lyceum};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);
const PATH: &str = "/partner/graphql";
const TOTAL: &str = "query PartnerTotal { courses(first: 1) { totalCount } }\n";

/// The demonstration partner's program, with the token that it gets for its secret.
async fn partner(client: &Client) -> Client {
    let form = format!("grant_type=client_credentials&client_id=partner_demo&client_secret={PASSWORD}");
    let issued = client.post_bytes("/auth/v1/partner/token", "application/x-www-form-urlencoded", form).await;
    client.with_token(issued.at("/access_token").as_str().expect("a token"))
}

/// Runs the command aside: its success and its two streams.
async fn run(mut command: Command, arguments: &[&str]) -> (bool, String, String) {
    command.args(arguments);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

/// Asks until the router has read what was published.
async fn ask_until(client: &Client, body: &Value, is_seen: impl Fn(&Reply) -> bool) -> Reply {
    let asked = async {
        loop {
            let reply = client.post(PATH, body).await;
            if is_seen(&reply) {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("the router reads what was published")
}

in_both_shapes! {
    /// P8, P12, PQ-05, PQ-11: a partner registers, asks by the id, and gets that; all else is refused, whoever asks, and
    /// logged.
    async fn a_partner_asks_what_it_has_registered(product: &Product) {
        let documents = tempfile::tempdir().unwrap();
        std::fs::write(documents.path().join("total.graphql"), TOTAL).unwrap();
        let folder = documents.path().to_str().unwrap();
        let (success, said, error) =
            run(product.command(), &["operations", "publish", folder, "--client", "partner_demo"]).await;
        assert!(success && said.contains("query PartnerTotal  fetches: 1  fields: 2"), "{said}{error}");

        let id = json!({ "id": id_of_text(TOTAL) });
        let (anybody, partner) = (product.client(), partner(&product.client()).await);
        let asked = ask_until(&partner, &id, |reply| reply.status == 200 && reply.code().is_empty()).await;
        assert!(asked.data()["courses"]["totalCount"].as_i64().unwrap() > 0, "{asked:#?}");
        let hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": id_of_text(TOTAL) } } });
        for same in [partner.post(PATH, &hash).await, partner.get(&format!("{PATH}?id={}", id_of_text(TOTAL))).await] {
            assert_eq!(same.data(), asked.data());
        }

        let learner = product.signed_in("learner_lee").await;
        for other in [&anybody, &learner] {
            assert_eq!(other.post(PATH, &id).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        }
        assert_eq!(partner.post("/graphql", &id).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(partner.post(PATH, &json!({ "id": id_of_text("another") })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        let text = "{ courses(first: 7) { totalCount } }";
        for client in [&anybody, &learner, &partner] {
            let refused = client.post(PATH, &json!({ "query": text })).await;
            assert_eq!((refused.code(), refused.at("/data")), ("PERSISTED_QUERY_ONLY", &Value::Null), "{refused:#?}");
        }
        product.front.wait_for_log(&id_of_text(text));
    }

    /// What a deployment has put there by itself, and is none of this graph, is told in the log before anybody asks.
    async fn what_cannot_be_executed_is_logged(product: &Product) {
        let folder = product.command().get_current_dir().unwrap().join(".lyceum/operations");
        std::fs::create_dir_all(&folder).unwrap();
        write(&folder, "by_hand.json", &json!({ "bad": "{ courses { nonsense } }" }).to_string());
        product.front.wait_for_log("a registered operation is none of this graph");
    }
}

/// The partner of the demonstration data has operations from the first start, and each of them is answered.
#[tokio::test]
async fn the_demonstration_partner_has_operations() {
    let product = Product::shared(Shape::OneProcess).await;
    let list = ["operations", "list", "--client", "partner_demo", "--format", "json"];
    let (success, listed, error) = run(product.command(), &list).await;
    assert!(success, "{error}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let partner = partner(&product.client()).await;
    for name in ["PartnerCatalog", "PartnerCourse", "PartnerPerson"] {
        let operation = listed["partner_demo"].as_array().unwrap().iter().find(|listed| listed["name"] == name);
        let id = &operation.unwrap_or_else(|| panic!("{name} is not registered: {listed}"))["id"];
        let first =
            product.client().query("{ courses(first: 1) { edges { node { slug instructors { handle } } } } }").await;
        let course = first.at("/data/courses/edges/0/node");
        let variables = match name {
            "PartnerCourse" => json!({ "slug": course["slug"] }),
            "PartnerPerson" => json!({ "handle": course["instructors"][0]["handle"] }),
            _ => json!({}),
        };
        let asked = partner.post(PATH, &json!({ "id": id, "variables": variables })).await;
        assert!(asked.data().as_object().unwrap().values().all(|value| !value.is_null()), "{name}: {asked:#?}");
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// Features "persisted": what cannot be executed is named with its place, and nothing of its manifest is published.
#[tokio::test]
async fn a_manifest_is_published_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &'static [&'static str]| run(lyceum(folder.path()), arguments);
    let manifest = json!({ "total": TOTAL, "hidden": "query Hidden {\n  me { id }\n}", "two": "query A { courses { totalCount } } query B { courses { totalCount } }" });
    write(folder.path(), "manifest.json", &manifest.to_string());
    let (success, said, error) = here(&["operations", "publish", "manifest.json", "--client", "acme"]).await;
    assert!(!success && error.contains("2 of 3") && error.contains("remedy"), "{said}{error}");
    for part in ["manifest.json/hidden:2:3", "me { id }", "holds one operation", "fetches: 1"] {
        assert!(said.contains(part), "{part} is missing from:\n{said}{error}");
    }
    assert_eq!(here(&["operations", "list"]).await.1, "");
    // At another endpoint, where everybody sees more.
    write(folder.path(), "manifest.json", &json!({ "hidden": "query Hidden { me { id } }" }).to_string());
    let elsewhere = ["operations", "publish", "manifest.json", "--client", "public", "--format", "json"];
    let (success, said, error) = run(lyceum(folder.path()), &elsewhere).await;
    assert!(success, "{said}{error}");
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["endpoint"], &said["added"]), (&json!("/graphql"), &json!(1)), "{said:#}");
    assert_eq!(said["operations"][0]["name"], "Hidden");
    let (success, _, error) =
        here(&["operations", "publish", "manifest.json", "--client", "acme", "--endpoint", "/nowhere"]).await;
    assert!(!success && error.contains("name one of /graphql, /partner/graphql"), "{error}");
    let (success, _, error) = here(&["operations", "publish", "absent.json", "--client", "acme"]).await;
    assert!(!success && error.contains("absent.json"), "{error}");
    let (success, _, error) = here(&["operations", "publish", "manifest.json", "--client", "../acme"]).await;
    assert!(!success && error.contains("a client is named by"), "{error}");
}

/// What an id stands for never changes; listing, showing, comparing and revoking.
#[tokio::test]
async fn what_is_registered_is_listed_compared_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &'static [&'static str]| run(lyceum(folder.path()), arguments);
    write(
        folder.path(),
        "manifest.json",
        &json!({ "total": TOTAL, "plain": "{ courses { totalCount } }" }).to_string(),
    );
    assert!(here(&["operations", "publish", "manifest.json", "--client", "acme"]).await.0);
    let again = here(&["operations", "publish", "manifest.json", "--client", "acme"]).await;
    assert!(again.0 && again.1.contains("acme: 0 published, 2 known before"), "{again:?}");
    assert_eq!(here(&["operations", "list"]).await.1, "acme: 2\n  plain\n  total  PartnerTotal\n");
    assert_eq!(here(&["operations", "show", "total"]).await.1, TOTAL);
    let (success, _, error) = here(&["operations", "show", "totals"]).await;
    assert!(!success && error.contains("`totals` is not registered"), "{error}");

    let other = json!({ "total": "query PartnerTotal { courses(first: 2) { totalCount } }", "new": "{ __typename }" });
    write(folder.path(), "manifest.json", &other.to_string());
    let (success, said, error) = here(&["operations", "diff", "manifest.json", "--client", "acme"]).await;
    assert!(!success && error.contains("1 operations have another text"), "{said}{error}");
    for line in
        ["+ new", "- plain", "! total", "1 new, 1 registered and not in the manifest, 1 with another text, 0 the same"]
    {
        assert!(said.contains(line), "{line} is missing from:\n{said}");
    }
    let (success, _, error) = here(&["operations", "publish", "manifest.json", "--client", "acme"]).await;
    assert!(!success && error.contains("the id `total` is registered with another text"), "{error}");
    assert_eq!(here(&["operations", "list"]).await.1, "acme: 2\n  plain\n  total  PartnerTotal\n");

    let (success, _, error) = here(&["operations", "revoke", "total", "nothing", "--client", "acme"]).await;
    assert!(!success && error.contains("`nothing` is not registered"), "{error}");
    assert!(here(&["operations", "show", "total"]).await.0);
    assert_eq!(here(&["operations", "revoke", "total", "--client", "acme"]).await.1, "revoked total\n");
    assert!(here(&["operations", "publish", "manifest.json", "--client", "acme"]).await.0);
}

/// Features "persisted": a change of the graph is checked against what clients have registered.
#[tokio::test]
async fn a_change_is_checked_against_registered_operations() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &'static [&'static str]| run(lyceum(folder.path()), arguments);
    write(folder.path(), "manifest.json", &json!({ "total": TOTAL }).to_string());
    assert!(here(&["operations", "publish", "manifest.json", "--client", "acme"]).await.0);
    let (_, public, _) = here(&["compose", "--public"]).await;
    let more = public.replacen("type Query {", "type Query {\n  gone: Int", 1);
    assert_ne!(more, public);
    write(folder.path(), "earlier.graphql", &more);
    let (success, said, error) = here(&["compose", "--check", "earlier.graphql", "--client", "acme"]).await;
    assert!(success && said.contains("Query.gone"), "{said}{error}");
    write(folder.path(), "earlier.graphql", &public);
    let (success, said, error) =
        here(&["compose", "--contract", "exclude=partner", "--check", "earlier.graphql", "--client", "acme"]).await;
    assert!(!success && said.contains("total breaks"), "{said}{error}");
    let (success, _, error) = here(&["compose", "--check", "earlier.graphql", "--client", "nobody"]).await;
    assert!(!success && error.contains("nobody has no registered operations"), "{error}");
}
