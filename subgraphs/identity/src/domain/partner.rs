//! Partners, whose programs ask in their own name.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use kit_ids::{Id, Kind, Prefix};
use kit_viewer::{Role, Scope};

use super::check_display_name;

/// What a partner may ask for in a second unless somebody says otherwise (domain.md 5.3).
const OPERATIONS_PER_SECOND: u32 = 20;
/// What a partner's operations may cost in a minute unless somebody says otherwise.
const COST_PER_MINUTE: u32 = 100_000;
/// The part of the graph that partners see unless somebody says otherwise: what carries this tag.
const CONTRACT: &str = "partner";
const OPERATIONS_PER_SECOND_MAX: u32 = 10_000;
const COST_PER_MINUTE_MAX: u32 = 1_000_000_000;
const CONTRACT_CHARACTERS_MAX: usize = 64;

/// Marks ids of partners, which no other subgraph knows.
#[derive(Debug)]
pub(crate) enum PartnerKind {}

impl Kind for PartnerKind {
    const PREFIX: Prefix = Prefix { letters: "par", type_name: "Partner" };
}

/// The id of a partner: `par_…`.
pub(crate) type PartnerId = Id<PartnerKind>;

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
    pub(crate) id: PartnerId,
    pub(crate) client_id: ClientId,
    pub(crate) terms: PartnerTerms,
    pub(crate) disabled_at: Option<i64>,
    pub(crate) created_at: i64,
    /// When it was last given a token, to the minute.
    pub(crate) last_used_at: Option<i64>,
}

/// What is agreed with a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartnerTerms {
    pub(crate) name: String,
    /// All that its tokens may allow.
    pub(crate) scopes: BTreeSet<Scope>,
    /// The part of the graph that its tokens are for; nothing when they are for no contract.
    pub(crate) contract: Option<String>,
    pub(crate) operations_per_second: u32,
    pub(crate) cost_per_minute: u32,
    /// From when on it gets no tokens.
    pub(crate) expires_at: Option<i64>,
}

/// What is to change of it; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PartnerChange {
    pub(crate) name: Option<String>,
    pub(crate) scopes: Option<BTreeSet<Scope>>,
    pub(crate) contract: Option<Option<String>>,
    pub(crate) operations_per_second: Option<u32>,
    pub(crate) cost_per_minute: Option<u32>,
    pub(crate) expires_at: Option<Option<i64>>,
}

/// A rule that a partner's terms break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartnerFault {
    ClientId,
    Name,
    Scopes,
    Contract,
    OperationsPerSecond,
    CostPerMinute,
    ExpiresAt,
}

impl PartnerFault {
    /// The rule, for a person.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::ClientId => {
                "a client id has 3 to 64 of a-z, 0-9 and underscore, and does not look like the id of a user"
            }
            Self::Name => "a name has 1 to 100 characters, none of them invisible",
            Self::Scopes => "partners can have no other scope than partner:read",
            Self::Contract => "a contract is named by 1 to 64 of a-z, A-Z, 0-9, underscore and hyphen",
            Self::OperationsPerSecond => "a partner may ask for 1 to 10,000 operations a second",
            Self::CostPerMinute => "a partner may spend 1 to 1,000,000,000 points of cost a minute",
            Self::ExpiresAt => "access must end in the future; to end it now, disable the partner",
        }
    }
}

/// Why a partner gets no token, though its secret is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Barred {
    Disabled,
    Expired,
}

impl Partner {
    /// Whether it may have a token now.
    pub(crate) fn require_access(&self, now: i64) -> Result<(), Barred> {
        if self.disabled_at.is_some() {
            return Err(Barred::Disabled);
        }
        if self.terms.expires_at.is_some_and(|end| end <= now) { Err(Barred::Expired) } else { Ok(()) }
    }
}

impl PartnerTerms {
    /// What is usual, for a partner of this name.
    pub(crate) fn usual(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            scopes: Role::Partner.scopes().iter().copied().collect(),
            contract: Some(CONTRACT.to_owned()),
            operations_per_second: OPERATIONS_PER_SECOND,
            cost_per_minute: COST_PER_MINUTE,
            expires_at: None,
        }
    }

    /// The terms after a change, or all reasons against it.
    pub(crate) fn changed(mut self, change: PartnerChange, now: i64) -> Result<Self, Vec<PartnerFault>> {
        let mut faults = Vec::new();
        let mut require = |holds: bool, fault: PartnerFault| {
            if !holds {
                faults.push(fault);
            }
        };
        if let Some(name) = change.name {
            let name = check_display_name(&name);
            require(name.is_some(), PartnerFault::Name);
            self.name = name.unwrap_or_default();
        }
        if let Some(scopes) = change.scopes {
            require(scopes.iter().all(|scope| Role::Partner.scopes().contains(scope)), PartnerFault::Scopes);
            self.scopes = scopes;
        }
        if let Some(contract) = change.contract {
            require(contract.as_deref().is_none_or(is_contract_name), PartnerFault::Contract);
            self.contract = contract;
        }
        if let Some(operations) = change.operations_per_second {
            require((1..=OPERATIONS_PER_SECOND_MAX).contains(&operations), PartnerFault::OperationsPerSecond);
            self.operations_per_second = operations;
        }
        if let Some(cost) = change.cost_per_minute {
            require((1..=COST_PER_MINUTE_MAX).contains(&cost), PartnerFault::CostPerMinute);
            self.cost_per_minute = cost;
        }
        if let Some(end) = change.expires_at {
            require(end.is_none_or(|end| end > now), PartnerFault::ExpiresAt);
            self.expires_at = end;
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// What a token is to allow: what is asked for, or everything when nothing is. Nothing when that is more than the
    /// partner has (RFC 6749, section 3.3).
    pub(crate) fn granted(&self, asked_for: Option<&str>) -> Option<BTreeSet<Scope>> {
        let Some(asked_for) = asked_for else { return Some(self.scopes.clone()) };
        let scopes: Option<BTreeSet<Scope>> = asked_for.split(' ').map(|name| name.parse().ok()).collect();
        scopes.filter(|scopes| scopes.is_subset(&self.scopes))
    }
}

fn is_contract_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=CONTRACT_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}
