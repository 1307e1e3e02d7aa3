//! GraphiQL, served from the binary: no network, no third party.
//!
//! The bundle in `assets/playground` is built from `playground` with npm and committed, so that cargo needs no npm. The
//! page runs under a strict content security policy: scripts only from the router itself, styles only from it or with
//! the page's own nonce.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::bundle::{Asset, plain};
use crate::configuration::PlaygroundSettings;

const PAGE: &str = include_str!("../assets/playground/index.html");
/// Where the page's own files are.
pub(crate) const ASSET_PATH: &str = "/playground/{file}";

const ASSETS: [Asset; 4] = [
    Asset {
        name: "playground.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/playground/playground.js.gz"),
        compressed: true,
    },
    Asset {
        name: "playground.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/playground/playground.css.gz"),
        compressed: true,
    },
    Asset {
        name: "icon.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../assets/playground/icon.svg"),
        compressed: false,
    },
    Asset {
        name: "licenses.md",
        media_type: "text/markdown; charset=utf-8",
        bytes: include_bytes!("../assets/playground/licenses.md"),
        compressed: false,
    },
];

/// The page with the settings in it, ready but for the nonce.
#[derive(Debug)]
pub(crate) struct Playground {
    page: String,
}

impl Playground {
    /// A page that asks the endpoint at this path.
    pub(crate) fn new(settings: &PlaygroundSettings, endpoint: &str) -> Self {
        let page = PAGE
            .replace("__TITLE__", &escape_html(&settings.title))
            .replace("__SETTINGS__", &escape_script_data(&page_settings(settings, endpoint).to_string()));
        Self { page }
    }

    /// The page, with a nonce that no other reply shares.
    pub(crate) fn page(&self) -> Response<Body> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).expect("invariant: the operating system gives random bytes");
        let nonce = STANDARD.encode(random);
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let mut reply = Response::new(Body::from(self.page.replacen("__NONCE__", &nonce, 1)));
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&policy).expect("invariant: a policy with a base64 nonce is a header value"),
        );
        reply
    }
}

/// One of the page's files.
pub(crate) async fn asset(request: Request<Body>) -> Response<Body> {
    let file = request.uri().path().rsplit('/').next().unwrap_or_default();
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == file) else {
        return plain(StatusCode::NOT_FOUND, "There is no such file.\n");
    };
    asset.reply(request.headers())
}

/// What `playground/src/settings.ts` reads.
fn page_settings(settings: &PlaygroundSettings, endpoint: &str) -> Value {
    let mut page = json!({ "title": settings.title, "endpoint": endpoint, "examples": settings.examples });
    if let Some(sign_in) = &settings.sign_in {
        page["signIn"] = json!({ "url": sign_in.url, "personas": sign_in.personas });
        if let Some(password) = &sign_in.demonstration_password {
            page["signIn"]["demonstrationPassword"] = json!(password);
        }
    }
    page
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// JSON that cannot end the script element it stands in.
fn escape_script_data(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
