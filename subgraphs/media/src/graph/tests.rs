use std::path::Path;

/// domain.md 7: the checked-in SDL is what the subgraph serves.
#[test]
fn the_schema_file_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    if std::env::var_os("LYCEUM_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, super::sdl()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == super::sdl(), "schema.graphql differs; renew it with LYCEUM_UPDATE_SCHEMA=1");
}
