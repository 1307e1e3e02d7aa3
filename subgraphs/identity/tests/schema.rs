//! The SDL that is checked in.

use std::fs;

use identity::SUBGRAPH;

const UPDATE: &str = "LYCEUM_UPDATE_SCHEMA";

/// P1: composition reads the file, so it must be what the code says.
#[test]
fn the_schema_file_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let sdl = (SUBGRAPH.sdl)();
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        fs::write(path, &sdl).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == sdl,
        "schema.graphql is out of date; run `{UPDATE}=1 cargo test -p identity schema` and look at it"
    );
}
