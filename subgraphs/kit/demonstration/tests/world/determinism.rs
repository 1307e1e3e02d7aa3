use kit_demonstration::{Anchor, Profile, RowRandom, Seed, World, WorldKey};
use proptest::prelude::*;
use serde_json::json;

/// BLAKE3 of the tiny world as JSON. A change of it is a change of everybody's demonstration data: it needs a reason.
const TINY_WORLD: &str = "34cca444f80e645b0cb201ca791f3381f57a3843e9b22a794e419719e3414d32";

fn as_json(world: &World) -> String {
    let sign_ins: Vec<_> = world.users().iter().map(|user| world.login_events(user)).collect();
    let completed: Vec<_> = world.enrollments().iter().map(|row| world.completed_lessons(row)).collect();
    let viewed: Vec<_> = world.viewings().iter().map(|row| world.viewing_events(row)).collect();
    json!({
        "companies": world.companies(), "teams": world.teams(), "users": world.users(), "login_events": sign_ins,
        "categories": world.categories(), "courses": world.courses(), "lessons": world.lessons(),
        "plans": world.plans(), "memberships": world.memberships(), "orders": world.orders(),
        "enrollments": world.enrollments(), "completed_lessons": completed,
        "viewings": world.viewings(), "viewing_events": viewed,
    })
    .to_string()
}

fn tiny(seed: u64, anchor: Anchor) -> World {
    World::new(WorldKey { profile: Profile::Tiny, seed: Seed(seed), anchor })
}

/// domain.md 5.1: output depends only on profile, seed and anchor, on every machine.
#[test]
fn the_tiny_world_is_the_one_on_record() {
    let hash = blake3::hash(as_json(&tiny(0, Anchor::default())).as_bytes());
    assert_eq!(hash.to_hex().as_str(), TINY_WORLD);
}

/// domain.md 5.1
#[test]
fn another_seed_or_anchor_gives_another_world() {
    let usual = as_json(&tiny(0, Anchor::default()));
    assert_ne!(usual, as_json(&tiny(1, Anchor::default())));
    assert_ne!(usual, as_json(&tiny(0, Anchor::at(1_790_000_000_000_000).unwrap())));
}

/// domain.md 5.1: rows are independent, so a larger profile keeps the people of the smaller one.
#[test]
fn a_growing_table_leaves_the_rows_that_were_there() {
    let (small, large) = (tiny(0, Anchor::default()), World::new(WorldKey::default()));
    for (before, after) in small.users().iter().zip(large.users()) {
        assert_eq!(
            (before.id, before.created_at, &before.handle, &before.display_name, before.archetype),
            (after.id, after.created_at, &after.handle, &after.display_name, after.archetype)
        );
    }
    for (before, after) in small.users().iter().zip(large.users()) {
        let told = |world: &World, user| serde_json::to_value(world.login_events(user)).ok();
        assert_eq!(told(&small, before), told(&large, after), "{}", before.handle);
    }
    for (before, after) in small.companies().iter().zip(large.companies()) {
        assert_eq!((before.id, &before.name), (after.id, &after.name));
    }
    for (before, after) in small.plans().iter().zip(large.plans()) {
        assert_eq!((before.id, before.name, before.price_minor), (after.id, after.name, after.price_minor));
    }
    for (before, after) in small.categories().iter().zip(large.categories()) {
        assert_eq!((before.id, before.slug, before.parent_id), (after.id, after.slug, after.parent_id));
    }
}

/// domain.md 5.1: the generator of a row is keyed by seed, table and row, each on its own.
#[test]
fn seed_table_and_row_each_change_the_random_numbers() {
    let first = |seed, table, row| RowRandom::new(Seed(seed), table, row).bits();
    let usual = first(1, "users", 1);
    assert_eq!(usual, first(1, "users", 1));
    assert!([first(2, "users", 1), first(1, "teams", 1), first(1, "users", 2)].iter().all(|other| *other != usual));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// domain.md 5.1: "now" shifts everything and breaks nothing.
    #[test]
    fn every_seed_and_anchor_gives_a_whole_world(seed: u64, hours in 450_000_i64..1_100_000) {
        let anchor = Anchor::at(hours * 3_600_000_000).unwrap();
        let world = tiny(seed, anchor);
        prop_assert_eq!(world.enrollments().len(), 90);
        prop_assert_eq!(world.lessons().len(), 70);
        prop_assert_eq!(world.memberships().len(), 12);
        prop_assert!(world.users().iter().all(|user| user.created_at < anchor.micros()));
        prop_assert!(world.enrollments().iter().all(|row| row.enrolled_at < anchor.micros()));
        prop_assert_eq!(world.enrollments()[0].completed_lessons * 100, 88 * world.courses()[0].lesson_count);
        prop_assert!(world.orders().iter().all(|row| row.created_at < anchor.micros()));
    }
}
