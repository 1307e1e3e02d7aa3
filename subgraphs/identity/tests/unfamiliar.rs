//! Sign-ins from where an account was never used before (AS-071), told by a mail server that the tests run.

use kit_testing::TestDatabase;
use kit_viewer::{Client, Viewer};

use crate::house::{House, PASSWORD};
use crate::password_resets::{MailServer, house, mails_arrive};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0";
const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Nobody, at an address, with a program.
fn with(ip: &str, program: &str) -> Viewer {
    let client = Client { ip: Some(ip.to_owned()), user_agent: Some(program.to_owned()) };
    Viewer { client, ..Viewer::anonymous() }
}

/// The titles and texts of somebody's notices, newest first.
async fn notices(house: &House, viewer: &Viewer) -> Vec<(String, String)> {
    let query = "{ me { notifications(first: 9) { edges { node { kind body } } } } }";
    let answer = house.graph(viewer, query).await;
    let edges = answer["data"]["me"]["notifications"]["edges"].as_array().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    edges.iter().map(|edge| (text(&edge["node"]["kind"]), text(&edge["node"]["body"]))).collect()
}

kit_testing::on_each_database! {
    /// AS-071: the first sign-in is no surprise, nor is one of the same network and program; another network, or another
    /// program, is told of by mail and in the graph, once each. The history has all of them.
    async fn as_071_a_sign_in_from_somewhere_new_is_told(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        let mut viewer = Viewer::anonymous();
        for (ip, program, told) in [
            ("203.0.113.9", FIREFOX, 0),
            ("203.0.113.77", NEWER, 0),
            ("198.51.100.7", FIREFOX, 1),
            ("198.51.100.7", NEWER, 1),
            ("203.0.113.9", "curl/8.9\u{7}", 2),
            ("203.0.113.9", "curl/9.0", 2),
        ] {
            let tokens = house.login_from(&with(ip, program), "lee", PASSWORD).await;
            viewer = house.viewer_of(&tokens);
            assert_eq!(notices(&house, &viewer).await.len(), told, "{ip} {program}");
        }
        mails_arrive(&house, &server, 2).await;
        house.work().await;
        let mails = server.mails();
        assert_eq!(mails.len(), 2, "{mails:?}");
        assert!(mails[0].contains("To: lee@demo.invalid") && mails[0].contains("Subject: A sign-in from somewhere new"));
        assert!(mails[0].contains("Address: 198.51.100.7") && mails[0].contains("When: 1 June 2026, 00:00 UTC"), "{}", mails[0]);
        assert!(mails[1].contains("Address: 203.0.113.9") && mails[1].contains("Program: curl/8.9"), "{}", mails[1]);
        let told = notices(&house, &viewer).await;
        assert!(told.iter().all(|(kind, _)| kind == "identity.session.unfamiliar"), "{told:?}");
        assert!(told.iter().any(|(_, body)| body.contains("from 198.51.100.7")), "{told:?}");
        let history = "{ me { loginHistory(first: 9, kind: LOGIN) { totalCount } } }";
        assert_eq!(house.graph(&viewer, history).await["data"]["me"]["loginHistory"]["totalCount"], 7);
        house.stop().await;
    }

    /// AS-071: a failed sign-in tells nobody, and makes nothing familiar; nothing is said of what is not known.
    async fn what_fails_makes_nothing_familiar(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        let home = with("203.0.113.9", FIREFOX);
        let viewer = house.viewer_of(&house.login_from(&home, "lee", PASSWORD).await);
        let thief = with("198.51.100.7", FIREFOX);
        house.login_from(&thief, "lee", "guessed").await;
        house.login_from(&Viewer::anonymous(), "lee", PASSWORD).await;
        assert_eq!(notices(&house, &viewer).await, []);
        house.login_from(&thief, "lee", PASSWORD).await;
        assert_eq!(notices(&house, &viewer).await.len(), 1);
        mails_arrive(&house, &server, 1).await;
        house.stop().await;
    }

    /// AS-071: a mail server that is busy gets the mail later, and nobody waits for it to sign in.
    async fn a_mail_that_is_not_taken_is_sent_later(place: TestDatabase) {
        let server = MailServer::start().await;
        let house = house(place, &server).await;
        house.register("lee").await;
        house.login_from(&with("203.0.113.9", FIREFOX), "lee", PASSWORD).await;
        server.be_busy(true);
        assert_eq!(house.login_from(&with("198.51.100.7", FIREFOX), "lee", PASSWORD).await.status, 200);
        house.work().await;
        assert_eq!(server.mails().len(), 0);
        server.be_busy(false);
        house.clock().advance(std::time::Duration::from_secs(120));
        mails_arrive(&house, &server, 1).await;
        house.stop().await;
    }
}
