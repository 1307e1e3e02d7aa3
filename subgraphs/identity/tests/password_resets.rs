//! Other passwords for those who have forgotten theirs, by a mail server that the tests run (domain 4.2).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use kit_testing::{Reply, TestDatabase};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{AccountReply, House, PASSWORD};

const ASK: &str = "/auth/v1/password-resets";
const CONFIRM: &str = "/auth/v1/password-resets/confirm";
const OTHER_PASSWORD: &str = "staple battery horse";

/// A mail server that keeps what it is given (RFC 5321), unless it is told to be busy.
#[derive(Clone)]
pub(crate) struct MailServer {
    port: u16,
    mails: Arc<Mutex<Vec<String>>>,
    is_busy: Arc<Mutex<bool>>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, mails: Arc::default(), is_busy: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.talk(connection).await });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    async fn talk(&self, connection: TcpStream) {
        let (read, mut write) = connection.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.test\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let is_busy = *self.is_busy.lock().unwrap();
            let answer: &[u8] = match verb.as_str() {
                "MAIL" if is_busy => b"451 busy\r\n",
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await.unwrap();
                    let mut mail = String::new();
                    while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                        mail += &(line + "\n");
                    }
                    self.mails.lock().unwrap().push(mail);
                    b"250 kept\r\n"
                }
                "QUIT" => b"221 bye\r\n",
                _ => b"250 fine\r\n",
            };
            write.write_all(answer).await.unwrap();
        }
    }

    /// From now on it takes no mail, or takes it again.
    pub(crate) fn be_busy(&self, is_busy: bool) {
        *self.is_busy.lock().unwrap() = is_busy;
    }

    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    /// The token in the last mail, which may be broken into lines as quoted-printable (RFC 2045, section 6.7).
    fn token(&self) -> String {
        let mail = self.mails().pop().expect("there is a mail").replace("=\n", "").replace("=3D", "=");
        let (_, rest) = mail.split_once("?token=").unwrap_or_else(|| panic!("no token in {mail}"));
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

pub(crate) async fn house(place: TestDatabase, server: &MailServer) -> House {
    let url = server.url();
    House::open_with(place, json!({ "mail": { "smtpUrl": url } })).await
}

async fn ask(house: &House, email: &str) -> Reply {
    house.post(ASK, &[], json!({ "email": email })).await
}

async fn confirm(house: &House, token: &str, password: &str) -> (u16, String) {
    let reply = house.post(CONFIRM, &[], json!({ "token": token, "password": password })).await;
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default().to_owned())
}

/// Runs the worker until the mails are there; the subgraph's own worker may have taken a request.
pub(crate) async fn mails_arrive(house: &House, server: &MailServer, count: usize) {
    let arrived = async {
        while server.mails().len() < count {
            house.work().await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), arrived).await.expect("the mail arrives");
}

fn code(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

kit_testing::on_each_database! {
    /// Domain 4.2, RT-07, RT-26: 202, a mail, another password; all sessions end, and the token is used up.
    async fn a_forgotten_password_is_replaced_once(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        let tokens = house.register("lee").await;
        let asked = ask(&house, "LEE@demo.invalid").await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.body);
        mails_arrive(&house, &server, 1).await;
        assert!(server.mails()[0].contains("To: lee@demo.invalid"), "{:?}", server.mails());
        let token = server.token();

        assert_eq!(confirm(&house, &token, "password1234").await, code(422, "weak-password"));
        assert_eq!(confirm(&house, "guessed", OTHER_PASSWORD).await, code(400, "reset-token-invalid"));
        assert_eq!(confirm(&house, &token, OTHER_PASSWORD).await, code(204, ""));
        assert_eq!(confirm(&house, &token, OTHER_PASSWORD).await, code(410, "reset-token-ended"));
        assert_eq!(house.refresh(&tokens.text("refreshToken")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(house.login("lee", OTHER_PASSWORD).await.status, StatusCode::OK);
        house.stop().await;
    }

    /// Domain 4.2, AS-073, RT-21: nobody learns which accounts there are, and no stranger gets mail.
    async fn an_unknown_address_is_accepted_alike_and_gets_no_mail(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        let (known, unknown) = (ask(&house, "lee@demo.invalid").await, ask(&house, "nobody@demo.invalid").await);
        assert_eq!((unknown.status, &unknown.body), (known.status, &known.body));
        mails_arrive(&house, &server, 1).await;
        let waiting = "SELECT COUNT(*) FROM password_reset_requests";
        let rows = async || house.database().query(waiting).fetch_one().await.unwrap().get::<i64>(0).unwrap();
        while rows().await > 0 {
            house.work().await;
        }
        assert_eq!(server.mails().len(), 1);
        house.stop().await;
    }

    /// What was accepted is not lost to a mail server that is busy.
    async fn a_busy_mail_server_is_tried_again(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        server.be_busy(true);
        ask(&house, "lee@demo.invalid").await;
        house.work().await;
        server.be_busy(false);
        house.clock().advance(Duration::from_secs(120));
        mails_arrive(&house, &server, 1).await;
        assert_eq!(confirm(&house, &server.token(), OTHER_PASSWORD).await, code(204, ""));
        house.stop().await;
    }

    /// RT-26, AS-010, AS-074: of many who use one token at once one does, and for the account that it was made for; the
    /// link leads to our page whatever host the request names.
    async fn a_token_is_good_once_and_for_one_account(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        house.register("park").await;
        let headers = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("origin", "https://evil.example")];
        let request = http::Request::post(ASK).header("content-type", "application/json").header("host", "evil.example");
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let body = json!({ "email": "lee@demo.invalid" }).to_string();
        assert_eq!(house.send(request.body(axum::body::Body::from(body)).unwrap()).await.status, StatusCode::ACCEPTED);
        mails_arrive(&house, &server, 1).await;
        let mail = server.mails()[0].replace("=\n", "");
        assert!(mail.contains("https://lyceum.example/reset-password?token=") && !mail.contains("evil"), "{mail}");
        let token = server.token();
        assert_eq!(token.len(), 43, "256 bits");
        let uses = (0..10).map(|_| confirm(&house, &token, OTHER_PASSWORD));
        let mut statuses: Vec<u16> = futures_util::future::join_all(uses).await.into_iter().map(|(status, _)| status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 410, 410, 410, 410, 410, 410, 410, 410, 410]);
        assert_eq!(house.login("park", PASSWORD).await.status, StatusCode::OK);
        assert_eq!(house.count("SELECT COUNT(*) FROM login_events WHERE kind = 'PASSWORD_RESET'").await, 1);
        house.stop().await;
    }

    /// S0-AUTH-4, AS-078: the token ends after half an hour.
    async fn an_old_token_is_refused(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        ask(&house, "lee@demo.invalid").await;
        mails_arrive(&house, &server, 1).await;
        house.clock().advance(Duration::from_secs(30 * 60));
        assert_eq!(confirm(&house, &server.token(), OTHER_PASSWORD).await, code(410, "reset-token-ended"));
        house.stop().await;
    }
}

/// Domain 4.2: 429 for who asks too often, so that nobody floods another's mailbox.
#[tokio::test]
async fn asking_is_slowed_down() {
    let server = MailServer::start().await;
    let house = house(TestDatabase::sqlite(), &server).await;
    house.register("lee").await;
    for _ in 0..5 {
        assert_eq!(ask(&house, "lee@demo.invalid").await.status, StatusCode::ACCEPTED);
    }
    let slowed = ask(&house, "lee@demo.invalid").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!slowed.header("retry-after").is_empty());
    // Signing in is another matter.
    assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::OK);
    house.stop().await;
}
