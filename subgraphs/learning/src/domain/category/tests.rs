use kit_ids::CategoryId;
use proptest::prelude::*;

use super::{CATEGORY_LEVELS_MAX, CategoryTree};
use crate::domain::Rejection;

fn category(number: u8) -> CategoryId {
    CategoryId::from_bytes([number; 16])
}

fn tree(parents: &[(u8, Option<u8>)]) -> CategoryTree {
    parents.iter().map(|(id, parent)| (category(*id), parent.map(category))).collect()
}

#[test]
fn nothing_stands_below_itself() {
    let mut tree = tree(&[(1, None), (2, Some(1))]);
    assert_eq!(tree.place(category(1), Some(category(1))), Err(Rejection::CategoryCycle));
    assert_eq!(tree.place(category(1), Some(category(2))), Err(Rejection::CategoryCycle));
    assert_eq!(tree.place(category(2), None), Ok(()));
    assert_eq!(tree.place(category(1), Some(category(2))), Ok(()));
}

#[test]
fn a_category_takes_those_below_it_along() {
    let mut tree = tree(&[(1, None), (2, Some(1)), (3, None), (4, Some(3))]);
    assert_eq!(tree.place(category(3), Some(category(2))), Err(Rejection::CategoryCycle), "4 would be on level four");
    assert_eq!(tree.place(category(3), Some(category(1))), Ok(()));
    assert_eq!(tree.place(category(5), Some(category(4))), Err(Rejection::CategoryCycle));
}

#[test]
fn a_parent_must_be_there() {
    let missing = Rejection::NotFound { what: "category", field: "parentId" };
    assert_eq!(tree(&[]).place(category(1), Some(category(2))), Err(missing.clone()));
    assert_eq!(tree(&[]).place(category(1), Some(category(1))), Err(missing));
}

proptest! {
    /// Domain 3.2: whatever is put wherever, every category has a top above it, within three levels.
    #[test]
    fn a_tree_stays_a_tree_of_three_levels(moves in proptest::collection::vec((0_u8..8, proptest::option::of(0_u8..8)), 0..60)) {
        let mut tree = CategoryTree::default();
        for (id, parent) in moves {
            let before = tree.0.clone();
            if tree.place(category(id), parent.map(category)).is_err() {
                prop_assert_eq!(&before, &tree.0);
            }
            for id in tree.0.keys() {
                prop_assert!(tree.path(*id).take(CATEGORY_LEVELS_MAX + 1).count() <= CATEGORY_LEVELS_MAX);
            }
        }
    }
}
