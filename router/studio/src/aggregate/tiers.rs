//! Buckets of five widths: the finer, the shorter they are kept.
//!
//! Requests are counted in the open step of five seconds. When the next one begins it is closed, and added to the bucket of
//! each coarser tier that it falls into. A window is answered from one tier, and from the open step.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::Bucket;
use crate::window::{Steps, Window};

/// The width of the buckets of each tier, and how many of them are kept.
pub const TIERS: [(u64, usize); 5] = [(5, 184), (60, 62), (300, 74), (900, 98), (7_200, 86)];

/// The tier that answers a window.
fn tier_of(window: Window) -> usize {
    match window {
        Window::FiveMinutes | Window::FifteenMinutes => 0,
        Window::Hour => 1,
        Window::SixHours => 2,
        Window::Day => 3,
        Window::Week => 4,
    }
}

/// A bucket that is to be written: its tier's width, and itself.
pub type Changed = (u64, Arc<Bucket>);

/// Buckets of all widths.
#[derive(Debug)]
pub struct Tiers {
    tiers: [VecDeque<Arc<Bucket>>; 5],
    open: Arc<Bucket>,
    /// The widths and beginnings of those that have changed since they were written.
    changed: BTreeSet<(u64, u64)>,
}

impl Default for Tiers {
    fn default() -> Self {
        Self { tiers: Default::default(), open: Arc::new(Bucket::default()), changed: BTreeSet::new() }
    }
}

impl Tiers {
    /// Adds a bucket that was read from where it was written; the buckets of a width come in their order.
    pub fn restore(&mut self, step_s: u64, bucket: Bucket) {
        if let Some(tier) = TIERS.iter().position(|tier| tier.0 == step_s) {
            self.tiers[tier].push_back(Arc::new(bucket));
        }
    }

    /// The step that it is now. Closes the one before.
    pub fn open(&mut self, now_s: u64) -> &mut Bucket {
        let begin_s = now_s - now_s % TIERS[0].0;
        // A clock that is set back does not open a step again.
        if begin_s > self.open.begin_s {
            self.close();
            self.open = Arc::new(Bucket::at(begin_s));
        }
        Arc::make_mut(&mut self.open)
    }

    /// Adds what the open step has counted to all tiers.
    pub fn close(&mut self) {
        let closed = std::mem::take(&mut self.open);
        // What has counted nothing is not worth a bucket.
        if *closed == Bucket::at(closed.begin_s) {
            self.open = closed;
            return;
        }
        for (tier, (step_s, keep)) in self.tiers.iter_mut().zip(TIERS) {
            let begin_s = closed.begin_s - closed.begin_s % step_s;
            match tier.back_mut().filter(|last| last.begin_s >= begin_s) {
                Some(last) => Arc::make_mut(last).merge(&closed),
                None => {
                    let mut bucket = Bucket::at(begin_s);
                    bucket.merge(&closed);
                    tier.push_back(Arc::new(bucket));
                }
            }
            let changed = tier.back().map_or(begin_s, |last| last.begin_s);
            self.changed.insert((step_s, changed));
            while tier.len() > keep {
                tier.pop_front();
            }
        }
        self.open = Arc::new(Bucket::at(closed.begin_s));
    }

    /// The buckets of a window, the oldest first, and its points.
    #[must_use]
    pub fn within(&self, window: Window, now_s: u64) -> (Steps, Vec<Arc<Bucket>>) {
        let steps = Steps::of(window, now_s);
        (steps, self.between(window, steps.begin_s, steps.end_s))
    }

    /// The buckets of the tier that answers this window, from one moment to another.
    #[must_use]
    pub fn between(&self, window: Window, begin_s: u64, end_s: u64) -> Vec<Arc<Bucket>> {
        let open = Some(&self.open).filter(|open| open.begin_s > 0);
        let all = self.tiers[tier_of(window)].iter().chain(open);
        all.filter(|bucket| (begin_s..end_s).contains(&bucket.begin_s)).cloned().collect()
    }

    /// What has changed since it was written, in tiers that are no coarser; from now on it counts as written.
    pub fn take_changed(&mut self, step_max_s: u64) -> Vec<Changed> {
        let later = self.changed.split_off(&(step_max_s.saturating_add(1), 0));
        let changed = std::mem::replace(&mut self.changed, later);
        let find = |(step_s, begin_s): (u64, u64)| {
            let tier = TIERS.iter().position(|tier| tier.0 == step_s)?;
            let bucket = self.tiers[tier].iter().rev().find(|bucket| bucket.begin_s == begin_s)?;
            Some((step_s, Arc::clone(bucket)))
        };
        changed.into_iter().filter_map(find).collect()
    }
}
