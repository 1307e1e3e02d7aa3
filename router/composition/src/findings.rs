//! Collects errors and hints while composition goes on, so that one run names every fault.

use apollo_compiler::parser::SourceSpan;

use crate::subgraph::Subgraph;
use crate::{CompositionError, ErrorCode, Hint, HintCode, Location};

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) errors: Vec<CompositionError>,
    pub(crate) hints: Vec<Hint>,
}

/// A place to name: the subgraph, the span in it, and what stands there.
pub(crate) type Place<'s> = (&'s Subgraph, Option<SourceSpan>, String);

impl Findings {
    /// Reports an error.
    pub(crate) fn error<'s>(
        &mut self,
        code: ErrorCode,
        message: impl Into<String>,
        places: impl IntoIterator<Item = Place<'s>>,
        remedy: impl Into<String>,
    ) {
        let locations = locate(places);
        self.errors.push(CompositionError { code, message: message.into(), locations, remedy: remedy.into() });
    }

    /// Reports a hint.
    pub(crate) fn hint<'s>(
        &mut self,
        code: HintCode,
        message: impl Into<String>,
        places: impl IntoIterator<Item = Place<'s>>,
    ) {
        let locations = locate(places);
        self.hints.push(Hint { code, level: code.level(), message: message.into(), locations });
    }
}

fn locate<'s>(places: impl IntoIterator<Item = Place<'s>>) -> Vec<Location> {
    places.into_iter().filter_map(|(subgraph, span, label)| subgraph.locate(span, label)).collect()
}
