//! `/media/v1/openapi.json` and `/media/v1/docs` (S0-DOC-1): what is described is there, and what is there is described.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use kit_testing::{TestDatabase, assert_openapi_is_whole, openapi_operations};
use serde_json::Value;

use crate::house::House;

const DOCUMENT: &str = include_str!("../openapi.json");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

#[test]
fn the_document_is_whole() {
    assert_openapi_is_whole(&document());
}

/// The routes and the codes of problems, as the source has them.
#[test]
fn every_route_and_every_code_is_described() {
    let source = include_str!("../src/rest.rs");
    let routes = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let described: BTreeSet<String> = openapi_operations(&document()).into_iter().map(|(_, path)| path).collect();
    let mut count = 0;
    for route in routes {
        assert!(described.contains(route), "{route} is not described");
        count += 1;
    }
    assert_eq!(described.len(), count + 2, "the document and the page stand beside them");
    for source in [include_str!("../src/rest/problem.rs"), include_str!("../src/rest/sending.rs")] {
        let codes = source.split("StatusCode::").skip(1).filter_map(|rest| {
            let (constant, rest) = rest.split_once(',')?;
            let code = rest.trim_start().strip_prefix('"')?.split('"').next()?;
            constant.chars().all(|one| one.is_ascii_uppercase() || one == '_').then_some(code)
        });
        for code in codes.filter(|code| *code != "internal") {
            assert!(DOCUMENT.contains(&format!("`{code}`")), "{code} is not described");
        }
    }
}

#[tokio::test]
async fn every_operation_that_is_described_is_there() {
    let house = House::open(TestDatabase::sqlite()).await;
    for (method, path) in openapi_operations(&document()) {
        let path = path.replace("{id}", "fil_00000000000000000000000000").replace("{number}", "1");
        let path = path.replace("{proof}", "a").replace("{name}", "index.m3u8");
        let reply = house.http(Method::from_bytes(method.as_bytes()).unwrap(), &path, &[], Vec::new()).await;
        assert_ne!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        let is_known = reply.status != StatusCode::NOT_FOUND || reply.body["code"] != "NOT_FOUND";
        assert!(is_known, "{method} {path}: {}", reply.body);
    }
    house.stop().await;
}

/// The page needs no script and no other file, and is readable by day and by night.
#[tokio::test]
async fn the_page_needs_nothing_else() {
    let house = House::open(TestDatabase::sqlite()).await;
    let reply = house.get("/media/v1/docs", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let page = String::from_utf8(reply.bytes.to_vec()).unwrap();
    assert!(page.contains("color-scheme: light dark") && page.contains("href=\"/media/v1/openapi.json\""));
    for absent in ["<script", "http://", "https://", "src=", "@import"] {
        assert!(!page.contains(absent), "{absent}");
    }
    for (_, path) in openapi_operations(&document()) {
        assert!(page.contains(&path), "{path} is not on the page");
    }
    let reply = house.get("/media/v1/openapi.json", &[]).await;
    assert_eq!((reply.status, &reply.body), (StatusCode::OK, &document()));
    house.stop().await;
}
