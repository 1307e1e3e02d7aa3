//! How many subscriptions there may be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::telemetry;

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum NoPlace {
    #[error("you have {0} subscriptions, which is as many as one may have")]
    OfViewer(usize),
    #[error("there are {0} subscriptions, which is as many as are served at a time")]
    OfAll(usize),
}

/// Counts subscriptions, by viewer and in all.
#[derive(Debug)]
pub(super) struct Places {
    in_all_max: usize,
    per_viewer_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Without those who have none.
    by_viewer: HashMap<String, usize>,
}

/// A place that somebody has. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    viewer: String,
}

impl Places {
    pub(super) fn new(in_all_max: usize, per_viewer_max: usize) -> Self {
        Self { in_all_max, per_viewer_max, taken: Mutex::default() }
    }

    /// A place for this viewer.
    pub(super) fn take(self: &Arc<Self>, viewer: String) -> Result<Place, NoPlace> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.in_all >= self.in_all_max {
            return Err(NoPlace::OfAll(self.in_all_max));
        }
        let of_viewer = taken.by_viewer.get(&viewer).copied().unwrap_or_default();
        if of_viewer >= self.per_viewer_max {
            return Err(NoPlace::OfViewer(self.per_viewer_max));
        }
        taken.by_viewer.insert(viewer.clone(), of_viewer + 1);
        taken.in_all += 1;
        telemetry::count_subscription_opened();
        Ok(Place { places: Arc::clone(self), viewer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        if let Some(of_viewer) = taken.by_viewer.get_mut(&self.viewer) {
            *of_viewer -= 1;
            if *of_viewer == 0 {
                taken.by_viewer.remove(&self.viewer);
            }
        }
        telemetry::count_subscription_closed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// domain 5.3: so many for each, so many in all, and none is lost.
    #[test]
    fn places_are_bounded_and_come_back() {
        let places = Arc::new(Places::new(3, 2));
        let mut of_anna: Vec<Place> = (0..2).map(|_| places.take("anna".to_owned()).expect("a place")).collect();
        assert_eq!(places.take("anna".to_owned()).err(), Some(NoPlace::OfViewer(2)));
        let of_ben = places.take("ben".to_owned()).expect("a place");
        assert_eq!(places.take("carl".to_owned()).err(), Some(NoPlace::OfAll(3)));
        of_anna.pop();
        of_anna.push(places.take("anna".to_owned()).expect("a place again"));
        drop((of_anna, of_ben));
        let taken = places.taken.lock().expect("nobody panicked");
        assert_eq!((taken.in_all, taken.by_viewer.len()), (0, 0));
    }
}
