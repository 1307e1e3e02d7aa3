//! Which progressive overrides are in force (`@override(label:)`): for each request those with a percentage that it falls
//! under, and for all requests those that the configuration names.

use std::collections::BTreeSet;

use router_schema::Supergraph;

/// The labels of a graph.
#[derive(Debug)]
pub(super) struct OverrideLabels {
    named: BTreeSet<String>,
    /// Labels such as `percent(12.5)`, each with its number.
    percentages: Vec<(String, f64)>,
}

impl OverrideLabels {
    /// Sorts the labels of the graph; `named` are those that are on. Names that the graph does not have do nothing, and
    /// are told to the operator.
    pub(super) fn new(supergraph: &Supergraph, named: &BTreeSet<String>) -> Self {
        let labels = supergraph.override_labels();
        for unknown in named.difference(labels) {
            tracing::warn!(label = %unknown, "operations.override_labels names a label that no @override of the graph has");
        }
        let percentages = labels.iter().filter_map(|label| Some((label.clone(), percentage(label)?)));
        Self { named: named.intersection(labels).cloned().collect(), percentages: percentages.collect() }
    }

    /// The labels that are on for one request. All percentages are compared with one draw, so that whoever gets the new
    /// side of a field that 10 % get also gets that of a field that 50 % get, and plans have few variants.
    pub(super) fn draw(&self) -> BTreeSet<String> {
        let mut on = self.named.clone();
        if !self.percentages.is_empty() {
            let mut random = [0; 4];
            getrandom::fill(&mut random).expect("invariant: the operating system gives random bytes");
            let drawn = f64::from(u32::from_le_bytes(random)) / 2_f64.powi(32) * 100.0;
            on.extend(self.percentages.iter().filter(|(_, percent)| drawn < *percent).map(|(label, _)| label.clone()));
        }
        on
    }
}

/// The number in `percent(number)`.
fn percentage(label: &str) -> Option<f64> {
    label.strip_prefix("percent(")?.strip_suffix(')')?.parse().ok()
}
