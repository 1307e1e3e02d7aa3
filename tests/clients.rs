//! Partners' clients: by the command, with their secrets, and at their endpoint (design rule 8; docs/partners.md).

use std::process::Command;
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use router_registry::id_of_text;
use serde_json::{Value, json};

use crate::product::{Client, Product, Reply, in_both_shapes, lyceum};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);
const PATH: &str = "/partner/graphql";

/// Runs the command aside: its success and its two streams.
async fn run(mut command: Command, arguments: &[&str]) -> (bool, String, String) {
    command.args(arguments);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

/// `lyceum clients …` on the product's own database, which succeeds; what it prints as JSON.
async fn clients(product: &Product, arguments: &[&str]) -> Value {
    let arguments = [&["clients"], arguments, &["--format", "json"]].concat();
    let (success, said, error) = run(product.command_on("identity"), &arguments).await;
    assert!(success, "{arguments:?}: {said}{error}");
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"))
}

/// A new client with an operation of its own: its secret, and the id of the operation.
async fn client(product: &Product, name: &str, further: &[&str]) -> (String, String) {
    let created = clients(product, &[&["create", name], further].concat()).await;
    let text = format!("query Total_{name} {{ courses(first: 1) {{ totalCount }} }}");
    let documents = tempfile::tempdir().unwrap();
    std::fs::write(documents.path().join("total.graphql"), &text).unwrap();
    let folder = documents.path().to_str().unwrap();
    let (success, said, error) = run(product.command(), &["operations", "publish", folder, "--client", name]).await;
    assert!(success, "{said}{error}");
    (created["secret"].as_str().unwrap().to_owned(), id_of_text(&text))
}

async fn ask_for_token(product: &Product, name: &str, secret: &str) -> Reply {
    let form = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}");
    product.client().post_bytes("/auth/v1/partner/token", "application/x-www-form-urlencoded", form).await
}

async fn is_right(product: &Product, name: &str, secret: &str) -> bool {
    ask_for_token(product, name, secret).await.status == 200
}

async fn signed_in(product: &Product, name: &str, secret: &str) -> Client {
    let issued = ask_for_token(product, name, secret).await;
    product.client().with_token(issued.at("/access_token").as_str().unwrap_or_else(|| panic!("{issued:#?}")))
}

/// Asks until the answer is the one that is waited for.
async fn until<T>(ask: impl AsyncFn() -> T, is_awaited: impl Fn(&T) -> bool) -> T {
    let asked = async {
        loop {
            let answer = ask().await;
            if is_awaited(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("what is waited for comes")
}

in_both_shapes! {
    /// P8, P12, PQ-11: what was registered for it is answered, all else is refused and logged, and both are counted.
    async fn a_partner_sees_its_own_operations(product: &Product) {
        let (secret, own) = client(product, "books", &["--name", "Acme Books"]).await;
        let (_, others) = client(product, "films", &[]).await;
        let books = signed_in(product, "books", &secret).await;
        let ask = async || books.post(PATH, &json!({ "id": own })).await;
        let answer = until(ask, |reply| reply.code() != "PERSISTED_QUERY_NOT_FOUND").await;
        assert!(answer.data()["courses"]["totalCount"].as_i64().unwrap() > 0, "{answer:#?}");
        assert!(answer.headers["ratelimit-policy"].to_str().unwrap().starts_with("\"operations\";q=20;w=1, \"cost\""));

        assert_eq!(books.post(PATH, &json!({ "id": others })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        let text = books.post(PATH, &json!({ "query": "{ courses(first: 8) { totalCount } }" })).await;
        assert_eq!(text.code(), "PERSISTED_QUERY_ONLY");
        product.front.wait_for_log(&others);
        let log = product.front.log();
        assert!(log.contains("a client's request is refused") && log.contains("books"), "{log}");
        assert!(!log.contains(books.token()) && !log.contains(&secret), "no token and no secret is logged");

        let mut command = product.command();
        let token = product.signed_in("ops").await.token().to_owned();
        command.env("LYCEUM_OPS_TOKEN", token);
        let address = product.ops_url.strip_prefix("http://").unwrap();
        let usage = ["clients", "usage", "books", "--ops-listen", address, "--format", "json"];
        let (success, used, error) = run(command, &usage).await;
        assert!(success, "{error}");
        let used: Value = serde_json::from_str(&used).unwrap();
        assert_eq!((&used["operations"], &used["errors"]), (&json!(1), &json!(0)), "{used:#}");
        assert!(used["refusalsByCode"]["PERSISTED_QUERY_NOT_FOUND"].as_u64().unwrap() >= 1, "{used:#}");
        assert_eq!(used["refusalsByCode"]["PERSISTED_QUERY_ONLY"], 1);
        assert_eq!(used["byOperation"][&own]["name"], "Total_books");
        assert!(clients(product, &["show", "books"]).await["lastUsedAt"].is_string());
    }

    /// Design rule 8: both secrets work while one follows the other; one that is revoked, or whose time is over, does not.
    async fn secrets_follow_one_another(product: &Product) {
        let (first, _) = client(product, "rotating", &[]).await;
        let rotated = clients(product, &["rotate", "rotating"]).await;
        let second = rotated["secret"].as_str().unwrap();
        assert!(is_right(product, "rotating", &first).await && is_right(product, "rotating", second).await);
        let (success, _, error) = run(product.command_on("identity"), &["clients", "rotate", "rotating"]).await;
        assert!(!success && error.contains("two secrets are valid already"), "{error}");

        let id = rotated["secrets"][0]["id"].as_str().unwrap();
        let revoked = clients(product, &["revoke", "rotating", "--secret", id]).await;
        assert_eq!((&revoked["secrets"][0]["isValid"], &revoked["secrets"][1]["isValid"]), (&json!(false), &json!(true)));
        assert!(!is_right(product, "rotating", &first).await && is_right(product, "rotating", second).await);

        let third = clients(product, &["rotate", "rotating", "--overlap", "1s"]).await;
        until(async || is_right(product, "rotating", second).await, |right| !right).await;
        let third = third["secret"].as_str().unwrap();
        assert!(is_right(product, "rotating", third).await);
        clients(product, &["revoke", "rotating", "--all"]).await;
        assert!(!is_right(product, "rotating", third).await);
    }

    /// Design rule 8: who is disabled, or whose time is over, gets no token.
    async fn access_is_taken_and_ends(product: &Product) {
        let (secret, _) = client(product, "leaving", &[]).await;
        assert_eq!(clients(product, &["disable", "leaving"]).await["status"], "disabled");
        let refused = ask_for_token(product, "leaving", &secret).await;
        assert_eq!((refused.status, refused.at("/error")), (401, &json!("invalid_client")), "{refused:#?}");
        assert_eq!(clients(product, &["enable", "leaving"]).await["status"], "active");
        assert!(is_right(product, "leaving", &secret).await);
        let soon = (Utc::now() + TimeDelta::seconds(3)).to_rfc3339_opts(SecondsFormat::Millis, true);
        clients(product, &["update", "leaving", "--expires", &soon]).await;
        let ended = until(async || ask_for_token(product, "leaving", &secret).await, |reply| reply.status == 401).await;
        assert!(ended.at("/error_description").as_str().unwrap().contains("has ended"), "{ended:#?}");
        assert_eq!(clients(product, &["show", "leaving"]).await["status"], "expired");
    }

    /// Design rule 8, OW-13: who asks for more than was agreed is told when to come again.
    async fn a_quota_is_kept(product: &Product) {
        let (secret, own) = client(product, "frugal", &["--cost-per-minute", "1"]).await;
        let frugal = signed_in(product, "frugal", &secret).await;
        let ask = async || frugal.post(PATH, &json!({ "id": own })).await;
        until(&ask, |reply| reply.code() != "PERSISTED_QUERY_NOT_FOUND").await.data();
        let refused = ask().await;
        assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"), "{refused:#?}");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }

    /// Design rule 8: a token is for one contract.
    async fn a_token_is_for_one_contract(product: &Product) {
        let (secret, own) = client(product, "elsewhere", &["--contract", "public"]).await;
        let elsewhere = signed_in(product, "elsewhere", &secret).await;
        let refused = elsewhere.post(PATH, &json!({ "id": own })).await;
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"), "{refused:#?}");
        let message = refused.at("/errors/0/message").as_str().unwrap();
        assert!(message.contains("`public`") && message.contains("`partner`"), "{message}");
    }
}

/// Each mistake says what to do.
#[tokio::test]
async fn mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let here = async |arguments: &str| {
        let arguments: Vec<&str> = std::iter::once("clients").chain(arguments.split(' ')).collect();
        run(lyceum(folder.path()), &arguments).await
    };
    let (success, created, error) = here("create acme --expires 2999-01-01").await;
    assert!(success, "{created}{error}");
    for line in
        ["acme: acme (active)", "contract:  partner", "20 operations a second", "expires:   2999-01-01", "secret: lyc_"]
    {
        assert!(created.contains(line), "{line} is missing from:\n{created}");
    }
    let (_, listed, _) = here("list").await;
    assert_eq!(listed, "acme: acme (active), last used: never\n");
    assert!(!here("show acme").await.1.contains("lyc_"), "the secret is shown once");
    for (arguments, said) in [
        ("create acme", "choose another"),
        ("create Acme!", "a client id has 3 to 64"),
        ("create other --contract nothing", "name one of router.contracts: partner, public"),
        ("create other --scope admin", "no other scope than partner:read"),
        ("create other --operations-per-second 0", "1 to 10,000 operations a second"),
        ("create other --expires 2020-01-01", "in the future"),
        ("create other --expires tomorrow", "write a moment such as"),
        ("update acme", "remedy: name what"),
        ("update nobody --name x", "`lyceum clients list` names them"),
        ("show nobody", "`lyceum clients list` names them"),
        ("rotate acme --overlap 31d", "0 seconds to 30 days"),
        ("rotate acme --overlap long", "write a number and its unit"),
        ("revoke acme", "--secret"),
        ("revoke acme --secret nonsense", "no such secret"),
        ("usage acme", "LYCEUM_OPS_TOKEN"),
        ("usage acme --token t --ops-listen 127.0.0.1:1", "--ops-listen"),
    ] {
        let (success, _, error) = here(arguments).await;
        assert!(!success && error.contains(said), "{arguments}: {error}");
    }
    assert_eq!(here("list").await.1.lines().count(), 1, "nothing else was written");
    let (_, updated, error) = here("update acme --no-contract --operations-per-second 50 --expires never").await;
    assert!(updated.contains("contract:  none") && updated.contains("50 operations"), "{updated}{error}");
}
