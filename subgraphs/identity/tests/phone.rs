//! Proving a telephone number, by a gateway that the tests run (domain 3.1, 4.2).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use kit_testing::{Reply, TestDatabase};
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

const SEND: &str = "/auth/v1/phone-verifications";
const PHONE: &str = "+82 10-1234-5678";
const TOKEN: &str = "gateway-token";

/// A gateway that keeps what it is given, or refuses.
#[derive(Clone, Default)]
struct Gateway {
    messages: Arc<Mutex<Vec<Value>>>,
    is_broken: Arc<Mutex<bool>>,
}

impl Gateway {
    async fn start() -> (Self, String) {
        let gateway = Self::default();
        let service = Router::new().route("/messages", post(take)).with_state(gateway.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/messages", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, service).await });
        (gateway, url)
    }

    /// The six digits of the last message.
    fn code(&self) -> String {
        let messages = self.messages.lock().unwrap();
        let text = messages.last().expect("there is a message")["text"].as_str().unwrap().to_owned();
        text.chars().filter(char::is_ascii_digit).collect()
    }
}

async fn take(State(gateway): State<Gateway>, headers: HeaderMap, Json(message): Json<Value>) -> StatusCode {
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    if *gateway.is_broken.lock().unwrap() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    gateway.messages.lock().unwrap().push(message);
    StatusCode::ACCEPTED
}

async fn house(place: TestDatabase) -> (House, Gateway) {
    let (gateway, url) = Gateway::start().await;
    let options = json!({ "sms": { "gatewayUrl": url, "gatewayToken": TOKEN } });
    (House::open_with(place, options).await, gateway)
}

async fn send(house: &House, phone: &str) -> Reply {
    house.post(SEND, &[], json!({ "phone": phone })).await
}

async fn confirm(house: &House, id: &str, code: &str) -> Reply {
    house.post(&format!("{SEND}/{id}/confirm"), &[], json!({ "code": code })).await
}

fn refusal(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

/// Six digits that are not these.
fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

async fn register(house: &House, name: &str, phone_token: &str) -> Reply {
    let body = json!({
        "name": name, "email": format!("{name}@demo.invalid"), "password": PASSWORD, "tokenDelivery": "body",
        "phoneToken": phone_token,
    });
    house.post("/auth/v1/register", &[], body).await
}

kit_testing::on_each_database! {
    /// S3-USER, domain 4.2: a code, a token, an account with the number; each is good once, and a number has one account.
    async fn a_verified_number_belongs_to_one_account(place: TestDatabase) {
        let (house, gateway) = house(place).await;
        let sent = send(&house, PHONE).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
        assert_eq!(sent.body["expiresAt"], "2026-06-01T00:03:00.000Z");
        assert_eq!(gateway.messages.lock().unwrap()[0]["to"], "+821012345678");
        let (id, code) = (sent.text("id"), gateway.code());
        assert_eq!(code.len(), 6);
        assert_eq!(refusal(&confirm(&house, &id, &wrong(&code)).await), (400, "code-mismatch"));
        let token = confirm(&house, &id, &code).await.text("phoneToken");
        assert_eq!(refusal(&confirm(&house, &id, &code).await), (410, "verification-ended"));

        let lee = register(&house, "lee", &token).await;
        assert_eq!(lee.status, StatusCode::CREATED, "{}", lee.body);
        let me = house.graph(&house.viewer_of(&lee), "{ me { phone } }").await;
        assert_eq!(me["data"]["me"]["phone"], "+821012345678");
        assert_eq!(refusal(&register(&house, "park", &token).await), (400, "phone-token-invalid"));

        let id = send(&house, PHONE).await.text("id");
        let token = confirm(&house, &id, &gateway.code()).await.text("phoneToken");
        assert_eq!(refusal(&register(&house, "park", &token).await), (409, "phone-taken"));
        house.stop().await;
    }

    /// Domain 3.1, AS-074, AS-078, AS-079: five guesses, three minutes, and a quarter of an hour for the token.
    async fn codes_and_tokens_end(place: TestDatabase) {
        let (house, gateway) = house(place).await;
        let id = send(&house, PHONE).await.text("id");
        for _ in 0..5 {
            assert_eq!(refusal(&confirm(&house, &id, &wrong(&gateway.code())).await), (400, "code-mismatch"));
        }
        assert_eq!(refusal(&confirm(&house, &id, &gateway.code()).await), (429, "too-many-attempts"));

        let id = send(&house, PHONE).await.text("id");
        house.clock().advance(Duration::from_secs(180));
        assert_eq!(refusal(&confirm(&house, &id, &gateway.code()).await), (410, "verification-ended"));

        let id = send(&house, PHONE).await.text("id");
        let token = confirm(&house, &id, &gateway.code()).await.text("phoneToken");
        house.clock().advance(Duration::from_secs(15 * 60));
        assert_eq!(refusal(&register(&house, "lee", &token).await), (400, "phone-token-invalid"));
        assert_eq!(refusal(&confirm(&house, "no-id", "000000").await), (410, "verification-ended"));
        house.stop().await;
    }

    /// AS-076, AS-010: of many right guesses at once one gets the proof, and of many who use the proof one has the number.
    async fn a_code_is_good_once(place: TestDatabase) {
        let (house, gateway) = house(place).await;
        let id = send(&house, PHONE).await.text("id");
        let code = gateway.code();
        let replies = futures_util::future::join_all((0..8).map(|_| confirm(&house, &id, &code))).await;
        let proofs: Vec<String> = replies.iter().filter_map(|reply| reply.body["phoneToken"].as_str().map(str::to_owned)).collect();
        assert_eq!(proofs.len(), 1);
        let names = ["a", "b", "c", "d"];
        let opened = futures_util::future::join_all(names.map(|name| register(&house, name, &proofs[0]))).await;
        assert_eq!(opened.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 1);
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 1);
        house.stop().await;
    }

    /// AS-079: however a number is written, it is one number; another one's code does not fit.
    async fn a_number_is_one_however_it_is_written(place: TestDatabase) {
        let (house, gateway) = house(place).await;
        let mut codes = Vec::new();
        for phone in ["+82 10-1234-5678", "+821012345678", "+82 (10) 1234 5678", " +82-10-12345678", "+82 10 12 34 56 78"] {
            let sent = send(&house, phone).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{phone}: {}", sent.body);
            codes.push((sent.text("id"), gateway.code()));
            house.clock().advance(Duration::from_secs(16 * 60));
        }
        assert_eq!(refusal(&send(&house, "+821012345678").await), (429, "too-many-attempts"));
        assert_eq!(gateway.messages.lock().unwrap().len(), 5);
        house.clock().advance(Duration::from_secs(24 * 60 * 60));
        let (one, other) = (send(&house, PHONE).await.text("id"), send(&house, "+821099999999").await.text("id"));
        let of_other = gateway.code();
        assert_ne!(refusal(&confirm(&house, &one, &of_other).await).0, 200);
        assert_eq!(confirm(&house, &other, &of_other).await.status, StatusCode::OK);
        house.stop().await;
    }

    /// Domain 3.1: five messages to a number in a day.
    async fn a_number_gets_five_messages_a_day(place: TestDatabase) {
        let (house, gateway) = house(place).await;
        for _ in 0..5 {
            assert_eq!(send(&house, PHONE).await.status, StatusCode::ACCEPTED);
            // Beyond what one address is let do at once.
            house.clock().advance(Duration::from_secs(16 * 60));
        }
        assert_eq!(refusal(&send(&house, PHONE).await), (429, "too-many-attempts"));
        assert_eq!(gateway.messages.lock().unwrap().len(), 5);
        house.clock().advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(send(&house, PHONE).await.status, StatusCode::ACCEPTED);
        house.stop().await;
    }
}

/// Domain 4.2, S3-USER-3, AS-163: what is no number, and a gateway that does not take the message.
#[tokio::test]
async fn what_cannot_be_sent_is_said() {
    let (house, gateway) = house(TestDatabase::sqlite()).await;
    assert_eq!(refusal(&send(&house, "010-1234-5678").await), (400, "invalid-phone"));
    *gateway.is_broken.lock().unwrap() = true;
    let failed = send(&house, PHONE).await;
    assert_eq!(refusal(&failed), (502, "sms-delivery-failed"));
    assert!(!failed.body.to_string().contains("gateway"), "{}", failed.body);
    house.stop().await;
}
