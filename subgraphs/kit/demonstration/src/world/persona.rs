//! The well-known accounts (domain.md 5.1): the first users of every world.

use serde::Serialize;

use super::people::{Archetype, Role};

/// An account with a story, offered on the sign-in page and used by documentation and tests.
///
/// Its number is its row in [`World::users`](crate::World::users).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "`Persona::description` says what each one shows")]
pub enum Persona {
    Admin,
    Ops,
    Mod,
    MentorKim,
    PendingMentor,
    LearnerLee,
    MemberPark,
    CriticChoi,
    WalkerJung,
    NewUser,
}

impl Persona {
    /// Every persona, in the order of their rows.
    pub const ALL: [Self; 10] = [
        Self::Admin,
        Self::Ops,
        Self::Mod,
        Self::MentorKim,
        Self::PendingMentor,
        Self::LearnerLee,
        Self::MemberPark,
        Self::CriticChoi,
        Self::WalkerJung,
        Self::NewUser,
    ];

    /// The row of this persona's account.
    #[must_use]
    pub const fn row(self) -> usize {
        self as usize
    }

    /// The handle, which is also the local part of the email address.
    #[must_use]
    pub const fn handle(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Ops => "ops",
            Self::Mod => "mod",
            Self::MentorKim => "mentor_kim",
            Self::PendingMentor => "pending_mentor",
            Self::LearnerLee => "learner_lee",
            Self::MemberPark => "member_park",
            Self::CriticChoi => "critic_choi",
            Self::WalkerJung => "walker_jung",
            Self::NewUser => "new_user",
        }
    }

    /// The address to sign in with.
    #[must_use]
    pub fn email(self) -> String {
        super::people::email(self.handle())
    }

    /// The name shown to others.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Admin => "관리자",
            Self::Ops => "운영자",
            Self::Mod => "중재자",
            Self::MentorKim => "김한결",
            Self::PendingMentor => "서보람",
            Self::LearnerLee => "이서연",
            Self::MemberPark => "박지호",
            Self::CriticChoi => "최예린",
            Self::WalkerJung => "정도윤",
            Self::NewUser => "Noah Rowan",
        }
    }

    /// What this account is good for, in one line.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "may do everything: courses, users, approvals",
            Self::Ops => "sees traces, metrics and plans; changes nothing",
            Self::Mod => "moderates reviews",
            Self::MentorKim => "teaches the most popular course and mentors learners",
            Self::PendingMentor => "has applied to become a mentor and waits for a decision",
            Self::LearnerLee => "enrolled in six courses, one of them 88 % complete",
            Self::MemberPark => "a member whose membership expires in two days",
            Self::CriticChoi => "a critic, 2-1 ahead in an open promotion match",
            Self::WalkerJung => "a walker with a challenge at 101 % to claim, and rain outside",
            Self::NewUser => "registered an hour ago and has done nothing yet",
        }
    }

    /// The roles besides MENTEE, which everybody has.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Admin => &[Role::Admin],
            Self::Ops => &[Role::Ops],
            Self::Mod => &[Role::Moderator],
            Self::MentorKim => &[Role::Mentor, Role::Instructor],
            Self::PendingMentor
            | Self::LearnerLee
            | Self::MemberPark
            | Self::CriticChoi
            | Self::WalkerJung
            | Self::NewUser => &[],
        }
    }

    /// How this account behaves in all domains.
    #[must_use]
    pub const fn archetype(self) -> Archetype {
        match self {
            Self::Admin | Self::Ops | Self::Mod | Self::NewUser => Archetype::Lurker,
            Self::MentorKim | Self::PendingMentor => Archetype::Mentor,
            Self::LearnerLee | Self::MemberPark => Archetype::Learner,
            Self::CriticChoi => Archetype::Critic,
            Self::WalkerJung => Archetype::Walker,
        }
    }
}
