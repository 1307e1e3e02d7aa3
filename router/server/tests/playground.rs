//! The page that browsers get.

use http::StatusCode;
use router_server::configuration::{PlaygroundPersona, PlaygroundSettings, PlaygroundSignIn};

use crate::testkit::Graph;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn graph() -> Graph {
    Graph::builder()
        .settings(|settings| {
            let persona = PlaygroundPersona {
                name: "</script><script>alert(1)".to_owned(),
                email: "lee@demo.invalid".to_owned(),
                description: String::new(),
            };
            settings.playground = Some(PlaygroundSettings {
                title: "The <graph>".to_owned(),
                sign_in: Some(PlaygroundSignIn { personas: vec![persona], ..PlaygroundSignIn::default() }),
                ..PlaygroundSettings::default()
            });
        })
        .build()
}

#[tokio::test]
async fn a_browser_gets_the_page_under_a_strict_policy() {
    let graph = graph();
    let reply = graph.request("GET", "/graphql", &[BROWSER], "").await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
    let page = String::from_utf8(reply.body.to_vec()).unwrap();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.contains(&format!("nonce=\"{nonce}\"")));
    assert!(page.contains("<title>The &lt;graph&gt;</title>"));
    assert!(!page.contains("<script>alert"), "settings cannot leave their element");
    assert!(!page.contains("__SETTINGS__") && !page.contains("__NONCE__"));
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing is loaded from elsewhere");
    let again = graph.request("GET", "/graphql", &[BROWSER], "").await;
    assert_ne!(policy, again.header("content-security-policy"), "a nonce is used once");
}

#[tokio::test]
async fn every_file_that_the_page_names_is_served() {
    let graph = graph();
    let page = String::from_utf8(graph.request("GET", "/graphql", &[BROWSER], "").await.body.to_vec()).unwrap();
    let named: Vec<&str> = page.split(['"', '\'']).filter(|part| part.starts_with("/playground/")).collect();
    assert!(named.len() >= 3, "{named:?}");
    for file in named.into_iter().chain(["/playground/licenses.md"]) {
        let reply = graph.request("GET", file, &[("accept-encoding", "gzip, br")], "").await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert!(!reply.body.is_empty() && !reply.header("content-type").is_empty(), "{file}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    let plain = graph.request("GET", "/playground/playground.js", &[("accept-encoding", "br")], "").await;
    assert_eq!(plain.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(graph.request("GET", "/playground/../Cargo.toml", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(graph.request("GET", "/playground/secret", &[], "").await.status, StatusCode::NOT_FOUND);
}

/// OW-21
#[tokio::test]
async fn without_the_setting_there_is_no_page() {
    let graph = Graph::new();
    let reply = graph.request("GET", "/graphql", &[BROWSER], "").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    assert_eq!(graph.request("GET", "/playground/playground.js", &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_gets_its_reply_from_the_same_address() {
    let graph = graph();
    let reply = graph.request("GET", "/graphql?query=%7B__typename%7D", &[("accept", "*/*")], "").await;
    assert_eq!(reply.body, r#"{"data":{"__typename":"Query"}}"#);
    assert_eq!(reply.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}
