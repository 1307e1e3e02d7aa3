//! Each public error code, raised in its situation.

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
    if let Ok(dir)=std::env::var("DUMP_CASES") { let n=std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos(); let d=format!("{dir}/{n}"); std::fs::create_dir_all(&d).unwrap(); for s in subgraphs { std::fs::write(format!("{d}/{}.graphql", s.name), &s.sdl).unwrap(); } std::fs::write(format!("{d}/ours.txt"), format!("{:?}", compose(subgraphs).map_err(|e| e.iter().map(|e| e.code.as_str()).collect::<Vec<_>>()).map(|_| ()))).unwrap(); }
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
            let source = subgraphs.iter().find(|source| source.name == location.subgraph).unwrap();
            assert!(location.line <= source.sdl.lines().count());
            assert!(location.offset + location.length <= source.sdl.len());
        }
    }
    errors
}
