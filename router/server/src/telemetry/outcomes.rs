//! A counter that tells a few outcomes apart.

use metrics::{Counter, Label, counter};

/// A counter of one metric for each value of a label, made before anything is counted: so that what has not happened yet
/// stands there as zero, and counting looks nothing up.
#[derive(Debug)]
pub(super) struct Outcomes {
    name: &'static str,
    label: &'static str,
    /// What all of them have.
    shared: Vec<Label>,
    counters: Vec<(&'static str, Counter)>,
}

impl Outcomes {
    pub(super) fn new(name: &'static str, label: &'static str, values: &[&'static str]) -> Self {
        Self::of(Vec::new(), name, label, values)
    }

    /// With labels that all of them have.
    pub(super) fn of(shared: Vec<Label>, name: &'static str, label: &'static str, values: &[&'static str]) -> Self {
        let mut outcomes = Self { name, label, shared, counters: Vec::new() };
        outcomes.counters = values.iter().map(|value| (*value, outcomes.counter(value))).collect();
        outcomes
    }

    pub(super) fn add(&self, value: &'static str, count: u64) {
        match self.counters.iter().find(|(known, _)| *known == value) {
            Some((_, counter)) => counter.increment(count),
            None => self.counter(value).increment(count),
        }
    }

    fn counter(&self, value: &'static str) -> Counter {
        let mut labels = self.shared.clone();
        labels.push(Label::from_static_parts(self.label, value));
        counter!(self.name, labels)
    }
}
