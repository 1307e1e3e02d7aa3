//! A running identity, and what people say to it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, SET_COOKIE};
use identity::SUBGRAPH;
use kit_database::{DatabaseSettings, Durability};
use kit_events::{EmbeddedEventLog, Event, EventId, EventLog, NewEvent, Origin, Watermark};
use kit_ids::{CompanyId, TeamId};
use kit_service::{RunningSubgraph, ServiceSettings, start};
use kit_testing::{Reply, TEST_START_US, TestDatabase, TestSubgraph};
use kit_viewer::{Client, Role, SignedInUser, Viewer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// What is written as text, of every table that is about people, and what is told of them.
const TABLES: [&str; 11] = [
    "SELECT phc FROM credentials",
    "SELECT device FROM sessions",
    "SELECT ip FROM sessions",
    "SELECT revoked_reason FROM sessions",
    "SELECT user_agent FROM login_events",
    "SELECT body FROM notifications",
    "SELECT email FROM password_reset_requests",
    "SELECT phone FROM phone_verifications",
    "SELECT user_agent FROM sign_in_mails",
    "SELECT hash FROM partner_secrets",
    "SELECT data FROM outbox",
];

pub(crate) struct House {
    subgraph: TestSubgraph,
    place: DatabaseSettings,
}

impl Deref for House {
    type Target = TestSubgraph;

    fn deref(&self) -> &TestSubgraph {
        &self.subgraph
    }
}

/// Nobody, at an address.
pub(crate) fn from(ip: &str) -> Viewer {
    let client = Client { ip: Some(ip.to_owned()), user_agent: Some("Test Browser".to_owned()) };
    Viewer { client, ..Viewer::anonymous() }
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

/// What a sister tells of something.
pub(crate) fn event(source: &str, kind: &'static str, subject: &str, data: Value) -> Event {
    let new = NewEvent { kind, subject: subject.to_owned(), time: TEST_START_US, data };
    Event::new(EventId::mint(TEST_START_US), source, 1, new, Origin::new("flow", None))
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
        let settings = place.settings(SUBGRAPH.name);
        Self { subgraph: TestSubgraph::start_with(&SUBGRAPH, place, options).await, place: settings }
    }

    /// Another replica, on the same database and with the same keys and clock.
    pub(crate) async fn replica(&self) -> RunningSubgraph {
        let folder = self.folder().join("replica");
        std::fs::create_dir_all(&folder).unwrap();
        let log = EmbeddedEventLog::open(&folder, Durability::ProcessDeath).await.unwrap();
        let keys = self.running().context().keys().clone();
        let mut settings = ServiceSettings::new(self.place.clone(), Arc::new(log), keys);
        settings.clock = Arc::clone(&self.running().context().clock);
        settings.options = json!({ "keysFile": self.folder().join("identity.keys.json") });
        start(&SUBGRAPH, settings).await.unwrap()
    }

    /// All text that the database holds of people, and all that is told of them.
    pub(crate) async fn dump(&self) -> String {
        let mut dump = String::new();
        for table in TABLES {
            let columns = self.database().query(table).fetch_all().await.unwrap();
            for row in columns {
                dump += &row.get::<Option<String>>(0).unwrap().unwrap_or_default();
                dump.push('\n');
            }
        }
        dump
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.database().query(sql).fetch_one().await.unwrap().get(0).unwrap()
    }

    /// Signs in from somewhere.
    pub(crate) async fn login_from(&self, whence: &Viewer, name: &str, password: &str) -> Reply {
        let body = json!({ "email": format!("{name}@demo.invalid"), "password": password, "tokenDelivery": "body" });
        self.send_as(whence, "POST", "/auth/v1/login", body).await
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

    /// What an access token says.
    pub(crate) fn claims_of(&self, tokens: &Reply) -> Value {
        let token = tokens.body["accessToken"].as_str().or(tokens.body["access_token"].as_str());
        let token = token.unwrap_or_else(|| panic!("no token in {}", tokens.body));
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice(&claims).unwrap()
    }

    /// The viewer whom an access token names.
    pub(crate) fn viewer_of(&self, tokens: &Reply) -> Viewer {
        let claims = self.claims_of(tokens);
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

    /// Registers somebody, and signs them in without roles.
    pub(crate) async fn person(&self, name: &str) -> Viewer {
        let location = self.register(name).await.headers["location"].to_str().unwrap().to_owned();
        let id = location.strip_prefix("/users/").unwrap().parse().unwrap();
        Viewer::signed_in(SignedInUser::new(id))
    }

    /// Registers an administrator.
    pub(crate) async fn admin(&self, name: &str) -> Viewer {
        let viewer = self.person(name).await;
        let grant = "INSERT INTO user_roles (user_id, role) VALUES (?, 'ADMIN')";
        self.database().query(grant).bind(viewer.user_id().unwrap()).execute().await.unwrap();
        Viewer::signed_in(viewer.user.unwrap().with_role(Role::Admin))
    }

    /// A partner's program, whose secret is the password of everybody here.
    pub(crate) async fn partner(&self, client_id: &str) {
        self.register(&format!("friend_of_{client_id}")).await;
        let id = [u8::try_from(client_id.len()).unwrap(); 16];
        let insert = "INSERT INTO partners (client_id, id, name, scopes, contract, created_at)
          VALUES (?, ?, 'Partner', 'partner:read', 'partner', 0)";
        self.database().query(insert).bind(client_id).bind(id).execute().await.unwrap();
        let insert = "INSERT INTO partner_secrets (id, client_id, hash, created_at)
          SELECT ?, ?, phc, 0 FROM credentials LIMIT 1";
        self.database().query(insert).bind(id).bind(client_id).execute().await.unwrap();
    }

    /// What the token endpoint of partners answers, with these credentials in the header and these parameters.
    pub(crate) async fn partner_token(&self, basic: Option<&str>, parameters: &[(&str, &str)]) -> Reply {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let mut request =
            Request::post("/auth/v1/partner/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(credentials) = basic {
            request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)));
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A company of this name.
    pub(crate) async fn company(&self, number: u8, name: &str) -> CompanyId {
        let id = CompanyId::from_bytes([number; 16]);
        let insert = "INSERT INTO companies (id, name, created_at) VALUES (?, ?, 0)";
        self.database().query(insert).bind(id).bind(name).execute().await.unwrap();
        id
    }

    /// A team of a company, to which this code invites.
    pub(crate) async fn team(&self, number: u8, company: CompanyId, invite_code: &str) -> TeamId {
        let id = TeamId::from_bytes([number; 16]);
        let hash: [u8; 32] = Sha256::digest(invite_code).into();
        let insert = "INSERT INTO teams (id, company_id, name, invite_code_hash, created_at) VALUES (?, ?, ?, ?, 0)";
        let insert = self.database().query(insert).bind(id).bind(company).bind(format!("Team {number}"));
        insert.bind(hash).execute().await.unwrap();
        id
    }

    /// Puts somebody where they belong.
    pub(crate) async fn place(&self, viewer: &Viewer, company: CompanyId, team: Option<TeamId>) {
        let update = "UPDATE users SET company_id = ?, team_id = ? WHERE id = ?";
        let update = self.database().query(update).bind(company).bind(team).bind(viewer.user_id().unwrap());
        update.execute().await.unwrap();
    }

    /// Publishes what a sister tells, as the log does when it delivers twice, and waits until it was dealt with or put
    /// away.
    pub(crate) async fn hear(&self, consumer: &str, events: &[Event]) {
        let heard = "SELECT (SELECT COUNT(*) FROM inbox WHERE consumer = ?)
          + (SELECT COUNT(*) FROM dead_letters WHERE consumer = ?) AS n";
        let count = async || -> i64 {
            let row = self.database().query(heard).bind(consumer).bind(consumer).fetch_one().await.unwrap();
            row.get("n").unwrap()
        };
        let expected = count().await + i64::try_from(events.len()).unwrap();
        for _ in 0..2 {
            let watermark = Watermark { remembered: 0, raised: 0 };
            self.event_log().publish(&events[0].source, events, watermark).await.unwrap();
        }
        let all_heard = async {
            while count().await < expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all_heard).await.expect("the events are dealt with");
    }

    /// The data of the last event of a type.
    pub(crate) async fn last_event(&self, kind: &str) -> Value {
        let select = "SELECT data FROM outbox WHERE type = ? ORDER BY position DESC LIMIT 1";
        let row = self.database().query(select).bind(kind).fetch_one().await.unwrap();
        serde_json::from_str(&row.get::<String>("data").unwrap()).unwrap()
    }

    /// What the graph answers this viewer.
    pub(crate) async fn graph(&self, viewer: &Viewer, query: &str) -> Value {
        self.ask(viewer, query).await.body
    }
}
