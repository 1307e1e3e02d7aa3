//! The house keeps its shape: these fail when an edge, a file or a document breaks it.

use xtask::imports::{Dependency, Metadata, Package};
use xtask::{documentation, imports, sizes, workspace_root};

fn package(name: &str, dependency: &str, kind: Option<&str>) -> Package {
    Package {
        name: name.to_owned(),
        manifest_path: String::new(),
        dependencies: vec![Dependency { name: dependency.to_owned(), kind: kind.map(str::to_owned) }],
    }
}

fn leaf(name: &str) -> Package {
    Package { name: name.to_owned(), manifest_path: String::new(), dependencies: Vec::new() }
}

/// design.md: imports point one way.
#[test]
fn no_crate_imports_what_the_house_does_not_allow() {
    assert_eq!(imports::forbidden(&workspace_root()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_subgraph_that_imports_another_is_found() {
    let metadata = Metadata { packages: vec![package("learning", "identity", None), leaf("identity")] };
    assert_eq!(imports::forbidden_between_crates(&metadata).len(), 1);
}

#[test]
fn a_router_crate_that_imports_towards_the_face_is_found() {
    let metadata =
        Metadata { packages: vec![package("router-schema", "router-planning", None), leaf("router-planning")] };
    assert_eq!(imports::forbidden_between_crates(&metadata).len(), 1);
}

#[test]
fn a_kit_crate_that_imports_a_router_crate_is_found() {
    let metadata = Metadata { packages: vec![package("kit-service", "router-server", None), leaf("router-server")] };
    assert_eq!(imports::forbidden_between_crates(&metadata).len(), 1);
}

#[test]
fn the_test_harness_is_for_tests_only() {
    let in_tests = Metadata { packages: vec![package("learning", "kit-testing", Some("dev")), leaf("kit-testing")] };
    let in_code = Metadata { packages: vec![package("learning", "kit-testing", None), leaf("kit-testing")] };
    assert!(imports::forbidden_between_crates(&in_tests).is_empty());
    assert_eq!(imports::forbidden_between_crates(&in_code).len(), 1);
}

#[test]
fn no_source_file_is_too_long() {
    let files = sizes::source_files(&workspace_root()).unwrap();
    assert_eq!(sizes::too_long(&files), Vec::<String>::new());
}

#[test]
fn every_path_that_the_documentation_names_exists() {
    assert_eq!(documentation::missing_paths(&workspace_root()).unwrap(), Vec::<String>::new());
}
