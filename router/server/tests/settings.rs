//! Settings: defaults, unknown keys, and what cannot be right.

use router_server::RouterSettings;
use router_server::configuration::{
    AuthenticationSettings, EndpointSettings, IssuerSettings, PassThroughRoute, PlaygroundSettings, TokenSource,
};
use serde_json::json;

fn read(document: &serde_json::Value) -> Result<RouterSettings, String> {
    serde_json::from_value::<RouterSettings>(document.clone()).map_err(|error| error.to_string())
}

fn authentication(issuers: &[&str]) -> Option<AuthenticationSettings> {
    Some(AuthenticationSettings::new(issuers.iter().map(|issuer| IssuerSettings::new(*issuer, "a", "s")).collect()))
}

#[test]
fn nothing_needs_to_be_set() {
    assert_eq!(read(&json!({})).unwrap(), RouterSettings::default());
    assert_eq!(RouterSettings::default().validate(), Ok(()));
    let issuer = json!({ "issuer": "i", "audience": "a", "jwks": { "subgraph": "identity" } });
    let settings = read(&json!({ "authentication": { "issuers": [issuer] } })).unwrap();
    assert_eq!(
        settings.authentication,
        Some(AuthenticationSettings::new(vec![IssuerSettings::new("i", "a", "identity")]))
    );
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    for document in
        [json!({ "admision": {} }), json!({ "admission": { "body_bytes": 1 } }), json!({ "cors": { "origin": [] } })]
    {
        assert!(read(&document).unwrap_err().contains("unknown field"), "{document}");
    }
}

/// RFC 8725 section 3.1: a shared secret is no option.
#[test]
fn an_hmac_cannot_be_configured() {
    let issuer = json!({ "issuer": "i", "audience": "a", "jwks": { "subgraph": "s" }, "algorithms": ["HS256"] });
    assert!(read(&json!({ "authentication": { "issuers": [issuer] } })).unwrap_err().contains("HS256"));
}

#[test]
fn settings_that_cannot_be_right_name_the_key_and_the_remedy() {
    let change = |change: fn(&mut RouterSettings)| {
        let mut settings = RouterSettings::default();
        change(&mut settings);
        settings.validate().unwrap_err()
    };
    for (error, key) in [
        (change(|settings| settings.admission.body_bytes_max = 0), "admission"),
        (change(|settings| settings.operations.limits.syntax_depth_max = 1000), "operations.limits.syntax_depth_max"),
        (change(|settings| settings.operations.time_max_ms = 0), "operations.time_max_ms"),
        (change(|settings| settings.operations.limits.depth_max = 100), "operations.limits.depth_max"),
        (change(|settings| settings.cors.origins = vec!["*".to_owned()]), "cors.origins"),
        (change(|settings| settings.cors.origins = vec!["https://*.example".to_owned()]), "cors.origins"),
        (change(|settings| settings.cors.origins = vec!["https://app.example/".to_owned()]), "cors.origins"),
        (
            change(|settings| settings.pass_through = vec![PassThroughRoute::new("/playground", "s")]),
            "pass_through[0].prefix",
        ),
        (change(|settings| settings.pass_through = vec![PassThroughRoute::new("/graphql", "s")]), "endpoints[0].path"),
        (change(|settings| settings.endpoints.clear()), "endpoints"),
        (change(|settings| settings.endpoints[0].path = "graphql".to_owned()), "endpoints[0].path"),
        (change(|settings| settings.endpoints[0].path = "/playground/graphql".to_owned()), "endpoints[0].path"),
        (change(|settings| settings.endpoints.push(EndpointSettings::new("/graphql"))), "endpoints[1].path"),
        (change(|settings| settings.endpoints[0].contract = Some("none".to_owned())), "endpoints[0].contract"),
        (
            change(|settings| settings.endpoints[0].whole_graph_scopes = ["admin".to_owned()].into()),
            "endpoints[0].whole_graph_scopes",
        ),
        (change(|settings| settings.pass_through = vec![PassThroughRoute::new("/", "s")]), "pass_through[0].prefix"),
        (change(|settings| settings.authentication = authentication(&["", "a"])), "authentication.issuers[0]"),
        (change(|settings| settings.authentication = authentication(&[])), "authentication.issuers"),
        (change(|settings| settings.authentication = authentication(&["i", "i"])), "authentication.issuers[1].issuer"),
        (
            change(|settings| {
                settings.authentication = authentication(&["i"]);
                settings.authentication.as_mut().unwrap().issuers[0].jwks.url = Some("http://i/keys".to_owned());
            }),
            "authentication.issuers[0].jwks",
        ),
        (
            change(|settings| {
                settings.authentication = authentication(&["i"]);
                let cookie = TokenSource::Cookie { name: "a=b; c".to_owned() };
                settings.authentication.as_mut().unwrap().token_sources = vec![cookie];
            }),
            "authentication.token_sources[0]",
        ),
    ] {
        assert_eq!(error.key, key, "{error}");
        assert!(!error.remedy.is_empty());
    }
}

/// Where registered operations are kept, and what is asked of them at an endpoint.
#[test]
fn settings_of_registered_operations_that_cannot_be_right_are_named() {
    for (document, key) in [
        (json!({ "registry": { "poll_ms": 0 } }), "registry.poll_ms"),
        (json!({ "registry": { "folder": "f", "database": "mysql://host/db" } }), "registry"),
        (json!({ "registry": { "redis": "redis://host", "database": "mysql://host/db" } }), "registry"),
        (json!({ "registry": { "database": "postgres://host/db" } }), "registry.database"),
        (
            json!({ "endpoints": [{ "path": "/a", "operations": { "client": "../a" } }] }),
            "endpoints[0].operations.client",
        ),
        (
            json!({ "endpoints": [{ "path": "/a", "operations": { "require_id": true } }] }),
            "endpoints[0].operations.require_id",
        ),
    ] {
        assert_eq!(read(&document).unwrap().validate().unwrap_err().key, key, "{document}");
    }
    let right = json!({ "endpoints": [{ "path": "/a", "operations": { "mode": "registered", "require_id": true } }] });
    assert_eq!(read(&right).unwrap().validate(), Ok(()));
}

/// A token grants its scopes one by one: what holds several would be granted by none, in silence.
#[test]
fn a_scope_of_the_playground_is_one_scope() {
    for scopes in [&["admin ops:read"][..], &[""]] {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let playground = PlaygroundSettings { admin_scopes: scopes, ..PlaygroundSettings::default() };
        let error =
            RouterSettings { playground: Some(playground), ..RouterSettings::default() }.validate().unwrap_err();
        assert_eq!(error.key, "playground.admin_scopes");
    }
}
