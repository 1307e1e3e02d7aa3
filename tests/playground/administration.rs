//! What administrators do in the page: run as others, and read why; and what everybody sees of costs and past runs.

use std::time::Duration;

use serde_json::json;

use super::browser::{Driver, Page, STEP_TIMEOUT};
use crate::product::{Product, Shape};

/// Waits until the page has understood an operation, runs it, and waits for its answer: a second press would stop it.
async fn run(page: &Page, name: &str, operation: &str) {
    page.write(operation).await;
    page.element(&format!("//*[contains(@class,'graphiql-tab-button')][contains(.,'{name}')]")).await;
    page.script("document.querySelector('.result-window .CodeMirror').CodeMirror.setValue('')", Vec::new()).await;
    page.run().await;
    let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
    while page.result().await.is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "{name} is not answered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    page.element("//button[@aria-label='Execute query (Ctrl-Enter)']").await;
}

/// Answers what the page asks from now on with this, as if a router did.
async fn answer_with(page: &Page, status: u16, body: &serde_json::Value) {
    let script = "const ask = window.fetch; window.fetch = async (...asked) => \
                  asked[1]?.headers?.['x-cost'] === '1' ? new Response(arguments[1], { status: arguments[0], headers: \
                  { 'content-type': 'application/json', ratelimit: '\"operations\";r=58;t=1, \"cost\";r=4000;t=10', \
                  'ratelimit-policy': '\"operations\";q=60;w=2, \"cost\";q=5000;w=50' } }) : ask(...asked)";
    let script = script.replace("arguments[0]", "status").replace("arguments[1]", "body");
    let script = format!("const [status, body] = arguments; {script}");
    page.script(&script, vec![json!(status), json!(body.to_string())]).await;
}

/// features 10: nobody, and roles and scopes; the answers, the reasons and the documentation are theirs.
#[tokio::test]
async fn an_administrator_runs_as_others() {
    const USERS: &str = "query Users { users(first: 1) { edges { node { id } } } }";
    const MINE: &str = "query Mine { me { displayName } }";
    const PUBLISH: &str = "mutation Publish { publishCourse(input: { courseId: \"crs_01jwh91ew0swq2zma0fvekt7zf\" }) { userErrors { message } } }";
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.sign_in("learner_lee").await;
    page.toggle("Run as").await;
    page.wait_for_text("section[aria-label='Run as']", "Only administrators").await;
    page.toggle("Account").await;
    page.sign_in("admin").await;
    page.toggle("Run as").await;
    run(&page, "Users", USERS).await;
    assert!(!page.result().await.contains("errors"), "{}", page.result().await);

    page.click("//label[.//strong[text()='Nobody']]").await;
    page.wait_for_text(".acting-badge", "as nobody").await;
    run(&page, "Mine", MINE).await;
    let said = page.wait_for_text(".problems-list", "UNAUTHENTICATED").await;
    assert!(said.contains("@authenticated"), "{said}");
    page.wait_for_text(".run-bar", "nobody").await;
    assert!(!page.result().await.contains("extensions\": {\n    \"as\""), "the result is what any client gets");

    // What is not in the contract: which tag keeps it out.
    run(&page, "Users", USERS).await;
    let said = page.wait_for_text(".problems-list", "which the contract public excludes").await;
    assert!(said.contains("Query.users @tag(name: \"admin\")"), "{said}");
    page.picture("run-as-nobody").await;

    page.click("//label[.//strong[text()='Roles and scopes']]").await;
    page.wait_for_text(".acting-badge", "no role, no scope").await;
    run(&page, "Publish", PUBLISH).await;
    page.wait_for_text(".problems-list", "It takes the scope course:write.").await;
    page.click("//label[contains(@class,'chip')][normalize-space()='course:write']").await;
    page.wait_for_text(".acting-badge", "course:write").await;
    run(&page, "Publish", PUBLISH).await;
    page.element("//section[contains(@class,'problems')][@hidden]").await;
    let another = page.element("//input[@aria-label='Another role']").await;
    another.send_keys("WIZARD").await.unwrap();
    page.press("Add the role").await;
    run(&page, "Publish", PUBLISH).await;
    page.wait_for_text(".run-withheld", "WIZARD").await;
    page.click("//summary[normalize-space()='Other claims']").await;
    let claims = page.element("//section[@aria-label='Run as']//textarea").await;
    claims.send_keys("[1]").await.unwrap();
    page.press("Use these claims").await;
    page.wait_for_text("section[aria-label='Run as'] [role=alert]", "not a JSON object").await;
    page.script("document.querySelector('section[aria-label=\"Run as\"] textarea').select()", Vec::new()).await;
    claims.send_keys("{\"home\": {\"id\": \"hom_é\"}}").await.unwrap();
    page.press("Use these claims").await;
    run(&page, "Publish", PUBLISH).await;
    page.wait_for_text(".run-withheld", "WIZARD, home").await;
    page.picture("run-as-scopes").await;

    page.click("//button[contains(@class,'acting-badge')]").await;
    run(&page, "Users", USERS).await;
    page.element("//section[contains(@class,'problems')][@hidden]").await;
    page.close().await;
}

/// PQ: a partner's client, its operations, by their ids, and its part of the graph.
#[tokio::test]
async fn an_administrator_runs_as_a_partner() {
    let Some(driver) = Driver::start() else { return };
    // One of its own: others make clients of theirs in the one that is shared.
    let product = tokio::task::spawn_blocking(|| Product::start(Shape::OneProcess)).await.unwrap();
    let page = Page::open(&driver, &product, "dark").await;
    page.sign_in("admin").await;
    page.toggle("Run as").await;
    page.click("//label[.//strong[contains(text(),'client')]]").await;
    page.wait_for_text(".acting-badge", "as partner_demo").await;
    page.press("Open PartnerCatalog").await;
    page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'PartnerCatalog')]").await;
    page.run().await;
    page.wait_for_text(".run-bar", "partner_demo").await;
    assert!(page.result().await.contains("\"data\""), "{}", page.result().await);
    page.picture("run-as-partner").await;
    run(&page, "Other", "query Other { courses(first: 1) { totalCount } }").await;
    page.wait_for_text(".problems-list", "PERSISTED_QUERY_ONLY").await;
    page.toggle("Documentation Explorer").await;
    page.click("//a[normalize-space()='Query']").await;
    let shown = page.wait_for_text(".graphiql-doc-explorer-content", "courses").await;
    assert!(!shown.contains("me:") && !shown.contains("users"), "{shown}");
    page.close().await;
}

/// P8: what a masked error says in truth stands beside it, and what became null with it is told.
#[tokio::test]
async fn a_masked_error_stands_beside_the_real_one() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    for scheme in ["light", "dark"] {
        let page = Page::open(&driver, product, scheme).await;
        page.sign_in("admin").await;
        page.toggle("Plan and cost").await;
        let masked = json!({ "message": "deadlock on table courses", "code": "DATABASE", "detail": "{\"retries\":3}" });
        let body = json!({
            "data": { "courses": null, "me": { "diary": null } },
            "errors": [{
                "message": "An internal error occurred; the operators find it by the trace id.",
                "path": ["courses", "edges", 0, "node", "title"],
                "extensions": { "code": "INTERNAL", "subgraph": "learning", "traceId": "t1", "why": { "masked": masked } },
            }, {
                "message": "You may not see User.diary.",
                "path": ["me", "diary"],
                "extensions": {
                    "code": "FORBIDDEN", "coordinate": "User.diary", "required": [{ "policies": [["family"], ["self"]] }],
                    "why": { "policies": { "family": { "role": "PARENT" }, "self": null } },
                },
            }],
            "extensions": { "cost": { "requested": 41, "actual": 3 } },
        });
        answer_with(&page, 200, &body).await;
        run(&page, "Masked", "query Masked { courses(first: 1) { edges { node { title } } } }").await;
        let said = page.wait_for_text(".problems-list", "deadlock on table courses").await;
        assert!(said.contains("What clients read") && said.contains("What happened"), "{said}");
        assert!(said.contains("DATABASE") && said.contains("\"retries\":3"), "{said}");
        assert!(said.contains("It may not be null, so that courses is."), "{said}");
        assert!(said.contains(r#"User.diary @policy(policies: [["family"],["self"]])"#), "{said}");
        assert!(said.contains(r#"The policy family is {"role":"PARENT"}."#), "{said}");
        assert!(said.contains("The policy self is not configured, and met by nobody."), "{said}");
        let result = page.result().await;
        assert!(!result.contains("deadlock") && !result.contains("cost"), "{result}");
        // What is left over time, and what the run has cost.
        page.wait_for_text(".run-bar", "3 of 41 estimated").await;
        let limits = page.wait_for_text(".quotas", "4000 of 5000 left").await;
        assert!(limits.contains("58 of 60 left"), "{limits}");
        page.picture(&format!("masked-{scheme}")).await;
        page.close().await;
    }
}

/// OW-11: what an operation may cost is told while it is written, and when it is too much.
#[tokio::test]
async fn the_cost_is_told_while_one_writes() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.toggle("Plan and cost").await;
    page.write("query Few { courses(first: 20) { edges { node { title } } } }").await;
    let said = page.wait_for_text(".cost", "41").await;
    assert!(said.contains("of 1500 allowed"), "{said}");
    assert!(page.wait_for_text(".cost-fields", "courses.edges.node").await.contains("20"));
    page.write("query Many { courses(first: 100) { edges { node { instructors { taughtCourses: id } reviews: instructors { id } } } } }").await;
    page.wait_for_text(".cost", "too much: it would be refused").await;
    assert_eq!(page.result().await, "", "nothing was executed");
    page.write("query Half { courses(first: ").await;
    page.wait_for_text(".cost", "Write an operation").await;
    page.close().await;
}

/// What was run is kept in this browser, without what was sent beside it.
#[tokio::test]
async fn what_was_run_is_found_again() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.toggle("Run history").await;
    page.wait_for_text("section[aria-label='Run history']", "Nothing was run yet").await;
    let headers = "document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[1].CodeMirror.setValue(arguments[0])";
    page.script(headers, vec![json!("{\"x-note\": \"secret-of-mine\"}")]).await;
    run(&page, "First", "query First { courses(first: 1) { totalCount } }").await;
    run(&page, "Second", "query Second { me { displayName } }").await;
    page.wait_for_text("section[aria-label='Run history']", "answered with 1 problem").await;
    page.window.refresh().await.unwrap();
    page.toggle("Run history").await;
    let search = page.element("//input[@aria-label='Search the history']").await;
    search.send_keys("totalcount").await.unwrap();
    page.element("//section[@aria-label='Run history']//ul[count(li)=1]").await;
    page.click("//section[@aria-label='Run history']//button[contains(@aria-label,'Open First')]").await;
    page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'First')]").await;
    page.picture("history").await;
    let stored = page.script("return JSON.stringify({ ...localStorage })", Vec::new()).await;
    assert!(stored.as_str().unwrap().contains("totalCount"), "{stored}");
    assert!(!stored.as_str().unwrap().contains("secret-of-mine"), "{stored}");
    page.press("Clear the history").await;
    page.wait_for_text("section[aria-label='Run history']", "Nothing was run yet").await;
    page.close().await;
}
