//! The studio's page, on the operations listener: `/studio` and everything below it.
//!
//! The bundle in `assets/studio` is built from `studio` with npm and committed, so that cargo needs no npm. The page
//! carries no data: it asks `/ops/…` for it, with the token of whoever looks. So anybody who reaches the listener may
//! have the page, and its addresses can be shared. It runs under a strict content policy: scripts, styles and data come
//! from the router itself, and nothing stands in the page's own text.

use axum::body::Body;
use http::{HeaderValue, Request, Response, header};

use crate::bundle::Asset;

const PAGE: &str = include_str!("../assets/studio/index.html");
/// Where the page is.
pub(crate) const PATH: &str = "/studio";
/// Its files, and its addresses that lead straight to a request or an operation.
pub(crate) const BELOW: &str = "/studio/{*rest}";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS: [Asset; 4] = [
    Asset {
        name: "studio.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/studio/studio.js.gz"),
        compressed: true,
    },
    Asset {
        name: "studio.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/studio/studio.css.gz"),
        compressed: true,
    },
    Asset {
        name: "icon.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../assets/studio/icon.svg"),
        compressed: false,
    },
    Asset {
        name: "licenses.md",
        media_type: "text/markdown; charset=utf-8",
        bytes: include_bytes!("../assets/studio/licenses.md"),
        compressed: false,
    },
];

/// One of the page's files, or the page, which reads from its address what to show.
pub(crate) async fn answer(request: Request<Body>) -> Response<Body> {
    let below = request.uri().path().strip_prefix("/studio/").unwrap_or_default();
    match ASSETS.iter().find(|asset| asset.name == below) {
        Some(asset) => asset.reply(request.headers()),
        None => page(),
    }
}

fn page() -> Response<Body> {
    let mut reply = Response::new(Body::from(PAGE));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    reply
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::StatusCode;

    use super::*;

    async fn get(path: &str, accepted: Option<&str>) -> (Response<()>, Vec<u8>) {
        let mut request = Request::builder().uri(path);
        if let Some(accepted) = accepted {
            request = request.header(header::ACCEPT_ENCODING, accepted);
        }
        let (head, body) = answer(request.body(Body::empty()).unwrap()).await.into_parts();
        (Response::from_parts(head, ()), to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    /// A link to a request opens the page, which finds out by itself what it is about.
    #[tokio::test]
    async fn every_address_that_is_no_file_is_the_page() {
        for path in ["/studio", "/studio/", "/studio/traces/4bf92f3577b34da6a3ce929d0e0e4736", "/studio/clients/a.js"] {
            let (reply, body) = get(path, None).await;
            assert_eq!((reply.status(), body.as_slice()), (StatusCode::OK, PAGE.as_bytes()), "{path}");
            assert_eq!(reply.headers()[header::CACHE_CONTROL], "no-store", "{path}");
        }
    }

    /// SV: nothing in the page's text could run, be it a script, a style or a handler; all of it comes as files.
    #[tokio::test]
    async fn the_page_keeps_its_own_policy() {
        let (reply, _) = get("/studio", None).await;
        let policy = reply.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for inline in ["<style", "style=", "onload", "<script>"] {
            assert!(!PAGE.contains(inline), "{inline}");
        }
        let named = PAGE.split('"').filter_map(|part| part.strip_prefix("/studio/"));
        for name in named {
            assert!(ASSETS.iter().any(|asset| asset.name == name), "{name} is not served");
        }
    }

    /// The stored bytes go out as they are, to those who can read them.
    #[tokio::test]
    async fn files_are_served_compressed() {
        for asset in &ASSETS {
            let (reply, body) = get(&format!("/studio/{}", asset.name), Some("br, gzip")).await;
            assert_eq!((reply.status(), body.as_slice()), (StatusCode::OK, asset.bytes), "{}", asset.name);
            assert_eq!(reply.headers()[header::CONTENT_TYPE], asset.media_type);
            assert_eq!(reply.headers().contains_key(header::CONTENT_ENCODING), asset.compressed);
        }
        let (reply, _) = get("/studio/studio.js", Some("identity, gzip;q=0")).await;
        assert_eq!(reply.status(), StatusCode::NOT_ACCEPTABLE);
    }

    /// Whoever opens the page on a slow line waits for little.
    #[test]
    fn the_whole_page_is_small() {
        let bytes: usize = ASSETS.iter().map(|asset| asset.bytes.len()).sum();
        assert!(bytes < 150_000, "{bytes}");
    }
}
