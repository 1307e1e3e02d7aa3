use super::{ManifestError, read, read_path, write};
use crate::id_of_text;

const APOLLO: &str = r#"{
  "format": "apollo-persisted-query-manifest", "version": 1,
  "operations": [
    { "id": "a1", "name": "Me", "type": "query", "body": "query Me { me { id } }" },
    { "id": "b2", "name": "Rename", "type": "mutation", "body": "mutation Rename { rename }" }
  ]
}"#;

#[test]
fn both_shapes_say_the_same() {
    let relay = r#"{ "a1": "query Me { me { id } }", "b2": "mutation Rename { rename }" }"#;
    let (apollo, relay) = (read(APOLLO).unwrap(), read(relay).unwrap());
    assert_eq!(apollo.iter().map(|found| found.name.as_deref()).collect::<Vec<_>>(), [Some("Me"), Some("Rename")]);
    let told = |operations: &[crate::RegisteredOperation]| -> Vec<(String, String)> {
        operations.iter().map(|found| (found.id.to_string(), found.text.to_string())).collect()
    };
    assert_eq!(told(&apollo), told(&relay));
    assert_eq!(read(&write(apollo.iter())).unwrap(), apollo);
}

#[test]
fn an_empty_manifest_holds_nothing() {
    assert!(read("{}").unwrap().is_empty());
    assert!(read(r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[]}"#).unwrap().is_empty());
}

/// PQ-03: what cannot be registered is named, and nothing of the rest is taken.
#[test]
fn what_is_wrong_is_named() {
    for (wrong, expected) in [
        ("", "neither"),
        ("[]", "neither"),
        ("{", "line 1 column"),
        (r#"{"a": 1}"#, "expected a string"),
        (r#"{"format":"other","version":1,"operations":[]}"#, "its format is `other`"),
        (r#"{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}"#, "version 2"),
        (r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a"}]}"#, "body"),
        (r#"{"": "{ me }"}"#, "operation 1: its id"),
        (r#"{"a b": "{ me }"}"#, "operation 1: its id"),
        (r#"{"a": "{ me }", "a": "{ you }"}"#, "operation 2: the id `a` stands in it already"),
        (r#"{"a": ""}"#, "operation 1, `a`: its text has 0 bytes"),
    ] {
        let error = read(wrong).unwrap_err().to_string();
        assert!(error.contains(expected), "{wrong}: {error}");
    }
    let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(crate::DOCUMENT_BYTES_MAX + 1));
    assert!(matches!(read(&long), Err(ManifestError::Text { place: 1, .. })));
    let many: Vec<String> = (0..=crate::OPERATIONS_MAX).map(|number| format!(r#""{number}":"x""#)).collect();
    assert!(matches!(read(&format!("{{{}}}", many.join(","))), Err(ManifestError::TooMany(_))));
}

/// The same document in two files is one operation.
#[test]
fn a_folder_of_documents_is_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read_path(folder.path()), Err(ManifestError::Empty(_))));
    for (name, text) in [("b.graphql", "{ me }\n"), ("a.gql", "{ you }"), ("c.graphql", "{ me }\n"), ("d.txt", "{")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let found = read_path(folder.path()).unwrap();
    assert_eq!(found.iter().map(|found| &*found.text).collect::<Vec<_>>(), ["{ you }", "{ me }\n"]);
    assert_eq!(*found[1].id, *id_of_text("{ me }\n"));

    assert!(matches!(read_path(&folder.path().join("absent.json")), Err(ManifestError::Unreadable { .. })));
}
