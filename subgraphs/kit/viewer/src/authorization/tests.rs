use kit_ids::UserId;

use crate::{Refusal, Role, Scope, SignedInUser, Viewer};

const OWNER: UserId = UserId::from_bytes([1; 16]);
const OTHER: UserId = UserId::from_bytes([2; 16]);

/// P11: identity puts these into tokens, so a change here is a change of who may do what.
#[test]
fn roles_bring_these_scopes_and_no_others() {
    let names = |role: Role| role.scopes().iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ");
    let map: Vec<_> = Role::ALL.iter().map(|role| format!("{role}: {}", names(*role))).collect();
    assert_eq!(
        map,
        [
            "MENTEE: ",
            "MENTOR: ",
            "INSTRUCTOR: course:write media:write",
            "MODERATOR: review:moderate",
            "ADMIN: admin user:read user:write course:write media:write review:moderate mentor:approve weather:write \
             points:adjust challenge:write ops:read partner:read",
            "OPS: ops:read",
            "PARTNER: partner:read",
        ]
    );
    assert_eq!(Role::scopes_of([Role::Ops, Role::Instructor, Role::Ops]).len(), 3);
}

/// P11
#[test]
fn every_name_is_read_as_what_it_names() {
    assert!(Role::ALL.iter().all(|role| role.name().parse() == Ok(*role)));
    assert!(Scope::ALL.iter().all(|scope| scope.name().parse() == Ok(*scope)));
    assert!("ROOT".parse::<Role>().is_err());
    assert!("everything".parse::<Scope>().is_err());
}

/// P10: subgraphs re-check ownership and scopes. Anonymous, owner, other user, administrator.
#[test]
fn the_checks_refuse_whom_they_must() {
    let scope = Scope::UserRead;
    let anonymous = Viewer::anonymous();
    let owner = Viewer::signed_in(SignedInUser::new(OWNER).with_role(Role::Mentee));
    let other = Viewer::signed_in(SignedInUser::new(OTHER).with_role(Role::Instructor));
    let admin = Viewer::signed_in(SignedInUser::new(OTHER).with_role(Role::Admin));

    let outcomes = |check: &dyn Fn(&Viewer) -> Result<(), Refusal>| [&anonymous, &owner, &other, &admin].map(check);
    let unauthenticated = Err(Refusal::Unauthenticated);
    assert_eq!(outcomes(&|viewer| viewer.require_user().map(drop)), [unauthenticated, Ok(()), Ok(()), Ok(())]);
    assert_eq!(
        outcomes(&|viewer| viewer.require_scope(scope).map(drop)),
        [unauthenticated, Err(Refusal::ScopeMissing(scope)), Err(Refusal::ScopeMissing(scope)), Ok(())]
    );
    assert_eq!(
        outcomes(&|viewer| viewer.self_or_scope(OWNER, scope).map(drop)),
        [unauthenticated, Ok(()), Err(Refusal::NotOwner(scope)), Ok(())]
    );
    assert_eq!(outcomes(&|viewer| viewer.require_service().map(drop)), [Err(Refusal::ServicesOnly); 4]);
    assert_eq!(Viewer::service("media").require_service(), Ok("media"));
}
