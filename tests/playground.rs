//! The playground in a real browser: sign in, run a query across three subgraphs, see the result.

pub(crate) mod accessibility;
mod administration;
pub(crate) mod browser;
mod tools;

use std::time::Duration;

use fantoccini::Locator;
use serde_json::json;

use self::browser::{Driver, STEP_TIMEOUT};
use crate::product::{Product, Shape};

/// S0-ENR-1: signing in from the page sets the token, and a query over three subgraphs shows its result; in both schemes.
///
/// With LYCEUM_SCREENSHOTS set to a folder, a picture of each is left there.
#[tokio::test]
async fn a_person_signs_in_and_runs_a_query_in_the_browser() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    for scheme in ["light", "dark"] {
        let window = driver.window(scheme).await;
        window.goto(&format!("{}/graphql", product.url)).await.unwrap();
        let wait = || window.wait().at_most(STEP_TIMEOUT);

        let persona = "//button[contains(@class,'panel-item')][.//strong[text()='learner_lee']]";
        wait().for_element(Locator::XPath(persona)).await.unwrap().click().await.unwrap();
        let signed_in = "//button[contains(@class,'account-button')][contains(.,'learner_lee')]";
        wait().for_element(Locator::XPath(signed_in)).await.unwrap();
        window.find(Locator::Css("button.graphiql-execute-button")).await.unwrap().click().await.unwrap();

        let result = wait().for_element(Locator::Css(".result-window .CodeMirror-code")).await.unwrap();
        let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
        loop {
            let text = result.text().await.unwrap();
            if text.contains("viewerProgress") {
                assert!(text.contains("displayName") && text.contains("ALREADY_OWNED"), "{text}");
                break;
            }
            assert!(tokio::time::Instant::now() < deadline, "{scheme}: no result, but: {text}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if let Some(folder) = std::env::var_os("LYCEUM_SCREENSHOTS") {
            let picture = window.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("playground-{scheme}.png")), picture).unwrap();
        }
        window.close().await.unwrap();
    }
}

/// domain 5.2 operation 07: a subscription runs in the page, and shows what happens elsewhere as it happens.
#[tokio::test]
async fn a_subscription_shows_what_happens_in_the_browser() {
    const OPERATION: &str = "subscription Follow { progressChanged { playable { id } progress { positionSeconds } } }";
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let window = driver.window("light").await;
    window.goto(&format!("{}/graphql", product.url)).await.unwrap();
    let wait = || window.wait().at_most(STEP_TIMEOUT);
    let persona = "//button[contains(@class,'panel-item')][.//strong[text()='admin']]";
    wait().for_element(Locator::XPath(persona)).await.unwrap().click().await.unwrap();
    let signed_in = "//button[contains(@class,'account-button')][contains(.,'admin')]";
    wait().for_element(Locator::XPath(signed_in)).await.unwrap();
    let write = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(arguments[0])";
    window.execute(write, vec![json!(OPERATION)]).await.unwrap();
    // The page names the tab when it has understood what was written, and from then on asks for that.
    let named = "//*[contains(@class,'graphiql-tab-button')][contains(.,'Follow')]";
    wait().for_element(Locator::XPath(named)).await.unwrap();
    window.find(Locator::Css("button.graphiql-execute-button")).await.unwrap().click().await.unwrap();

    let admin = product.signed_in("admin").await;
    let lessons =
        admin.query("{ courses(first: 1) { edges { node { lessons(first: 1) { edges { node { id } } } } } } }").await;
    let lesson = lessons.at("/data/courses/edges/0/node/lessons/edges/0/node/id").clone();
    let begin =
        "mutation($in: StartPlaybackInput!) { startPlayback(input: $in) { session { id } userErrors { message } } }";
    let session = admin.operation(begin, json!({ "in": { "playableId": lesson } })).await;
    let session = session.data()["startPlayback"]["session"]["id"].clone();
    let report = "mutation($in: RecordPlaybackEventsInput!) { recordPlaybackEvents(input: $in) { accepted userErrors { message } } }";
    let result = wait().for_element(Locator::Css(".result-window .CodeMirror-code")).await.unwrap();
    let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
    // Nobody outside of the page knows when it has begun to listen, so that something goes on happening.
    for seq in 1.. {
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let event = json!({ "seq": seq, "kind": "HEARTBEAT", "positionSeconds": 7.0, "at": at });
        admin.operation(report, json!({ "in": { "sessionId": session, "events": [event] } })).await.data();
        let text = result.text().await.unwrap();
        if text.contains("positionSeconds") {
            assert!(text.contains(lesson.as_str().unwrap()), "{text}");
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "no reply, but: {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    window.close().await.unwrap();
}
