//! A set of types as bits: small to copy, quick to intersect.

use crate::TypeId;

/// A set of [`TypeId`]s of one supergraph. Two sets are equal when they hold the same types.
#[derive(Debug, Clone, Default)]
pub struct TypeSet {
    words: Vec<u64>,
}

const BITS: usize = u64::BITS as usize;

impl TypeSet {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The set of one type.
    pub fn of(id: TypeId) -> Self {
        let mut set = Self::new();
        set.insert(id);
        set
    }

    /// Adds a type.
    pub fn insert(&mut self, id: TypeId) {
        let word = id.0 / BITS;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (id.0 % BITS);
    }

    /// Whether the type is in the set.
    pub fn contains(&self, id: TypeId) -> bool {
        self.words.get(id.0 / BITS).is_some_and(|word| word & (1 << (id.0 % BITS)) != 0)
    }

    /// The types in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(left, right)| left & right).collect() }
    }

    /// Whether every type of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().enumerate().all(|(index, word)| word & !other.words.get(index).copied().unwrap_or(0) == 0)
    }

    /// Whether no type is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many types are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The types, ascending.
    pub fn iter(&self) -> impl Iterator<Item = TypeId> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            (0..BITS).filter(move |bit| word & (1 << bit) != 0).map(move |bit| TypeId(index * BITS + bit))
        })
    }

    fn significant(&self) -> &[u64] {
        let end = self.words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        &self.words[..end]
    }
}

impl PartialEq for TypeSet {
    fn eq(&self, other: &Self) -> bool {
        self.significant() == other.significant()
    }
}

impl Eq for TypeSet {}

impl std::hash::Hash for TypeSet {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.significant().hash(state);
    }
}

impl FromIterator<TypeId> for TypeSet {
    fn from_iter<I: IntoIterator<Item = TypeId>>(types: I) -> Self {
        let mut set = Self::new();
        types.into_iter().for_each(|id| set.insert(id));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{TypeId, TypeSet};

    #[test]
    fn sets_of_the_same_types_are_equal_whatever_was_in_them_before() {
        let long: TypeSet = [TypeId(3), TypeId(200)].into_iter().collect();
        let short = TypeSet::of(TypeId(3));
        assert_eq!(long.intersection(&TypeSet::of(TypeId(3))), short);
        assert!(short.is_subset(&long) && !long.is_subset(&short));
        assert_eq!(long.iter().collect::<Vec<_>>(), [TypeId(3), TypeId(200)]);
        assert_eq!(long.len(), 2);
    }
}
