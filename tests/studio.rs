//! The studio in a real browser: what the graph has done is seen, by everybody, without a network.

use std::str::FromStr;
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use crate::playground::accessibility::{axe, violations};
use crate::playground::browser::{Driver, Page, STEP_TIMEOUT};
use crate::product::{Product, Shape};

const COURSES: &str = "query StudioCourses { courses(first: 3) { edges { node { title enrollmentCount } } } }";
/// Each page, and a text that stands there once its data has come.
const PAGES: [(&str, &str); 8] = [
    ("", "How long requests took"),
    ("/operations", "StudioCourses"),
    ("/requests", "StudioCourses"),
    ("/bottlenecks", "What would help most"),
    ("/graph", "learning"),
    ("/graph?tab=types&search=Course", "enrollment"),
    ("/subgraphs", "learning"),
    ("/subgraphs/learning?tab=schema", "definitions"),
];

/// Asks chromedriver what the page has written to its console.
#[derive(Debug)]
struct Console;

impl WebDriverCompatibleCommand for Console {
    fn endpoint(
        &self,
        base: &reqwest::Url,
        session: Option<&str>,
    ) -> Result<reqwest::Url, <reqwest::Url as FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &reqwest::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// What went wrong in the page, as its console tells.
async fn complaints(page: &Page) -> Vec<Value> {
    let told = page.window.issue_cmd(Console).await.unwrap();
    told.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE").cloned().collect()
}

/// A product that has been asked something, and whose studio knows.
async fn product_in_use() -> Product {
    let product = tokio::task::spawn_blocking(|| Product::start(Shape::OneProcess)).await.unwrap();
    let learner = product.signed_in("learner_lee").await;
    for _ in 0..20 {
        learner.query(COURSES).await;
    }
    let on_operations = crate::product::Client::new(&product.ops_url);
    let seen = async {
        while on_operations.get("/ops/traces?search=StudioCourses").await.at("/total") == &json!(0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(STEP_TIMEOUT, seen).await.expect("a request is kept");
    product
}

async fn go(page: &Page, product: &Product, path: &str) {
    page.window.goto(&format!("{}/studio{path}", product.ops_url)).await.unwrap();
}

/// Every page shows what there is, its console stays empty, and axe finds nothing; in both schemes, wide and narrow.
#[tokio::test]
async fn every_page_shows_what_the_graph_does() {
    let Some(driver) = Driver::start() else { return };
    let axe = axe();
    let product = product_in_use().await;
    let mut found = Vec::new();
    for (scheme, width) in [("light", 1440), ("dark", 1440), ("dark", 390)] {
        let page = Page::at(&driver, &format!("{}/studio", product.ops_url), scheme).await;
        page.window.set_window_size(width, 900).await.unwrap();
        for (path, text) in PAGES {
            go(&page, &product, path).await;
            page.wait_for_text("main", text).await;
            if let Some(axe) = &axe {
                let violations = violations(&page, axe).await;
                found.extend(violations.into_iter().map(|each| format!("{scheme} {width} {path}: {each}")));
            }
            let failures = "return document.querySelectorAll('.failure').length";
            assert_eq!(page.script(failures, Vec::new()).await, json!(0), "{path}");
        }
        let complaints = complaints(&page).await;
        assert!(complaints.is_empty(), "{scheme} {width}: {complaints:#?}");
        page.close().await;
    }
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

async fn press(page: &Page, keys: &str) {
    page.window.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// From the overview to a span of a request, by the keyboard alone.
#[tokio::test]
async fn the_keyboard_leads_to_a_span() {
    let Some(driver) = Driver::start() else { return };
    let product = product_in_use().await;
    let page = Page::at(&driver, &format!("{}/studio", product.ops_url), "light").await;
    page.wait_for_text("main", "How long requests took").await;
    press(&page, "/").await;
    page.wait_for_text("dialog[open]", "Esc").await;
    press(&page, "StudioCourses").await;
    page.wait_for_text("dialog[open] [role=option][aria-selected=true]", "StudioCourses").await;
    press(&page, &char::from(Key::Enter).to_string()).await;
    page.wait_for_text("h1", "StudioCourses").await;
    page.wait_for_text("main", "Its requests").await;
    press(&page, "gr").await;
    page.wait_for_text("h1", "Requests").await;
    page.wait_for_text("main .table", "StudioCourses").await;
    page.script("document.querySelector('main .table a').focus()", Vec::new()).await;
    press(&page, &char::from(Key::Enter).to_string()).await;
    page.element("//*[@role='treegrid']").await;
    page.script("document.querySelector('[role=treegrid]').focus()", Vec::new()).await;
    press(&page, &char::from(Key::Down).to_string()).await;
    page.wait_for_text(".wf-detail", "Began after").await;
    press(&page, &char::from(Key::Escape).to_string()).await;
    page.close().await;
}

/// What subgraphs and clients tell takes a token; the page says so, takes one, and keeps it in its tab.
#[tokio::test]
async fn a_token_is_asked_for_where_one_is_needed() {
    let Some(driver) = Driver::start() else { return };
    let product = product_in_use().await;
    let page = Page::at(&driver, &format!("{}/studio/clients", product.ops_url), "light").await;
    page.wait_for_text("main", "Who are you?").await;
    let learner = product.signed_in("learner_lee").await;
    let field = page.element("//input[@id='token']").await;
    field.send_keys(learner.token()).await.unwrap();
    page.press("Use this token").await;
    page.wait_for_text("main", "This token is not enough").await;
    page.wait_for_text("main", "ops:read").await;
    let operator = product.signed_in("ops").await;
    page.script("document.getElementById('token').select()", Vec::new()).await;
    page.element("//input[@id='token']").await.send_keys(operator.token()).await.unwrap();
    page.press("Use this token").await;
    page.wait_for_text("main", "No client has asked yet").await;
    let kept =
        "return [Object.keys(sessionStorage).length, document.cookie, JSON.stringify(localStorage).includes('ey')]";
    assert_eq!(page.script(kept, Vec::new()).await, json!([1, "", false]));
    page.close().await;
}

/// The page asks nobody but its own router, and its policy lets nothing else through.
#[tokio::test]
async fn the_studio_asks_its_own_router_alone() {
    let Some(driver) = Driver::start() else { return };
    let product = product_in_use().await;
    let page = Page::at(&driver, &format!("{}/studio", product.ops_url), "dark").await;
    page.wait_for_text("main", "How long requests took").await;
    let asked = "return performance.getEntriesByType('resource').map(({ name }) => name)";
    let asked = page.script(asked, Vec::new()).await;
    for name in asked.as_array().unwrap() {
        assert!(name.as_str().unwrap().starts_with(&product.ops_url), "{name}");
    }
    let script = "const done = arguments[0]; addEventListener('securitypolicyviolation', ({ effectiveDirective }) => \
        done(effectiveDirective)); fetch('https://elsewhere.invalid/').catch(() => {})";
    assert_eq!(page.window.execute_async(script, Vec::new()).await.unwrap(), json!("connect-src"));
    page.close().await;
}
