//! The demonstration world and its seeding, from outside.

mod seeding {
    mod database;
    mod idempotence;
}

mod world {
    mod catalogue;
    mod determinism;
    mod enrollment;
    mod people;
    mod viewing;

    use std::{collections::HashSet, fmt::Debug, hash::Hash};

    use kit_demonstration::{Anchor, Profile, Seed, World, WorldKey};

    /// The worlds small enough for every test.
    pub(super) fn worlds() -> [World; 3] {
        [
            World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() }),
            World::new(WorldKey { profile: Profile::Tiny, seed: Seed(42), anchor: Anchor::default() }),
            World::new(WorldKey::default()),
        ]
    }

    pub(super) fn assert_unique<T: Eq + Hash + Debug>(what: &str, items: impl IntoIterator<Item = T>) {
        let mut seen = HashSet::new();
        for item in items {
            assert!(!seen.contains(&item), "two rows share the {what} {item:?}");
            seen.insert(item);
        }
    }
}
