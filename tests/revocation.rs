//! Sessions that have ended are refused by the router although their access tokens live on (domain.md 4.1).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::product::{Client, PASSWORD, Product, in_both_shapes};

/// How long a revocation may take to reach the router; docs/reference/operations.md promises it.
const BOUND: Duration = Duration::from_secs(1);
/// What a loaded machine may add.
const PATIENCE: Duration = Duration::from_secs(60);

/// A person of one's own, so that nobody else's sessions end.
async fn newcomer(product: &Product, name: &str) -> (String, Client, Value) {
    let email = format!("{name}@demo.invalid");
    let body = json!({ "name": name, "email": email, "password": PASSWORD, "tokenDelivery": "body" });
    let reply = product.client().post("/auth/v1/register", &body).await;
    assert_eq!(reply.status, 201, "{reply:#?}");
    let client = product.client().with_token(reply.at("/accessToken").as_str().unwrap());
    assert!(is_known(&client).await, "a new session is good");
    (email, client, reply.at("/refreshToken").clone())
}

async fn is_known(client: &Client) -> bool {
    let reply = client.query("{ me { id } }").await;
    match reply.status {
        200 => reply.data()["me"]["id"].is_string(),
        status => {
            assert_eq!((status, reply.code()), (401, "UNAUTHENTICATED"), "{reply:#?}");
            assert!(reply.headers["www-authenticate"].to_str().unwrap().contains("the session of the token has ended"));
            false
        }
    }
}

/// Waits until the graph and the paths passed through refuse this token; says when that took longer than promised.
async fn assert_ends(client: &Client, case: &str) {
    let begin = Instant::now();
    while is_known(client).await {
        assert!(begin.elapsed() < PATIENCE, "{case}: the token of an ended session is accepted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if begin.elapsed() > BOUND {
        eprintln!("{case}: refused after {:?}", begin.elapsed());
    }
    assert_eq!(client.get("/auth/v1/sessions").await.status, 401, "{case}");
}

in_both_shapes! {
    /// RT-16, AS-089: signing out ends this session's access token, and no other one.
    async fn a_token_ends_with_its_session(product: &Product) {
        let (email, first, _) = newcomer(product, &format!("leaver-{:?}", product.shape)).await;
        let second = product.client().sign_in(&email, PASSWORD).await;
        assert_eq!(first.post("/auth/v1/logout", &json!({})).await.status, 204);
        assert_ends(&first, "sign-out").await;
        assert!(is_known(&second).await);

        let third = product.client().sign_in(&email, PASSWORD).await;
        assert_eq!(second.post("/auth/v1/logout-all", &json!({})).await.status, 204);
        for client in [second, third] {
            assert_ends(&client, "sign-out everywhere").await;
        }
        assert!(is_known(&product.client().sign_in(&email, PASSWORD).await).await, "a new session is good");
    }

    /// RT-07, AS-060, AS-091: another password ends all other sessions.
    async fn another_password_ends_the_other_sessions(product: &Product) {
        let (email, first, _) = newcomer(product, &format!("changer-{:?}", product.shape)).await;
        let second = product.client().sign_in(&email, PASSWORD).await;
        let change = json!({ "currentPassword": PASSWORD, "newPassword": "another passphrase altogether" });
        let changed = first.post("/auth/v1/password", &change).await;
        assert_eq!(changed.status, 204, "{changed:#?}");
        assert_ends(&second, "another password").await;
    }

    /// RT-02: the second use of a refresh token ends the access tokens of its family, too.
    async fn a_reused_refresh_token_ends_the_access_tokens(product: &Product) {
        let (_, client, refresh_token) = newcomer(product, &format!("reuser-{:?}", product.shape)).await;
        let refresh = async |token: &Value| product.client().post("/auth/v1/token/refresh", &json!({ "refreshToken": token })).await;
        let second = refresh(&refresh_token).await;
        let third = refresh(second.at("/refreshToken")).await;
        assert_eq!(refresh(&refresh_token).await.status, 401);
        assert_ends(&client, "reuse").await;
        assert_ends(&client.with_token(third.at("/accessToken").as_str().unwrap()), "reuse").await;
    }

    /// AS-090, AS-092: an account that is closed by an administrator acts no more.
    async fn a_closed_account_acts_no_more(product: &Product) {
        let (_, client, _) = newcomer(product, &format!("closed-{:?}", product.shape)).await;
        let id = client.query("{ me { id } }").await.data()["me"]["id"].clone();
        let close = "mutation($input: DeactivateUserInput!) { deactivateUser(input: $input) { user { id } userErrors { message } } }";
        let closed = product.signed_in("admin").await.operation(close, json!({ "input": { "userId": id } })).await;
        assert_eq!(closed.data()["deactivateUser"]["userErrors"], json!([]), "{closed:#?}");
        assert_ends(&client, "closing").await;
    }
}

/// RT-18: a router that starts anew knows at once what ended before.
#[tokio::test]
async fn what_has_ended_is_known_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let start = move || Product::start_in(&path);
    let mut product = tokio::task::spawn_blocking(start.clone()).await.unwrap();
    let (_, client, _) = newcomer(&product, "returner").await;
    assert_eq!(client.post("/auth/v1/logout", &json!({})).await.status, 204);
    assert_ends(&client, "before the restart").await;
    let token = client.token().to_owned();
    product.front.kill();
    let product = tokio::task::spawn_blocking(start).await.unwrap();
    assert!(!is_known(&product.client().with_token(token)).await);
}
