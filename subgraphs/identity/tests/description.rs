//! `/openapi.json` and `/docs/rest` (S0-DOC-1): what is described is there, and what is there is described.

use std::collections::BTreeSet;

use http::StatusCode;
use kit_testing::{TestDatabase, assert_openapi_is_whole, openapi_operations};
use serde_json::{Value, json};

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
    for route in routes.filter(|route| *route != "/docs/rest") {
        assert!(described.contains(route), "{route} is not described");
    }
    let codes = include_str!("../src/rest/problem.rs").split("(StatusCode::").skip(1);
    let codes = codes.filter_map(|rest| rest.split('"').nth(1).filter(|code| *code != "internal"));
    for code in codes {
        assert!(DOCUMENT.contains(&format!("`{code}`")), "{code} is not described");
    }
}

kit_testing::on_each_database! {
    async fn every_operation_that_is_described_is_there(place: TestDatabase) {
        let house = House::open(place).await;
        for (method, path) in openapi_operations(&document()) {
            let path = path.replace("{id}", "01J0000000000000000000000");
            let reply = house.send_as(&kit_viewer::Viewer::anonymous(), &method, &path, json!(null)).await;
            assert_ne!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let is_known = reply.status != StatusCode::NOT_FOUND || reply.body["code"] != "not-found";
            assert!(is_known, "{method} {path}: {}", reply.body);
        }
        house.stop().await;
    }

    async fn the_page_needs_nothing_else(place: TestDatabase) {
        let house = House::open(place).await;
        let request = http::Request::get("/docs/rest").body(axum::body::Body::empty()).unwrap();
        let reply = house.send(request).await;
        assert_eq!(reply.status, StatusCode::OK);
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        house.stop().await;
    }
}
