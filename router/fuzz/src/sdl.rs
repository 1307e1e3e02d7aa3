//! The SDL of subgraphs.

use router_composition::{SubgraphSource, compose_within, render};
use router_schema::Supergraph;

use crate::Outcome;

/// The subgraphs stand one after the other, each under a line `#: name`. They compose to a supergraph that loads, the same
/// in any order, or are refused with errors that can be printed.
///
/// # Panics
/// When one of that does not hold.
#[must_use]
pub fn sdl(input: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(input) else { return Outcome::Refused };
    let mut sources: Vec<SubgraphSource> = text.split("#: ").skip(1).take(4).map(source).collect();
    let limits = router_composition::Limits { validation_paths_max: 2_000 };
    let composed = compose_within(&sources, &limits);
    sources.reverse();
    assert_eq!(composed, compose_within(&sources, &limits), "the order of subgraphs matters");
    match composed {
        Ok(composition) => {
            Supergraph::parse(&composition.supergraph_sdl).unwrap_or_else(|error| panic!("does not load: {error}"));
            Outcome::Accepted
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            assert!(!render(&errors, &sources, false).is_empty());
            Outcome::Refused
        }
    }
}

fn source(text: &str) -> SubgraphSource {
    let (name, sdl) = text.split_once('\n').unwrap_or((text, ""));
    SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: sdl.to_owned(),
        file_name: format!("{name}.graphql"),
    }
}
