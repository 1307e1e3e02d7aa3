//! Each public error code, raised in its situation.

mod cache_tags;
mod directives_on_fields;
mod entities;
mod interfaces;
mod linking;
mod merging;
mod satisfiability;
mod visibility;

use router_composition::{CompositionError, ErrorCode, SubgraphSource, compose};

/// The errors of subgraphs that do not compose.
pub(crate) fn refusal(subgraphs: &[SubgraphSource]) -> Vec<CompositionError> {
    match compose(subgraphs) {
        Ok(composition) => panic!("composes:\n{}", composition.supergraph_sdl),
        Err(errors) => errors,
    }
}

/// Asserts that the subgraphs are refused with this code and no other, at places in the files, with a remedy.
#[track_caller]
pub(crate) fn assert_refused(code: ErrorCode, subgraphs: &[SubgraphSource]) -> Vec<CompositionError> {
    let errors = refusal(subgraphs);
    for error in &errors {
        assert_eq!(error.code, code, "{}", error.message);
        assert!(!error.remedy.is_empty(), "no remedy: {}", error.message);
        for location in &error.locations {
            let source =
                subgraphs.iter().find(|source| source.name == location.subgraph).expect("a location names a subgraph");
            assert!(location.line <= source.sdl.lines().count());
            assert!(location.offset + location.length <= source.sdl.len());
        }
    }
    errors
}
