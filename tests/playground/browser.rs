//! A browser, and the page in it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::product::Product;

/// How long the page may take for a step; generous, because machines are slow.
pub(crate) const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a script in the page may take.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(120);

/// A driver of headless Chromium, ended when it is dropped.
pub(crate) struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    /// Starts one; nothing when there is no browser here and none is required.
    pub(crate) fn start() -> Option<Self> {
        let child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => {
                let required = std::env::var_os("LYCEUM_REQUIRE_BROWSER").is_some();
                assert!(!required, "chromedriver cannot be started: {error}; install chromium and chromium-driver");
                eprintln!("skipped: chromedriver cannot be started ({error}); install chromium and chromium-driver");
                return None;
            }
        };
        let lines = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.rsplit_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver says its port");
        Some(Self { child, address: format!("http://127.0.0.1:{port}") })
    }

    /// A browser window that prefers this colour scheme.
    pub(crate) async fn window(&self, scheme: &str) -> Client {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1440,1000",
        ];
        let preference = if scheme == "dark" { "--force-dark-mode" } else { "--disable-features=ForceDark" };
        let arguments: Vec<&str> = arguments.into_iter().chain([preference]).collect();
        let options = json!({ "args": arguments });
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let capabilities = capabilities.as_object().expect("an object").clone();
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let window = builder.capabilities(capabilities).connect(&self.address).await.expect("a browser window");
        // What looks at a whole page takes its time on a slow machine.
        let patient = TimeoutConfiguration::new(Some(SCRIPT_TIMEOUT), None, None);
        window.update_timeouts(patient).await.expect("a timeout is accepted");
        window
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A page of the router's, opened.
pub(crate) struct Page {
    pub(crate) window: Client,
}

impl Page {
    pub(crate) async fn open(driver: &Driver, product: &Product, scheme: &str) -> Self {
        Self::at(driver, &format!("{}/graphql", product.url), scheme).await
    }

    /// What stands at this address.
    pub(crate) async fn at(driver: &Driver, address: &str, scheme: &str) -> Self {
        let window = driver.window(scheme).await;
        window.goto(address).await.unwrap();
        Self { window }
    }

    pub(crate) async fn sign_in(&self, persona: &str) {
        self.click(&format!("//button[contains(@class,'panel-item')][.//strong[text()='{persona}']]")).await;
        self.element(&format!("//button[contains(@class,'account-button')][contains(.,'{persona}')]")).await;
    }

    /// Opens a side panel, or closes it.
    pub(crate) async fn toggle(&self, panel: &str) {
        self.click(&format!("//button[@aria-label='Show {panel}' or @aria-label='Hide {panel}']")).await;
    }

    /// What stands at this XPath, once it does.
    pub(crate) async fn element(&self, path: &str) -> Element {
        let waiting = self.window.wait().at_most(STEP_TIMEOUT).for_element(Locator::XPath(path)).await;
        waiting.unwrap_or_else(|error| panic!("there is no {path}: {error}"))
    }

    pub(crate) async fn click(&self, path: &str) {
        self.element(path).await.click().await.unwrap();
    }

    /// The button with this label or text.
    pub(crate) async fn press(&self, button: &str) {
        self.click(&format!("//button[@aria-label='{button}' or normalize-space()='{button}']")).await;
    }

    pub(crate) async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.window.execute(script, arguments).await.unwrap()
    }

    /// Writes into the editor, as if typed.
    pub(crate) async fn write(&self, operation: &str) {
        let script = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(arguments[0])";
        self.script(script, vec![json!(operation)]).await;
    }

    pub(crate) async fn operation(&self) -> String {
        let script = "return document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue()";
        self.script(script, Vec::new()).await.as_str().unwrap().to_owned()
    }

    pub(crate) async fn result(&self) -> String {
        let script = "return document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()";
        self.script(script, Vec::new()).await.as_str().unwrap().to_owned()
    }

    pub(crate) async fn run(&self) {
        self.click("//button[contains(@class,'graphiql-execute-button')]").await;
    }

    /// The text of the page, of what this selector finds, once it holds this.
    pub(crate) async fn wait_for_text(&self, selector: &str, wanted: &str) -> String {
        let deadline = tokio::time::Instant::now() + STEP_TIMEOUT;
        let script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText).join('\\n')";
        loop {
            let text = self.script(script, vec![json!(selector)]).await.as_str().unwrap().to_owned();
            if text.contains(wanted) {
                return text;
            }
            assert!(tokio::time::Instant::now() < deadline, "no {wanted:?} at {selector}, but: {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// With LYCEUM_SCREENSHOTS set to a folder, leaves a picture there.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("LYCEUM_SCREENSHOTS") {
            let picture = self.window.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("playground-{name}.png")), picture).unwrap();
        }
    }

    pub(crate) async fn close(self) {
        self.window.close().await.unwrap();
    }
}
