use std::collections::HashMap;

use kit_demonstration::{Archetype, LoginKind, Persona, Role, UserStatus, World, WorldKey};

use super::{assert_unique, worlds};

/// domain.md 3.1: the invariants of users, and 5.1: the counts and reserved patterns.
#[test]
fn users_are_as_many_as_the_table_says_and_keep_identitys_rules() {
    for world in worlds() {
        let users = world.users();
        assert_eq!(users.len(), world.key().profile.counts().users);
        assert_unique("id", users.iter().map(|user| user.id));
        assert_unique("handle", users.iter().map(|user| &user.handle));
        assert_unique("email", users.iter().map(|user| &user.email));
        assert_unique("phone", users.iter().filter_map(|user| user.phone.as_ref()));
        for user in users {
            assert!((3..=24).contains(&user.handle.len()), "{}", user.handle);
            assert!(user.handle.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')));
            assert_eq!(user.email, format!("{}@demo.invalid", user.handle));
            assert!(user.phone.as_ref().is_none_or(|phone| phone.starts_with("+82100") && phone.len() == 13));
            assert_eq!(user.roles[0], Role::Mentee);
            assert_unique("role", &user.roles);
            assert_unique("interest", &user.interests);
        }
    }
}

/// domain.md 3.1: one team, whose company equals the user's company.
#[test]
fn a_users_company_is_the_teams_company() {
    for world in worlds() {
        assert_eq!(world.companies().len(), world.key().profile.counts().companies);
        assert_eq!(world.teams().len(), world.key().profile.counts().teams);
        assert_unique("company name", world.companies().iter().map(|company| &company.name));
        assert_unique("team name", world.teams().iter().map(|team| (team.company_id, team.name)));
        assert_unique("invite code", world.teams().iter().map(|team| &team.invite_code));
        for user in world.users() {
            let team = user.team_row.map(|row| &world.teams()[row]);
            assert_eq!(user.team_id, team.map(|team| team.id));
            assert_eq!(user.company_id, team.map(|team| team.company_id));
            assert!(user.archetype != Archetype::Walker || user.team_id.is_some());
        }
    }
}

/// domain.md 5.1: the mixture of archetypes and the share of English names.
#[test]
fn people_are_mixed_as_the_specification_says() {
    let world = World::new(WorldKey::default());
    let drawn = &world.users()[Persona::ALL.len()..];
    let mut counts: HashMap<Archetype, usize> = HashMap::new();
    drawn.iter().for_each(|user| *counts.entry(user.archetype).or_default() += 1);
    for (archetype, per_cent) in [
        (Archetype::Learner, 35),
        (Archetype::DramaBinger, 25),
        (Archetype::Critic, 10),
        (Archetype::Walker, 20),
        (Archetype::Mentor, 5),
        (Archetype::Lurker, 5),
    ] {
        let expected = drawn.len() * per_cent / 100;
        assert!(counts[&archetype].abs_diff(expected) < drawn.len() / 40, "{archetype:?}: {}", counts[&archetype]);
    }
    let english = drawn.iter().filter(|user| user.display_name.is_ascii()).count();
    assert!((120..200).contains(&english), "{english}");
}

/// domain.md 5.1: the personas stand at the head of the users.
#[test]
fn personas_have_their_handles_roles_and_rows() {
    for world in worlds() {
        for persona in Persona::ALL {
            let user = world.persona(persona);
            assert_eq!(
                (user.row, user.persona, user.handle.as_str()),
                (persona.row(), Some(persona), persona.handle())
            );
            assert_eq!(user.email, persona.email());
            assert!(persona.roles().iter().all(|role| user.roles.contains(role)));
        }
        assert!(!world.persona(Persona::PendingMentor).roles.contains(&Role::Mentor));
        assert_eq!(
            world.users()[Persona::ALL.len()..].iter().filter(|user| user.roles.contains(&Role::Admin)).count(),
            0
        );
    }
}

/// domain.md 5.1: as many mentors as the table says, and every instructor is one.
#[test]
fn mentors_and_instructors_hold_their_roles() {
    for world in worlds() {
        assert_eq!(world.mentors().len(), world.key().profile.counts().mentors);
        assert_eq!(world.mentors()[0], Persona::MentorKim.row());
        assert_unique("mentor", world.mentors());
        for row in world.instructors() {
            assert!(world.mentors().contains(row) && world.users()[*row].roles.contains(&Role::Instructor));
        }
    }
}

/// S0-AUTH-3: a history of sign-ins, in order and after registration.
#[test]
fn sign_ins_come_after_registration_and_in_order() {
    for world in worlds() {
        let anchor = world.key().anchor.micros();
        let histories: Vec<_> = world.users().iter().map(|user| (user, world.login_events(user))).collect();
        assert_unique("login event", histories.iter().flat_map(|(_, events)| events).map(|event| event.id));
        for (user, events) in histories {
            assert!(events.iter().any(|event| event.kind == LoginKind::Login));
            assert!(events.iter().all(|event| (user.created_at..anchor).contains(&event.at)));
            assert!(events.is_sorted_by_key(|event| event.at));
            for logout in events.iter().filter(|event| event.kind == LoginKind::Logout) {
                let login = |event: &&_| matches!(event, kit_demonstration::LoginEvent { kind: LoginKind::Login, .. });
                assert!(events.iter().filter(login).any(|login| login.session_id == logout.session_id));
            }
        }
    }
}

/// domain.md 3.1: closed accounts are not 30 days old, or they would have been erased; who left did nothing after.
#[test]
fn who_left_did_so_not_long_ago() {
    for world in worlds() {
        let anchor = world.key().anchor.micros();
        for user in world.users() {
            assert_eq!(user.deactivated_at.is_some(), user.status == UserStatus::Deactivated);
            let Some(left_at) = user.deactivated_at else { continue };
            assert!(user.created_at < left_at && left_at < anchor && anchor - left_at < 30 * 86_400_000_000);
            assert!(world.login_events(user).iter().all(|event| event.at < left_at));
        }
        let enrolled = world.enrollments().iter().map(|row| (row, &world.users()[row.user_row]));
        assert!(enrolled.into_iter().all(|(row, user)| row.enrolled_at < user.present_until(anchor)));
    }
}
