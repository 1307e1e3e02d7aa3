//! Who may play what (domain 3.4, S0-ENR-2, S0-SUB-1).

use kit_ids::CourseId;

/// Why somebody may not play something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    SignInRequired,
    NotEnrolled,
    SubscriptionExpired,
    NotPublished,
    NoMedia,
    /// Nobody could say in time whether they may; asking again may help.
    NotKnown,
}

/// What is known of something that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlayableFacts {
    /// The course that a lesson belongs to.
    pub(crate) course: Option<CourseId>,
    /// Whether what it belongs to is, or was, open: an archived course stays open to those in it.
    pub(crate) is_published: bool,
    pub(crate) is_free_preview: bool,
}

/// What is known of a person, for one course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// They have a place in it that does not depend on a membership.
    pub(crate) has_own_place: bool,
    /// They have a membership that gives access now.
    pub(crate) is_member: bool,
    /// They had one, or a place that came with one.
    pub(crate) was_member: bool,
}

/// Whether a signed-in person may play something.
pub(crate) fn may_play(facts: PlayableFacts, standing: Standing) -> Result<(), Denial> {
    if !facts.is_published {
        return Err(Denial::NotPublished);
    }
    if facts.is_free_preview || standing.has_own_place || standing.is_member {
        return Ok(());
    }
    Err(if standing.was_member { Denial::SubscriptionExpired } else { Denial::NotEnrolled })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// S0-ENR-2, S0-SUB-1, F2: nothing opens but a preview, a place or a live membership, and nothing that is not
        /// published.
        #[test]
        fn nothing_else_opens(
            is_published: bool,
            is_free_preview: bool,
            has_own_place: bool,
            is_member: bool,
            was_member: bool,
        ) {
            let facts = PlayableFacts { course: None, is_published, is_free_preview };
            let decided = may_play(facts, Standing { has_own_place, is_member, was_member });
            prop_assert_eq!(decided.is_ok(), is_published && (is_free_preview || has_own_place || is_member));
            prop_assert_eq!(decided == Err(Denial::NotPublished), !is_published);
            let is_over = is_published && decided.is_err() && was_member;
            prop_assert_eq!(decided == Err(Denial::SubscriptionExpired), is_over);
        }
    }
}
