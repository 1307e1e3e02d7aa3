use std::collections::HashSet;

use kit_ids::UserId;
use proptest::prelude::*;

use super::Sketch;

fn sketch(people: impl IntoIterator<Item = u128>) -> Sketch {
    let mut sketch = Sketch::default();
    people.into_iter().for_each(|person| sketch.add(UserId::from_bytes(person.to_be_bytes())));
    sketch
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// domain 2.5: the estimate is near the exact number, of people with any ids: also of those in a row.
    #[test]
    fn it_tells_about_how_many_there_are(first in any::<u128>(), step in 1..1_u128 << 90, count in 0..20_000_u128) {
        let people = (0..count).map(|number| first.wrapping_add(number.wrapping_mul(step)));
        let exact = people.clone().collect::<HashSet<_>>().len() as f64;
        let estimate = sketch(people).estimate() as f64;
        prop_assert!((estimate - exact).abs() <= 2.0 + exact * 0.2, "{estimate} for {exact}");
    }

    /// Who comes twice, or in another order, makes no difference, and storing does not either.
    #[test]
    fn only_who_is_there_counts(mut people in proptest::collection::vec(any::<u128>(), 0..200)) {
        let once = sketch(people.clone());
        people.reverse();
        people.extend(people.clone());
        prop_assert_eq!(&sketch(people), &once);
        prop_assert_eq!(Sketch::from_bytes(once.as_bytes().to_vec()), Some(once));
    }
}

#[test]
fn few_are_told_exactly() {
    for count in 0..30 {
        assert_eq!(sketch(0..count).estimate(), i64::try_from(count).unwrap());
    }
    assert_eq!(Sketch::from_bytes(vec![0; 3]), None);
}
