//! The SDL is checked in, so that a change of it shows in reviews.

const RENEW: &str = "LYCEUM_UPDATE_SCHEMA";

/// The contract with the router.
#[test]
fn the_schema_is_the_one_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let sdl = ({{name}}::SUBGRAPH.sdl)();
    if std::env::var(RENEW).is_ok_and(|value| value == "1") {
        std::fs::write(path, &sdl).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(sdl == checked_in, "schema.graphql is out of date; run the test with {RENEW}=1 and review the change");
}
