//! What helps with writing operations: documentation, problems, plans, saved operations and links.

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::json;

use super::browser::{Driver, Page, STEP_TIMEOUT};
use crate::product::{Product, Shape};

const SEARCH: &str = "input[data-cy=doc-explorer-input]";

/// Searches the documentation, by the keyboard alone, until this is found. Gives the field, whose list is open.
async fn search(page: &Page, words: &str, wanted: &str) -> Element {
    let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
    loop {
        let body = page.window.find(Locator::Css("body")).await.unwrap();
        body.send_keys(&format!("{}k{}", char::from(Key::Control), char::from(Key::Null))).await.unwrap();
        let input = page.window.wait().at_most(STEP_TIMEOUT).for_element(Locator::Css(SEARCH)).await.unwrap();
        let is_focused = "return document.activeElement === document.querySelector(arguments[0])";
        while page.script(is_focused, vec![json!(SEARCH)]).await != json!(true) {
            assert!(tokio::time::Instant::now() < deadline, "the search does not have the keyboard");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (control, released) = (char::from(Key::Control), char::from(Key::Null));
        input.send_keys(&format!("{control}a{released}{words}")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        let script = "return document.querySelector('[role=listbox]')?.innerText ?? ''";
        let found = page.script(script, Vec::new()).await.as_str().unwrap().to_owned();
        if found.contains(wanted) {
            return input;
        }
        // The schema may still be on its way.
        assert!(tokio::time::Instant::now() < deadline, "{words}: no {wanted:?}, but: {found}");
        close_search(&input).await;
    }
}

/// While the list is open nothing else can be clicked.
async fn close_search(input: &Element) {
    input.send_keys(&char::from(Key::Escape).to_string()).await.unwrap();
}

/// P12: the documentation is that of the viewer's own view, anew after signing in and out. Its search needs no mouse.
#[tokio::test]
async fn the_documentation_is_what_the_viewer_sees() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    close_search(&search(&page, "deactivateUser", "No results found").await).await;
    page.toggle("Account").await;
    page.sign_in("admin").await;
    let input = search(&page, "deactivateUser", "Mutation.deactivateUser").await;
    input.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    page.wait_for_text(".graphiql-doc-explorer-content", "deactivateUser").await;
    page.picture("documentation").await;

    page.toggle("Account").await;
    page.press("Sign out").await;
    page.element("//button[contains(@class,'account-button')][normalize-space()='Sign in']").await;
    page.toggle("Documentation Explorer").await;
    // What is shown no longer exists for this viewer.
    page.wait_for_text(".graphiql-doc-explorer-title", "Docs").await;
    search(&page, "deactivateUser", "No results found").await;
    page.close().await;
}

/// P11: for each null that a rule caused, the page says which rule and what would do, and shows the place.
#[tokio::test]
async fn the_page_says_why_something_is_null() {
    const OPERATION: &str = "query Why {\n  me { displayName }\n  courses(first: 2) {\n    edges { node { title ...Own } }\n  }\n}\n\nfragment Own on Course {\n  quote: viewerPrice { reason }\n}\n";
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    for scheme in ["light", "dark"] {
        let page = Page::open(&driver, product, scheme).await;
        page.write(OPERATION).await;
        page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Why')]").await;
        page.run().await;
        let status = page.wait_for_text(".problems-said[role=status]", "2 problems: 2 UNAUTHENTICATED").await;
        assert!(!status.contains("line"), "{status}");
        let said = page.wait_for_text(".problems-list", "courses.edges[0].node.quote").await;
        assert!(said.contains("Course.viewerPrice @authenticated") && said.contains("Signing in is enough."), "{said}");

        let second = page.element("(//button[contains(@class,'problem-choice')])[2]").await;
        second.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
        let said = page.wait_for_text(".problems-said[role=status]", "line 9 of the operation").await;
        assert!(said.contains("of the result"), "{said}");
        page.wait_for_text(".graphiql-query-editor .problem-mark", "viewerPrice").await;
        page.wait_for_text(".result-window .problem-mark", "null").await;
        assert_eq!(second.attr("aria-pressed").await.unwrap().as_deref(), Some("true"));
        page.picture(&format!("problems-{scheme}")).await;

        // Signed in there is nothing to explain.
        page.sign_in("learner_lee").await;
        page.run().await;
        page.element("//section[contains(@class,'problems')][@hidden]").await;
        page.close().await;
    }
}

/// P11: who is signed in is told which scopes it would take, also of a mutation that is not made.
#[tokio::test]
async fn the_page_says_which_scopes_are_missing() {
    const OPERATION: &str =
        "mutation Publish { publishCourse(input: { courseId: \"none\" }) { userErrors { message } } }";
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.sign_in("learner_lee").await;
    page.write(OPERATION).await;
    page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Publish')]").await;
    page.run().await;
    page.wait_for_text(".problems-said[role=status]", "1 problem: 1 FORBIDDEN").await;
    let said = page.wait_for_text(".problems-list", "It takes the scope course:write.").await;
    assert!(said.contains(r#"Mutation.publishCourse @requiresScopes(scopes: [["course:write"]])"#), "{said}");

    // A narrow window shows all of it as well, one part below the other.
    page.window.set_window_size(480, 900).await.unwrap();
    page.picture("narrow").await;
    let widths = "const width = (selector) => document.querySelector(selector).getBoundingClientRect().width; \
                  return [document.documentElement.scrollWidth - window.innerWidth, width('.problems'), width('.graphiql-editors')]";
    let widths = page.script(widths, Vec::new()).await;
    let [beyond, problems, editors] = [0, 1, 2].map(|index| widths[index].as_f64().unwrap());
    assert!(beyond <= 0.0 && problems > 300.0 && editors > 300.0, "{widths}");
    page.close().await;
}

/// A token that is refused ends the session, says so, and does not cost the documentation.
#[tokio::test]
async fn a_refused_token_ends_the_session() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.element("//button[contains(@class,'account-button')]").await;
    let session = json!({ "accessToken": "e30.e30.e30", "name": "Somebody", "email": "s@demo.invalid", "roles": [] });
    let store = "sessionStorage.setItem('lyceum:session', arguments[0])";
    page.script(store, vec![json!(session.to_string())]).await;
    page.window.refresh().await.unwrap();
    page.element("//button[contains(@class,'account-button')][normalize-space()='Sign in']").await;
    search(&page, "updateProfile", "Mutation.updateProfile").await;
    page.window.refresh().await.unwrap();
    page.element("//button[contains(@class,'account-button')][normalize-space()='Sign in']").await;
    page.close().await;
}

/// The plan of an operation, for those who may see it: without running it, and beside its result.
#[tokio::test]
async fn operators_see_the_plan() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    for scheme in ["light", "dark"] {
        let page = Page::open(&driver, product, scheme).await;
        page.sign_in("learner_lee").await;
        page.toggle("Plan and cost").await;
        page.press("Show the plan").await;
        page.wait_for_text(".plan-status", "You may not ask for this").await;

        page.toggle("Account").await;
        page.sign_in("admin").await;
        page.click("//details/summary[contains(., 'scopes')]").await;
        page.wait_for_text(".panel-card details", "ops:read").await;
        page.picture(&format!("scopes-{scheme}")).await;
        page.toggle("Plan and cost").await;
        page.press("Show the plan").await;
        page.wait_for_text(".plan-status", "fetches to 3 subgraphs").await;
        let wait = page.wait_for_text(".plan-wait", "identity").await;
        assert!(wait.starts_with("identity") && wait.contains("enrollment"), "{wait}");
        assert_eq!(page.result().await, "", "nothing was executed");
        let first = page.element("//*[@role='tree']/*[@role='treeitem'][1]").await;
        assert!(first.attr("aria-label").await.unwrap().unwrap().starts_with("Fetch 1: identity at the root"));
        first.send_keys(&char::from(Key::Down).to_string()).await.unwrap();
        let chosen = page.element("//*[@role='treeitem'][@aria-selected='true']").await;
        assert!(chosen.attr("aria-label").await.unwrap().unwrap().contains("enrollment at me, after fetch 1"));
        page.wait_for_text(".plan-operation", "enrollments").await;
        page.picture(&format!("plan-{scheme}")).await;

        page.write("query Titles { courses(first: 1) { edges { node { title } } } }").await;
        page.wait_for_text(".plan-status", "has changed since").await;
        page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Titles')]").await;
        page.run().await;
        page.wait_for_text(".plan-status", "1 fetch to 1 subgraph, 1 step").await;
        assert!(!page.result().await.contains("extensions"), "the result is what any client gets");
        // What became of each fetch: nobody keeps who somebody is, and the graph says so.
        page.write("query Mine { me { displayName } }").await;
        page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Mine')]").await;
        page.run().await;
        page.wait_for_text(".plan-verdict", "not kept").await;
        page.wait_for_text(".plan-verdict-sentence", "the graph says so").await;
        let fetch = page.element("//*[@role='tree']/*[@role='treeitem'][1]").await;
        assert!(fetch.attr("aria-label").await.unwrap().unwrap().ends_with("identity at the root, not kept"));
        page.picture(&format!("plan-verdict-{scheme}")).await;
        // What is everybody's is kept as a whole, from the second time on.
        page.write("query Categories { categories { name } }").await;
        page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Categories')]").await;
        page.run().await;
        page.wait_for_text(".plan-operation", "categories").await;
        page.run().await;
        page.wait_for_text(".plan-reply", "The whole reply was kept").await;
        page.close().await;
    }
}

/// Operations are kept, renamed, exported, deleted, imported, and shared by a link that executes nothing.
#[tokio::test]
async fn operations_are_kept_and_shared() {
    const OPERATION: &str = "query Kept { courses(first: 1) { totalCount } }";
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.write(OPERATION).await;
    page.toggle("Saved operations").await;
    let name = page.element("//section[@aria-label='Saved operations']//form//input").await;
    name.send_keys("How many").await.unwrap();
    page.press("Save").await;
    page.wait_for_text(".saved-status", "Saved as How many.").await;
    page.press("Rename How many").await;
    let name = page.element("//input[@aria-label='New name of How many']").await;
    name.send_keys(" courses there are").await.unwrap();
    page.press("Keep the name").await;
    page.press("Share by link").await;
    let link =
        page.element("//label[text()='Link']/following-sibling::input").await.prop("value").await.unwrap().unwrap();
    page.picture("saved").await;

    page.window.refresh().await.unwrap();
    page.toggle("Saved operations").await;
    page.write("{ __typename }").await;
    page.press("Open How many courses there are").await;
    wait_for_operation(&page, OPERATION).await;
    page.toggle("Saved operations").await;
    let watch = "const make = URL.createObjectURL; \
                 URL.createObjectURL = (blob) => { blob.text().then((text) => (window.exported = text)); return make(blob) }";
    page.script(watch, Vec::new()).await;
    page.press("Export").await;
    let exported = wait_for_export(&page).await;
    assert_eq!(exported, format!("# saved operation: How many courses there are\n{OPERATION}\n"));
    page.press("Delete How many courses there are").await;
    page.wait_for_text("section[aria-label='Saved operations']", "Nothing is saved yet").await;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operations.graphql");
    std::fs::write(&file, format!("{exported}\n# saved operation: Other\n# variables: {{\"a\":1}}\n{{ a }}\n"))
        .unwrap();
    let input = page.window.find(Locator::Css("input[type=file]")).await.unwrap();
    input.send_keys(file.to_str().unwrap()).await.unwrap();
    page.wait_for_text(".saved-status", "2 operations were added.").await;
    page.press("Open How many courses there are").await;
    wait_for_operation(&page, &format!("{OPERATION}\n")).await;

    page.write("{ __typename }").await;
    page.window.goto("about:blank").await.unwrap();
    page.window.goto(&link).await.unwrap();
    wait_for_operation(&page, OPERATION).await;
    assert!(!page.window.current_url().await.unwrap().as_str().contains('#'));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(page.result().await, "");
    page.close().await;
}

async fn wait_for_operation(page: &Page, wanted: &str) {
    let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
    while page.operation().await != wanted {
        assert!(tokio::time::Instant::now() < deadline, "the editor does not show it: {}", page.operation().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn wait_for_export(page: &Page) -> String {
    let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
    loop {
        let exported = page.script("return window.exported ?? null", Vec::new()).await;
        if let Some(text) = exported.as_str() {
            return text.to_owned();
        }
        assert!(tokio::time::Instant::now() < deadline, "nothing was exported");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
