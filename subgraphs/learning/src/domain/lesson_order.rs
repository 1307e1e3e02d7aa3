//! The places of lessons: dense, from 1 to their count, after every change (domain 3.2).

#[cfg(test)]
mod tests;

use super::Rejection;

/// The places of a course's lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LessonOrder {
    count: i64,
}

/// The lessons from one place to another, both included, go on by so many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The first place that is shifted.
    pub first: i64,
    /// The last place that is shifted; before `first` when there is none.
    pub last: i64,
    /// One place up or down.
    pub by: i64,
}

impl Shift {
    /// Whether no lesson is shifted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last < self.first
    }
}

impl LessonOrder {
    /// The places of so many lessons.
    #[must_use]
    pub const fn of(count: i64) -> Self {
        Self { count }
    }

    /// The place of a new lesson, the last one when none is named, and what makes room for it.
    ///
    /// # Errors
    /// [`Rejection::PositionInvalid`] when the place would leave a gap.
    pub fn insert(self, position: Option<i64>) -> Result<(i64, Shift), Rejection> {
        let position = position.unwrap_or(self.count + 1);
        self.check(position, self.count + 1)?;
        Ok((position, Shift { first: position, last: self.count, by: 1 }))
    }

    /// What makes room when the lesson at `from` goes to `to`.
    ///
    /// # Errors
    /// [`Rejection::PositionInvalid`] when there is no such place.
    pub fn relocate(self, from: i64, to: i64) -> Result<Shift, Rejection> {
        self.check(to, self.count)?;
        Ok(if to > from {
            Shift { first: from + 1, last: to, by: -1 }
        } else {
            Shift { first: to, last: from - 1, by: 1 }
        })
    }

    /// What closes the gap that the lesson at this place leaves.
    #[must_use]
    pub fn remove(self, position: i64) -> Shift {
        Shift { first: position + 1, last: self.count, by: -1 }
    }

    fn check(self, position: i64, last: i64) -> Result<(), Rejection> {
        if (1..=last).contains(&position) { Ok(()) } else { Err(Rejection::PositionInvalid { last }) }
    }
}
