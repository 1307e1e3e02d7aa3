//! A set of ids as bits: small to copy, quick to intersect.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::{RuleId, TypeId};

/// A set of ids of one supergraph. Two sets are equal when they hold the same ids. The empty one takes no memory.
pub struct IdSet<I> {
    words: Vec<u64>,
    of: PhantomData<fn() -> I>,
}

/// A set of types.
pub type TypeSet = IdSet<TypeId>;

/// A set of rules of authorization.
pub type RuleSet = IdSet<RuleId>;

/// What a set may hold.
pub trait Index: Copy + fmt::Debug {
    /// The id with an index.
    fn of(index: usize) -> Self;
    /// Its index.
    fn index(self) -> usize;
}

impl Index for TypeId {
    fn of(index: usize) -> Self {
        Self(index)
    }

    fn index(self) -> usize {
        self.0
    }
}

impl Index for RuleId {
    fn of(index: usize) -> Self {
        Self(index)
    }

    fn index(self) -> usize {
        self.0
    }
}

const BITS: usize = u64::BITS as usize;

impl<I: Index> IdSet<I> {
    /// The empty set.
    pub fn new() -> Self {
        Self::of_words(Vec::new())
    }

    /// The set of one id.
    pub fn of(id: I) -> Self {
        let mut set = Self::new();
        set.insert(id);
        set
    }

    /// Adds an id.
    pub fn insert(&mut self, id: I) {
        let word = id.index() / BITS;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (id.index() % BITS);
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own |= other);
    }

    /// Whether the id is in the set.
    pub fn contains(&self, id: I) -> bool {
        self.words.get(id.index() / BITS).is_some_and(|word| word & (1 << (id.index() % BITS)) != 0)
    }

    /// The ids in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self::of_words(self.words.iter().zip(&other.words).map(|(left, right)| left & right).collect())
    }

    /// Whether any id is in both sets.
    pub fn intersects(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(left, right)| left & right != 0)
    }

    /// Whether every id of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().enumerate().all(|(index, word)| word & !other.words.get(index).copied().unwrap_or(0) == 0)
    }

    /// Whether no id is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many ids are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = I> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            (0..BITS).filter(move |bit| word & (1 << bit) != 0).map(move |bit| I::of(index * BITS + bit))
        })
    }

    fn of_words(words: Vec<u64>) -> Self {
        Self { words, of: PhantomData }
    }

    fn significant(&self) -> &[u64] {
        let end = self.words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        &self.words[..end]
    }
}

impl<I> Clone for IdSet<I> {
    fn clone(&self) -> Self {
        Self { words: self.words.clone(), of: PhantomData }
    }
}

impl<I: Index> Default for IdSet<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Index> fmt::Debug for IdSet<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl<I: Index> PartialEq for IdSet<I> {
    fn eq(&self, other: &Self) -> bool {
        self.significant() == other.significant()
    }
}

impl<I: Index> Eq for IdSet<I> {}

impl<I: Index> Hash for IdSet<I> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.significant().hash(state);
    }
}

impl<I: Index> FromIterator<I> for IdSet<I> {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        let mut set = Self::new();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{RuleId, RuleSet, TypeId, TypeSet};

    #[test]
    fn sets_of_the_same_types_are_equal_whatever_was_in_them_before() {
        let long: TypeSet = [TypeId(3), TypeId(200)].into_iter().collect();
        let short = TypeSet::of(TypeId(3));
        assert_eq!(long.intersection(&TypeSet::of(TypeId(3))), short);
        assert!(short.is_subset(&long) && !long.is_subset(&short));
        assert_eq!(long.iter().collect::<Vec<_>>(), [TypeId(3), TypeId(200)]);
        assert_eq!(long.len(), 2);
    }
    #[test]
    fn a_set_takes_in_another_of_any_length() {
        let mut rules = RuleSet::of(RuleId(1));
        rules.extend(&RuleSet::of(RuleId(130)));
        rules.extend(&RuleSet::new());
        assert_eq!(rules.iter().collect::<Vec<_>>(), [RuleId(1), RuleId(130)]);
        assert!(rules.intersects(&RuleSet::of(RuleId(130))) && !rules.intersects(&RuleSet::of(RuleId(2))));
    }
}
