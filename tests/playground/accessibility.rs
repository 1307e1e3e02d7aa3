//! The page by the keyboard, for screen readers, in both schemes, and without a network.

use std::path::Path;

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::browser::{Driver, Page, STEP_TIMEOUT};
use crate::product::{Product, Shape};

const FOLDER: &str = "LYCEUM_REFERENCE_PACKAGES";

/// What looks at pages, if it is here.
pub(crate) fn axe() -> Option<String> {
    let Some(folder) = std::env::var_os(FOLDER) else {
        let required = std::env::var_os("LYCEUM_REQUIRE_REFERENCE").is_some();
        assert!(!required, "{FOLDER} names no folder with the packages of router/execution/tests/peers/package.json");
        eprintln!("{FOLDER} is not set: nothing looks at the page");
        return None;
    };
    let file = Path::new(&folder).join("node_modules/axe-core/axe.min.js");
    Some(std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// What breaks a rule of WCAG 2.2, levels A and AA: names, roles, contrast, the size of targets.
pub(crate) async fn violations(page: &Page, axe: &str) -> Vec<String> {
    page.script(&format!("{axe}; return 1"), Vec::new()).await;
    let script = "const done = arguments[0]; const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
        axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(({ violations }) => done(violations.flatMap(\
        ({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`))), (error) => done([String(error)]))";
    let found = page.window.execute_async(script, Vec::new()).await.unwrap();
    let found = found.as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned());
    // What an editor shows is moved by the keyboard from its text field, which stands beside.
    let by_its_field =
        |each: &String| each.starts_with("scrollable-region-focusable: ") && each.contains("> .CodeMirror-scroll:");
    found.filter(|each| !by_its_field(each)).collect()
}

/// Every panel, the problems and the dialogs, in both schemes and in a wide and a narrow window.
#[tokio::test]
async fn axe_finds_nothing_to_complain_of() {
    let Some(driver) = Driver::start() else { return };
    let Some(axe) = axe() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let mut found = Vec::new();
    for (scheme, width, height) in [("light", 1440, 900), ("dark", 1440, 900), ("light", 800, 600), ("dark", 800, 600)]
    {
        let page = Page::open(&driver, product, scheme).await;
        page.window.set_window_size(width, height).await.unwrap();
        page.element("//section[@aria-label='Account']").await;
        let mut look = async |what: &str| {
            for violation in violations(&page, &axe).await {
                found.push(format!("{scheme} {width} {what}: {violation}"));
            }
        };
        look("before signing in").await;
        page.write("query Why { me { displayName } courses(first: 2) { edges { node { viewerPrice { reason } } } } }")
            .await;
        page.element("//*[contains(@class,'graphiql-tab-button')][contains(.,'Why')]").await;
        page.run().await;
        page.wait_for_text(".problems-list", "UNAUTHENTICATED").await;
        look("problems").await;
        page.sign_in("admin").await;
        page.run().await;
        for panel in
            ["Examples", "Saved operations", "Run history", "Plan and cost", "Run as", "Documentation Explorer"]
        {
            page.toggle(panel).await;
            if panel == "Plan and cost" {
                page.press("Show the plan").await;
                page.wait_for_text(".plan-status", "fetch").await;
                page.run().await;
                page.wait_for_text(".plan-verdict", "kept").await;
            }
            if panel == "Run as" {
                page.click("//label[.//strong[text()='Roles and scopes']]").await;
                page.wait_for_text(".acting-badge", "no role").await;
            }
            look(panel).await;
            page.picture(&format!("{}-{scheme}-{width}", panel.replace(' ', "-").to_lowercase())).await;
        }
        page.click("//button[@data-value='short-keys']").await;
        page.element("//dialog[@open]").await;
        look("keys").await;
        page.picture(&format!("keys-{scheme}-{width}")).await;
        page.close().await;
    }
    found.sort();
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

async fn press_keys(page: &Page, keys: &str) {
    let active = page.window.active_element().await.unwrap();
    active.send_keys(keys).await.unwrap();
}

/// What has the keyboard, and whether it shows.
async fn focused(page: &Page) -> Value {
    let script = "const element = document.activeElement; element.dataset.reached = ''; const style = getComputedStyle(element); \
        const own = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none'; \
        const around = element.closest('.chip, .CodeMirror-focused, .CodeMirror, [role=treeitem]') !== null; \
        return [element.getAttribute('aria-label') ?? element.innerText ?? '', own || around, element.tagName, \
        element.closest('section, .graphiql-sidebar, .graphiql-session-header')?.className ?? '']";
    page.script(script, Vec::new()).await
}

/// Tab comes to every control of a panel, and each shows that it has the keyboard; no editor holds it back.
#[tokio::test]
async fn everything_can_be_done_by_the_keyboard() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    for scheme in ["light", "dark"] {
        let page = Page::open(&driver, product, scheme).await;
        page.sign_in("admin").await;
        page.toggle("Run as").await;
        page.click("//label[.//strong[text()='Roles and scopes']]").await;
        page.element("//label[contains(@class,'chip')]").await;
        let all = "return document.querySelectorAll('button:not(:disabled):not([tabindex=\"-1\"])').length";
        let buttons = page.script(all, Vec::new()).await.as_u64().unwrap();
        page.script(
            "document.activeElement.blur(); document.querySelector('.graphiql-sidebar button').focus()",
            Vec::new(),
        )
        .await;
        let mut seen = Vec::new();
        for _ in 0..buttons + 60 {
            let (control, label) = {
                let at = focused(&page).await;
                (at.clone(), at[0].as_str().unwrap_or_default().to_owned())
            };
            assert_eq!(control[1], json!(true), "{scheme}: it does not show that it has the keyboard: {control}");
            seen.push(label);
            let is_editor = control[2] == "TEXTAREA";
            let leave = if is_editor {
                format!("{}{}", char::from(Key::Escape), char::from(Key::Tab))
            } else {
                char::from(Key::Tab).to_string()
            };
            press_keys(&page, &leave).await;
            if page.script("return document.activeElement === document.body", Vec::new()).await == json!(true) {
                break;
            }
        }
        for wanted in ["Hide Run as", "Open short keys dialog", "Another role", "Execute query (Ctrl-Enter)", "Result"]
        {
            assert!(
                seen.iter().any(|label| label.contains(wanted)),
                "{scheme}: Tab does not come to {wanted}: {seen:?}"
            );
        }
        // Of radio buttons Tab comes to the chosen one, from which arrows lead on.
        let left = "return [...document.querySelectorAll('button, input:not([type=radio]), select, summary, a[href], textarea')]\
            .filter((each) => !each.disabled && each.tabIndex >= 0 && !('reached' in each.dataset) && each.checkVisibility({ visibilityProperty: true }) \
            && !each.closest('.hidden')).map((each) => each.outerHTML.slice(0, 120))";
        assert_eq!(page.script(left, Vec::new()).await, json!([]), "{scheme}: Tab does not come to all");
        assert!(seen.iter().any(|label| label.starts_with("Operation.")), "{seen:?}");
        assert!(seen.iter().any(|label| label.starts_with("Running as")), "{seen:?}");
        page.close().await;
    }
}

/// F1 lists the keys, and gives the keyboard back; F6 goes round the parts of the page.
#[tokio::test]
async fn keys_lead_through_the_page() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "light").await;
    page.element("//section[@aria-label='Account']").await;
    page.script("document.querySelector('.account-button').focus()", Vec::new()).await;
    press_keys(&page, &char::from(Key::F1).to_string()).await;
    page.wait_for_text("dialog[open]", "Next part of the page").await;
    let inside = "return document.querySelector('dialog').contains(document.activeElement)";
    assert_eq!(page.script(inside, Vec::new()).await, json!(true));
    press_keys(&page, &char::from(Key::Escape).to_string()).await;
    page.window.wait().at_most(STEP_TIMEOUT).for_element(Locator::Css("dialog:not([open])")).await.unwrap();
    let back = "return document.activeElement.className";
    assert_eq!(page.script(back, Vec::new()).await, json!("account-button"));

    let part = "return ['.graphiql-sidebar', '.graphiql-plugin', '.graphiql-session-header', '.graphiql-query-editor', '.graphiql-editor-tool', \
                '.result-window'].findIndex((part) => document.querySelector(part).contains(document.activeElement))";
    page.script("document.querySelector('.graphiql-sidebar button').focus()", Vec::new()).await;
    for wanted in [1, 2, 3, 4, 5, 0, 1] {
        press_keys(&page, &char::from(Key::F6).to_string()).await;
        assert_eq!(page.script(part, Vec::new()).await, json!(wanted));
    }
    let (shift, released) = (char::from(Key::Shift), char::from(Key::Null));
    press_keys(&page, &format!("{shift}{}{released}", char::from(Key::F6))).await;
    assert_eq!(page.script(part, Vec::new()).await, json!(0));
    page.close().await;
}

/// The page asks nobody but its own router, and its content policy never has to stop it.
#[tokio::test]
async fn the_page_asks_its_own_router_alone() {
    let Some(driver) = Driver::start() else { return };
    let product = Product::shared(Shape::OneProcess).await;
    let page = Page::open(&driver, product, "dark").await;
    page.sign_in("admin").await;
    for panel in ["Examples", "Saved operations", "Run history", "Plan and cost", "Run as", "Documentation Explorer"] {
        page.toggle(panel).await;
    }
    page.run().await;
    for dialog in ["short-keys", "settings"] {
        // Not by the mouse, whose tooltip would lie above the next button.
        let press = "document.querySelector(`button[data-value=${arguments[0]}]`).click()";
        page.script(press, vec![json!(dialog)]).await;
        press_keys(&page, &char::from(Key::Escape).to_string()).await;
    }
    let asked =
        page.script("return performance.getEntriesByType('resource').map(({ name }) => name)", Vec::new()).await;
    let asked: Vec<&str> = asked.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(asked.len() >= 4, "{asked:?}");
    for name in asked {
        assert!(name.starts_with(&product.url) || name.starts_with("data:"), "{name}");
    }
    // One that it does stop, so that it is known when all have been told.
    let script = "const done = arguments[0]; const stopped = []; const elsewhere = 'https://elsewhere.invalid/'; \
        new ReportingObserver((reports) => { stopped.push(...reports.map(({ body }) => `${body.effectiveDirective} ${body.blockedURL}`)); \
        if (stopped.some((each) => each.includes(elsewhere))) done(stopped) }, { types: ['csp-violation'], buffered: true }).observe(); \
        fetch(elsewhere).catch(() => {})";
    let stopped = page.window.execute_async(script, Vec::new()).await.unwrap();
    assert_eq!(stopped, json!(["connect-src https://elsewhere.invalid/"]));
    page.close().await;
}
