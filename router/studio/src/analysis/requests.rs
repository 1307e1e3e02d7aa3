//! The critical path of a request, from what the router tells of every one: its stages and its fetches.

use super::path::{Piece, Stretch, critical_path};
use crate::aggregate::bucket::micros;
use crate::request::RequestRecord;

/// Of requests with more fetches, savings are half of what was on the critical path: to work them out takes the square of it.
const FETCHES_MAX: usize = 24;

/// What held up a request, in microseconds. All together are its duration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Critical {
    /// By the place of the fetch in [`RequestRecord::fetches`].
    pub fetches_us: Vec<u64>,
    /// By the place of the stage in [`RequestRecord::stages`]: only the router's own time.
    pub stages_us: Vec<u64>,
    /// All of the router's own time, in a stage or not.
    pub router_us: u64,
    /// Its duration.
    pub whole_us: u64,
}

/// What held up a request.
#[must_use]
pub fn critical(request: &RequestRecord) -> Critical {
    let whole_us = micros(request.duration);
    let mut pieces = vec![Piece { begin: 0, end: whole_us, parts: (1..=request.fetches.len()).collect() }];
    pieces.extend(fetches(request).map(|(begin, end)| Piece { begin, end, parts: Vec::new() }));
    let mut critical = Critical {
        fetches_us: vec![0; request.fetches.len()],
        stages_us: vec![0; request.stages.len()],
        router_us: 0,
        whole_us,
    };
    for stretch in critical_path(&pieces, 0) {
        let us = stretch.end - stretch.begin;
        match stretch.piece.checked_sub(1) {
            Some(fetch) => critical.fetches_us[fetch] += us,
            None => {
                critical.router_us += us;
                add_to_stages(&mut critical.stages_us, request, stretch);
            }
        }
    }
    critical
}

fn add_to_stages(stages_us: &mut [u64], request: &RequestRecord, stretch: Stretch) {
    for (us, (_, begin, duration)) in stages_us.iter_mut().zip(&request.stages) {
        let (begin, end) = (micros(*begin), micros(begin.saturating_add(*duration)));
        *us += end.min(stretch.end).saturating_sub(begin.max(stretch.begin));
    }
}

/// How much sooner the request would have been answered, in microseconds, if those fetches had taken half as long. What began
/// after others had ended is taken to have waited for all of them.
#[must_use]
pub fn saved_us(request: &RequestRecord, is_halved: impl Fn(usize) -> bool) -> u64 {
    let whole_us = micros(request.duration);
    let mut order: Vec<(usize, u64, u64)> = fetches(request)
        .enumerate()
        .map(|(place, (begin, end))| (place, begin.min(whole_us), end.min(whole_us)))
        .collect();
    if order.len() > FETCHES_MAX {
        let critical = critical(request);
        let halved = critical.fetches_us.iter().enumerate().filter(|(place, _)| is_halved(*place));
        return halved.map(|(_, us)| us / 2).sum();
    }
    order.sort_by_key(|(_, begin, end)| (*begin, *end));
    let mut done: Vec<(u64, u64)> = Vec::with_capacity(order.len());
    for (place, begin, end) in order {
        let duration = if is_halved(place) { (end - begin) / 2 } else { end - begin };
        let new_begin = moved(&done, begin);
        done.push((end, new_begin + duration));
    }
    whole_us.saturating_sub(moved(&done, whole_us))
}

/// Where a moment comes to lie. `done` are the ends of fetches as they were, and as they would be.
fn moved(done: &[(u64, u64)], moment: u64) -> u64 {
    let before = done.iter().filter(|(end, _)| *end <= moment);
    let (last, new_last) = before.fold((0, 0), |(last, new), (end, new_end)| (last.max(*end), new.max(*new_end)));
    new_last + (moment - last)
}

fn fetches(request: &RequestRecord) -> impl Iterator<Item = (u64, u64)> + '_ {
    request.fetches.iter().map(|fetch| {
        let begin = micros(fetch.begin);
        (begin, begin.saturating_add(micros(fetch.duration)))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{critical, saved_us};
    use crate::request::{FetchOutcome, FetchRecord, RequestRecord};

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    fn request(duration: u64, stages: &[(&str, u64, u64)], fetches: &[(u64, u64)]) -> RequestRecord {
        let fetches = fetches.iter().enumerate().map(|(fetch, (begin, duration))| FetchRecord {
            fetch,
            subgraph: "media".into(),
            span: "00f067aa0ba902b7".parse().unwrap(),
            begin: ms(*begin),
            duration: ms(*duration),
            outcome: FetchOutcome::Answered,
            entities: 0,
            kept: 0,
            age: None,
            status: None,
            request_bytes: 0,
            reply_bytes: 0,
        });
        RequestRecord {
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
            correlation_id: "c".into(),
            begin_unix_us: 0,
            duration: ms(duration),
            overhead: ms(0),
            stages: stages.iter().map(|(name, begin, duration)| ((*name).into(), ms(*begin), ms(*duration))).collect(),
            endpoint: "/graphql".into(),
            operation: None,
            client: None,
            viewer: None,
            status: 200,
            errors: Vec::new(),
            cost: None,
            cache: None,
            reply_bytes: 0,
            fetches: fetches.collect(),
        }
    }

    #[test]
    fn a_request_is_held_up_by_fetches_and_in_between_by_stages() {
        let told = critical(&request(100, &[("operation", 0, 10), ("execution", 10, 85)], &[(15, 30), (50, 40)]));
        assert_eq!(told.fetches_us, [30_000, 40_000]);
        assert_eq!(told.stages_us, [10_000, 15_000], "the router's own time in the stage");
        assert_eq!((told.router_us, told.whole_us), (30_000, 100_000));
    }

    #[test]
    fn half_of_a_fetch_is_saved_unless_another_takes_as_long() {
        let after_one_another = request(100, &[], &[(0, 40), (40, 60)]);
        assert_eq!(saved_us(&after_one_another, |place| place == 0), 20_000);
        assert_eq!(saved_us(&after_one_another, |_| true), 50_000);
        let at_once = request(100, &[], &[(0, 90), (0, 100)]);
        assert_eq!(saved_us(&at_once, |place| place == 1), 10_000, "then one waits for the other");
        assert_eq!(saved_us(&at_once, |place| place == 0), 0);
    }

    proptest! {
        /// All that held up a request is as long as it; nothing saves more than half of what is halved.
        #[test]
        fn everything_adds_up(
            duration in 1_u64..500,
            fetches in proptest::collection::vec((0_u64..400, 0_u64..400), 0..30),
            halved in 0_usize..30,
        ) {
            let request = request(duration, &[], &fetches);
            let critical = critical(&request);
            prop_assert_eq!(critical.fetches_us.iter().sum::<u64>() + critical.router_us, critical.whole_us);
            let saved = saved_us(&request, |place| place == halved);
            let most = request.fetches.get(halved).map_or(0, |fetch| fetch.duration.as_micros() as u64 / 2 + 1);
            prop_assert!(saved <= most, "{saved} of {most}");
        }
    }
}
