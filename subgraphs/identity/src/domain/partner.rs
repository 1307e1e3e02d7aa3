//! Partners, whose programs ask in their own name.

use std::collections::BTreeSet;

use kit_viewer::{Role, Scope};

/// A name that a partner's program goes by: `^[a-z0-9_]{3,64}$`. No id of a user is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientId(String);

/// The text breaks the rule of client ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientIdFault;

impl ClientId {
    /// Reads a client id.
    pub(crate) fn parse(text: &str) -> Result<Self, ClientIdFault> {
        let is_plain = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        // Tokens name users and partners in the same place.
        let is_of_a_user = text.starts_with("usr_");
        if is_plain && (3..=64).contains(&text.len()) && !is_of_a_user {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClientIdFault)
        }
    }

    /// The client id.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partner {
    pub(crate) client_id: ClientId,
    /// All that its tokens may allow.
    pub(crate) scopes: BTreeSet<Scope>,
}

impl Partner {
    /// Whether partners may have all of its scopes.
    pub(crate) fn is_within_its_role(&self) -> bool {
        self.scopes.iter().all(|scope| Role::Partner.scopes().contains(scope))
    }

    /// What a token is to allow: what is asked for, or everything when nothing is. Nothing when that is more than the
    /// partner has (RFC 6749, section 3.3).
    pub(crate) fn granted(&self, asked_for: Option<&str>) -> Option<BTreeSet<Scope>> {
        let Some(asked_for) = asked_for else { return Some(self.scopes.clone()) };
        let scopes: Option<BTreeSet<Scope>> = asked_for.split(' ').map(|name| name.parse().ok()).collect();
        scopes.filter(|scopes| scopes.is_subset(&self.scopes))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kit_viewer::Scope;

    use super::{ClientId, Partner};

    fn partner(scopes: &[Scope]) -> Partner {
        Partner { client_id: ClientId::parse("acme").unwrap(), scopes: scopes.iter().copied().collect() }
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
        let both = partner(&[Scope::PartnerRead, Scope::OpsRead]);
        assert_eq!(both.granted(None), Some(both.scopes.clone()));
        assert_eq!(both.granted(Some("ops:read")), Some(BTreeSet::from([Scope::OpsRead])));
        assert_eq!(both.granted(Some("ops:read partner:read")), Some(both.scopes.clone()));
        for more in ["admin", "ops:read admin", "nonsense", "ops:read  partner:read", " ops:read", "OPS:READ"] {
            assert_eq!(both.granted(Some(more)), None, "{more}");
        }
        assert!(!both.is_within_its_role() && partner(&[Scope::PartnerRead]).is_within_its_role());
    }
}
