//! A running identity, and what people say to it.

use std::ops::Deref;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use http::header::{CONTENT_TYPE, HOST, SET_COOKIE};
use identity::SUBGRAPH;
use kit_testing::{Reply, TestDatabase, TestSubgraph};
use kit_viewer::{SignedInUser, Viewer};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct House(TestSubgraph);

impl Deref for House {
    type Target = TestSubgraph;

    fn deref(&self) -> &TestSubgraph {
        &self.0
    }
}

/// What the sign-in surface answers.
pub(crate) trait AccountReply {
    /// A field of a problem or of tokens.
    fn text(&self, field: &str) -> String;
    fn cookie(&self) -> String;
}

impl AccountReply for Reply {
    fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_else(|| panic!("{field} is missing in {}", self.body)).to_owned()
    }

    fn cookie(&self) -> String {
        self.headers[SET_COOKIE].to_str().unwrap().to_owned()
    }
}

impl House {
    pub(crate) async fn open(place: TestDatabase) -> Self {
        Self::open_with(place, json!({})).await
    }

    /// With further options.
    pub(crate) async fn open_with(place: TestDatabase, mut further: Value) -> Self {
        let options = |folder: &std::path::Path| {
            further["keysFile"] = json!(folder.join("identity.keys.json"));
            further
        };
        Self(TestSubgraph::start_with(&SUBGRAPH, place, options).await)
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/json").header(HOST, "lyceum.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A REST request of a viewer, signed as the router signs what it passes on.
    pub(crate) async fn send_as(&self, viewer: &Viewer, method: &str, path: &str, body: Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        self.send_signed(viewer, request.header(HOST, "lyceum.example").body(Body::from(body.clone())).unwrap(), &body)
            .await
    }

    /// The viewer whom an access token names.
    pub(crate) fn viewer_of(&self, tokens: &Reply) -> Viewer {
        let token = tokens.text("accessToken");
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let user = SignedInUser::new(claims["sub"].as_str().unwrap().parse().unwrap());
        Viewer::signed_in(user.with_session(claims["sid"].as_str().unwrap()))
    }

    pub(crate) async fn register(&self, name: &str) -> Reply {
        let email = format!("{name}@demo.invalid");
        let body = json!({ "name": name, "email": email, "password": PASSWORD, "tokenDelivery": "body" });
        self.post("/auth/v1/register", &[], body).await
    }

    pub(crate) async fn login(&self, name: &str, password: &str) -> Reply {
        let email = format!("{name}@demo.invalid");
        self.post("/auth/v1/login", &[], json!({ "email": email, "password": password, "tokenDelivery": "body" })).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Reply {
        self.post("/auth/v1/token/refresh", &[], json!({ "refreshToken": refresh_token })).await
    }

    /// What the graph answers this viewer.
    pub(crate) async fn graph(&self, viewer: &Viewer, query: &str) -> Value {
        self.ask(viewer, query).await.body
    }
}
