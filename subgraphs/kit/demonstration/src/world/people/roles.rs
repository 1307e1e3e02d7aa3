//! Who may do what: the roles of the world's users.

use serde::Serialize;

use super::{Archetype, User, UserStatus};
use crate::Persona;

/// Courses per instructor, roughly; with few courses at least [`INSTRUCTORS_MIN`] people teach.
const COURSES_PER_INSTRUCTOR: usize = 3;
const INSTRUCTORS_MIN: usize = 4;

/// A role as identity knows it (domain.md P11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of identity's `Role` (domain.md 2.1)")]
pub enum Role {
    Mentee,
    Mentor,
    Instructor,
    Moderator,
    Admin,
    Ops,
}

impl Role {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mentee => "MENTEE",
            Self::Mentor => "MENTOR",
            Self::Instructor => "INSTRUCTOR",
            Self::Moderator => "MODERATOR",
            Self::Admin => "ADMIN",
            Self::Ops => "OPS",
        }
    }
}

/// Gives the personas their roles and appoints `count` mentors: mentor_kim, then people who came as mentors, then
/// learners who became some. Returns their rows in that order.
pub(super) fn appoint_mentors(users: &mut [User], count: usize) -> Vec<usize> {
    for user in users.iter_mut() {
        user.roles.extend(user.persona.map_or(&[][..], Persona::roles));
    }
    let candidates = |wanted: Archetype| {
        users
            .iter()
            .filter(move |user| user.archetype == wanted && user.persona.is_none() && user.status == UserStatus::Active)
            .map(|user| user.row)
    };
    let mentors: Vec<usize> = std::iter::once(Persona::MentorKim.row())
        .chain(candidates(Archetype::Mentor))
        .chain(candidates(Archetype::Learner))
        .take(count)
        .collect();
    grant(users, &mentors, Role::Mentor);
    mentors
}

/// Appoints the first of the mentors to teach courses; returns their rows, mentor_kim first.
pub(super) fn appoint_instructors(users: &mut [User], mentors: &[usize], courses: usize) -> Vec<usize> {
    let count = (courses / COURSES_PER_INSTRUCTOR).max(INSTRUCTORS_MIN).min(mentors.len());
    let instructors = mentors[..count].to_vec();
    grant(users, &instructors, Role::Instructor);
    instructors
}

fn grant(users: &mut [User], rows: &[usize], role: Role) {
    for row in rows {
        let roles = &mut users[*row].roles;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
}
