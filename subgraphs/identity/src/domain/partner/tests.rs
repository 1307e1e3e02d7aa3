use std::collections::BTreeSet;

use kit_viewer::Scope;

use super::{Barred, ClientId, Partner, PartnerChange, PartnerFault, PartnerId, PartnerTerms};

fn terms() -> PartnerTerms {
    PartnerTerms::usual("Acme")
}

#[test]
fn a_client_id_is_plain_and_no_users() {
    for right in ["abc", "partner_demo", "a1_", &"a".repeat(64)] {
        assert!(ClientId::parse(right).is_ok(), "{right}");
    }
    for wrong in ["", "ab", "Acme", "a-b", "a b", "usr_02081040g2081040g2081040g2", &"a".repeat(65)] {
        assert!(ClientId::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_token_allows_no_more_than_its_partner_may() {
    let both = PartnerTerms { scopes: BTreeSet::from([Scope::PartnerRead, Scope::OpsRead]), ..terms() };
    assert_eq!(both.granted(None), Some(both.scopes.clone()));
    assert_eq!(both.granted(Some("ops:read")), Some(BTreeSet::from([Scope::OpsRead])));
    assert_eq!(both.granted(Some("ops:read partner:read")), Some(both.scopes.clone()));
    for more in ["admin", "ops:read admin", "nonsense", "ops:read  partner:read", " ops:read", "OPS:READ"] {
        assert_eq!(both.granted(Some(more)), None, "{more}");
    }
}

/// Design rule 8: what is not named stays, and everything that is wrong is told at once.
#[test]
fn a_change_keeps_the_rules_of_partners() {
    let change = PartnerChange {
        name: Some(" Acme Books ".to_owned()),
        contract: Some(Some("books".to_owned())),
        operations_per_second: Some(100),
        expires_at: Some(Some(11)),
        ..PartnerChange::default()
    };
    let changed = terms().changed(change, 10).unwrap();
    assert_eq!((changed.name.as_str(), changed.contract.as_deref()), ("Acme Books", Some("books")));
    assert_eq!((changed.operations_per_second, changed.cost_per_minute), (100, terms().cost_per_minute));
    assert_eq!(changed.clone().changed(PartnerChange::default(), 99), Ok(changed.clone()), "the end may have come");
    let ended = PartnerChange { contract: Some(None), expires_at: Some(None), ..PartnerChange::default() };
    let changed = changed.changed(ended, 99).unwrap();
    assert_eq!((changed.contract, changed.expires_at), (None, None));
    let wrong = PartnerChange {
        name: Some(" ".to_owned()),
        scopes: Some(BTreeSet::from([Scope::Admin])),
        contract: Some(Some("a b".to_owned())),
        operations_per_second: Some(0),
        cost_per_minute: Some(1_000_000_001),
        expires_at: Some(Some(10)),
    };
    let faults = terms().changed(wrong, 10).unwrap_err();
    let expected = [
        PartnerFault::Name,
        PartnerFault::Scopes,
        PartnerFault::Contract,
        PartnerFault::OperationsPerSecond,
        PartnerFault::CostPerMinute,
        PartnerFault::ExpiresAt,
    ];
    assert_eq!(faults, expected);
    assert!(faults.iter().all(|fault| !fault.advice().is_empty()));
}

#[test]
fn access_ends_when_it_is_disabled_and_when_its_time_has_come() {
    let terms = PartnerTerms { expires_at: Some(10), ..terms() };
    let client_id = ClientId::parse("acme").unwrap();
    let id = PartnerId::from_bytes([1; 16]);
    let partner = Partner { id, client_id, terms, disabled_at: None, created_at: 0, last_used_at: None };
    assert_eq!((partner.require_access(9), partner.require_access(10)), (Ok(()), Err(Barred::Expired)));
    assert_eq!(Partner { disabled_at: Some(1), ..partner }.require_access(20), Err(Barred::Disabled));
}
