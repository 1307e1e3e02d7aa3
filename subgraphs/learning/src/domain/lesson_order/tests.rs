use proptest::prelude::*;

use super::{LessonOrder, Shift};
use crate::domain::Rejection;

#[derive(Debug, Clone)]
enum Change {
    Insert(Option<i64>),
    Move(i64, i64),
    Remove(i64),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        proptest::option::of(-1_i64..12).prop_map(Change::Insert),
        (1_i64..10, -1_i64..12).prop_map(|(from, to)| Change::Move(from, to)),
        (1_i64..10).prop_map(Change::Remove),
    ]
}

/// Lessons by name with their places, changed only as the shifts say, as the store does.
fn shift(places: &mut [(u32, i64)], shift: Shift) {
    for (_, place) in places.iter_mut().filter(|(_, place)| (shift.first..=shift.last).contains(place)) {
        *place += shift.by;
    }
}

/// The same change on a plain list.
fn apply(list: &mut Vec<u32>, places: &mut Vec<(u32, i64)>, name: u32, change: &Change) {
    let count = i64::try_from(list.len()).unwrap();
    let order = LessonOrder::of(count);
    let index = |place: i64| usize::try_from(place - 1).unwrap();
    match *change {
        Change::Insert(position) => match order.insert(position) {
            Ok((place, made)) => {
                shift(places, made);
                places.push((name, place));
                list.insert(index(position.unwrap_or(count + 1)), name);
            }
            Err(error) => assert_eq!(error, Rejection::PositionInvalid { last: count + 1 }),
        },
        Change::Move(from, to) if from <= count => match order.relocate(from, to) {
            Ok(made) => {
                let moved = places.iter().position(|(_, place)| *place == from).unwrap();
                shift(places, made);
                places[moved].1 = to;
                let lesson = list.remove(index(from));
                list.insert(index(to), lesson);
            }
            Err(error) => assert!(!(1..=count).contains(&to) && error == Rejection::PositionInvalid { last: count }),
        },
        Change::Remove(at) if at <= count => {
            places.retain(|(_, place)| *place != at);
            shift(places, order.remove(at));
            list.remove(index(at));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Domain 3.2: positions are dense, 1 to n, and the order is the one that was asked for.
    #[test]
    fn places_stay_dense_and_in_the_order_asked_for(changes in proptest::collection::vec(change(), 0..40)) {
        let (mut list, mut places) = (Vec::new(), Vec::new());
        for (name, change) in (0_u32..).zip(&changes) {
            apply(&mut list, &mut places, name, change);
            places.sort_by_key(|(_, place)| *place);
            let dense: Vec<_> = list.iter().copied().zip(1_i64..).collect();
            prop_assert_eq!(&places, &dense);
        }
    }
}
