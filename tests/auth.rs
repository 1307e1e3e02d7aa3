//! Signing in, staying in, and being shown the door.

use serde_json::{Value, json};

use crate::product::{PASSWORD, in_both_shapes};

in_both_shapes! {
    /// S0-AUTH-1: who registers can ask who they are.
    async fn a_new_user_registers_and_is_known(product: &Product) {
        let client = product.client();
        let registered = client
            .post("/auth/v1/register", &json!({ "name": "Newcomer", "email": "newcomer@demo.invalid", "password": "a long enough secret" }))
            .await;
        assert_eq!(registered.status, 201, "{registered:#?}");
        let me = client.with_token(registered.at("/accessToken").as_str().unwrap()).query("{ me { displayName email roles } }").await;
        assert_eq!(me.data()["me"], json!({ "displayName": "Newcomer", "email": "newcomer@demo.invalid", "roles": ["MENTEE"] }));

        let again = client
            .post("/auth/v1/register", &json!({ "name": "Other", "email": "NEWCOMER@demo.invalid", "password": "another long secret" }))
            .await;
        assert_eq!((again.status, again.at("/code").as_str()), (409, Some("email-taken")), "{again:#?}");
    }

    /// RT: a wrong password and an unknown account are told apart by nobody.
    async fn a_wrong_password_and_an_unknown_account_look_the_same(product: &Product) {
        let client = product.client();
        let wrong = client.post("/auth/v1/login", &json!({ "email": "critic_choi@demo.invalid", "password": "not the password" })).await;
        let unknown = client.post("/auth/v1/login", &json!({ "email": "nobody@demo.invalid", "password": "not the password" })).await;
        assert_eq!((wrong.status, wrong.at("/code")), (401, unknown.at("/code")));
        assert_eq!(unknown.status, 401);
        assert_eq!(wrong.at("/detail"), unknown.at("/detail"));
    }

    /// 4.1, RFC 9700 section 4.14: a refresh token serves once; its second use ends the whole family.
    async fn a_refresh_token_used_twice_revokes_its_family(product: &Product) {
        let client = product.client();
        let login = json!({ "email": "walker_jung@demo.invalid", "password": PASSWORD, "tokenDelivery": "body" });
        let first = client.post("/auth/v1/login", &login).await.at("/refreshToken").as_str().unwrap().to_owned();
        let refresh = |token: &str| { let client = client.clone(); let body = json!({ "refreshToken": token }); async move { client.post("/auth/v1/token/refresh", &body).await } };
        let second = refresh(&first).await.at("/refreshToken").as_str().expect("a successor").to_owned();
        let third = refresh(&second).await.at("/refreshToken").as_str().expect("a successor").to_owned();
        let reused = refresh(&first).await;
        assert_eq!((reused.status, reused.at("/code").as_str()), (401, Some("refresh-token-reused")), "{reused:#?}");
        assert_eq!(refresh(&third).await.status, 401, "the family lives on");

        let history = client.sign_in("walker_jung@demo.invalid", PASSWORD).await
            .query("{ me { loginHistory(first: 5, kind: REFRESH_REUSE) { edges { node { kind } } } } }").await;
        assert_eq!(history.data()["me"]["loginHistory"]["edges"][0]["node"]["kind"], "REFRESH_REUSE");
    }

    /// S0-AUTH-3: signing in and out is recorded, and its owner can see it.
    async fn the_login_history_shows_coming_and_going(product: &Product) {
        let client = product.client();
        let login = json!({ "email": "pending_mentor@demo.invalid", "password": PASSWORD, "tokenDelivery": "body" });
        let signed_in = client.post("/auth/v1/login", &login).await;
        let out = client.with_token(signed_in.at("/accessToken").as_str().unwrap()).post("/auth/v1/logout", &json!({})).await;
        assert_eq!(out.status, 204, "{out:#?}");
        let refreshed = client.post("/auth/v1/token/refresh", &json!({ "refreshToken": signed_in.at("/refreshToken") })).await;
        assert_eq!(refreshed.status, 401, "a session that has ended cannot be refreshed");

        let history = client.sign_in("pending_mentor@demo.invalid", PASSWORD).await
            .query("{ me { loginHistory(first: 3) { edges { node { kind at ip } } } } }").await;
        let kinds: Vec<&Value> = history.data()["me"]["loginHistory"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]["kind"]).collect();
        assert_eq!(kinds, ["LOGIN", "LOGOUT", "LOGIN"]);
        assert_eq!(history.at("/data/me/loginHistory/edges/0/node/ip"), "127.0.0.1");
    }

    /// 4.2, RFC 8414: a partner's program finds where tokens are and gets one. It names no user: what is asked with it is
    /// refused, whoever else asks is served on.
    async fn a_partner_gets_a_token_that_is_no_users(product: &Product) {
        let client = product.client();
        let metadata = client.get("/.well-known/oauth-authorization-server").await;
        let endpoint = metadata.at("/token_endpoint").as_str().expect("an endpoint").to_owned();
        let path = endpoint.strip_prefix(metadata.at("/issuer").as_str().unwrap()).unwrap().to_owned();
        let form = format!("grant_type=client_credentials&client_id=partner_demo&client_secret={PASSWORD}");
        let issued = client.post_bytes(&path, "application/x-www-form-urlencoded", form).await;
        assert_eq!((issued.status, issued.at("/scope").as_str()), (200, Some("partner:read")), "{issued:#?}");
        assert_eq!(issued.headers["cache-control"], "no-store");

        let partner = client.with_token(issued.at("/access_token").as_str().unwrap());
        let asked = partner.query("{ me { id } courses(first: 1) { totalCount } }").await;
        assert!(asked.at("/data/me").is_null() && asked.at("/errors/0").is_object(), "{asked:#?}");
        assert_eq!(client.query("{ courses(first: 1) { totalCount } }").await.at("/errors"), &Value::Null);
    }

    /// S0-GW-2: the keys that verify tokens are public, and hold nothing private.
    async fn the_key_set_is_public(product: &Product) {
        let reply = product.client().get("/.well-known/jwks.json").await;
        assert_eq!(reply.status, 200);
        let key = reply.at("/keys/0");
        assert_eq!((key["kty"].as_str(), key["crv"].as_str()), (Some("OKP"), Some("Ed25519")));
        assert_eq!(key.get("d"), None);
        assert!(reply.headers["cache-control"].to_str().unwrap().contains("max-age=300"));
    }
}
