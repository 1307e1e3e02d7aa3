//! Decides whether every query of the public schema can be answered.
//!
//! The walk goes through the public schema field by field, breadth first, and keeps for each place the *branches*: the
//! subgraphs in which the value may have been found. From a branch, `reach` finds the other subgraphs that the value can
//! be looked up in by key; a field that none of them resolves is an error, and the path to it, being the first found, is
//! the shortest query that fails.
//!
//! Two assumptions keep the walk small and are those of Federation itself: subgraphs that share a field return the same
//! value for it, so an object type that one of them cannot return does not occur there; and a place that is reached with
//! more branches is no harder than one that is reached with fewer.

mod branch;
mod contexts;
mod explain;
mod reach;
mod walk;

use router_schema::Supergraph;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::subgraph::Subgraph;

/// Reports every field that cannot be resolved somewhere, once for each field and type.
pub(crate) fn check(subgraphs: &[Subgraph], supergraph: &Supergraph, paths_max: usize, findings: &mut Findings) {
    // A progressive override makes two graphs of one: with the label on and with it off. Both must work.
    for labels_are_on in [true, false] {
        let walked = walk::walk(supergraph, labels_are_on, paths_max);
        // What differs does so with labels on and off; once is enough.
        let differing = walked.differing.iter().filter(|_| labels_are_on);
        for failure in walked.failures.iter().chain(differing) {
            explain::report(subgraphs, supergraph, failure, findings);
        }
        if walked.is_cut_short {
            findings.error(
                ErrorCode::MaxValidationSubgraphPathsExceeded,
                format!("the graph has more than {paths_max} ways through it; not all of them were looked at"),
                [],
                "Raise the limit, or let fewer subgraphs resolve the same fields of types without a @key.",
            );
        }
        if !findings.errors.is_empty() || !reach::has_labels(supergraph) {
            return;
        }
    }
}
