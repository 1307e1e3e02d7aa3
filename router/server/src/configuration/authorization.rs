use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SettingsError;

/// What becomes of an operation that asks for what its viewer may not see, and who meets which `@policy`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizationSettings {
    /// What happens to such an operation. Default `filter`. `LYCEUM_ROUTER__AUTHORIZATION__MODE`
    pub mode: AuthorizationMode,
    /// Whether operations without a token are refused, whatever they ask for. Default false.
    /// `LYCEUM_ROUTER__AUTHORIZATION__REQUIRE_AUTHENTICATION`
    pub require_authentication: bool,
    /// Who meets each policy that the graph names (`@policy`). A policy that is not here is met by nobody. Default: none.
    pub policies: BTreeMap<String, PolicyRule>,
}

/// What happens to an operation that asks for what its viewer may not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthorizationMode {
    /// It is answered without that: null in its place, and an error that says why. Nothing is fetched for it.
    #[default]
    Filter,
    /// It is refused whole, with the status 401 or 403.
    Reject,
}

/// Who meets a policy: those whose access token says so. Who sends none meets no policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a rule is one of {scope: name}, {role: name}, {claim: /pointer, equals: value}, {all: [rules]}, \
                 {any: [rules]} and {not: rule}"
)]
pub enum PolicyRule {
    /// The token grants this scope.
    Scope {
        /// Its name.
        scope: String,
    },
    /// The token names this role.
    Role {
        /// Its name.
        role: String,
    },
    /// A claim of the token has this value.
    Claim {
        /// Which one, as a JSON pointer (RFC 6901) such as `/team/id`.
        claim: String,
        /// The value, of its very type.
        equals: Value,
    },
    /// All of these rules hold.
    All {
        /// The rules.
        all: Vec<PolicyRule>,
    },
    /// One of these rules holds.
    Any {
        /// The rules.
        any: Vec<PolicyRule>,
    },
    /// This rule does not hold.
    Not {
        /// The rule.
        not: Box<PolicyRule>,
    },
}

/// How deep rules may stand within rules; evaluating them recurses.
const NESTING_MAX: usize = 16;

impl AuthorizationSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        self.policies.iter().try_for_each(|(name, rule)| rule.validate(name, 0))
    }

    /// Whether any policy looks at claims beside scopes and roles.
    pub(crate) fn reads_claims(&self) -> bool {
        self.policies.values().any(PolicyRule::reads_claims)
    }
}

impl PolicyRule {
    fn validate(&self, policy: &str, depth: usize) -> Result<(), SettingsError> {
        let wrong = |problem: &str, remedy: &str| {
            Err(SettingsError::new(format!("authorization.policies.{policy}"), problem, remedy))
        };
        if depth > NESTING_MAX {
            return wrong("its rules nest too deeply", "write it flatter");
        }
        match self {
            Self::Scope { scope: name } | Self::Role { role: name } if name.is_empty() => {
                wrong("a scope or role without a name", "name it")
            }
            Self::Scope { .. } | Self::Role { .. } => Ok(()),
            Self::Claim { claim, .. } if !claim.starts_with('/') => {
                wrong("a claim that is no JSON pointer", "begin it with a slash, such as /team/id")
            }
            Self::Claim { .. } => Ok(()),
            Self::All { all: rules } | Self::Any { any: rules } if rules.is_empty() => {
                wrong("a list without rules", "give it rules, or leave the policy out, so that nobody meets it")
            }
            Self::All { all: rules } | Self::Any { any: rules } => {
                rules.iter().try_for_each(|rule| rule.validate(policy, depth + 1))
            }
            Self::Not { not } => not.validate(policy, depth + 1),
        }
    }

    fn reads_claims(&self) -> bool {
        match self {
            Self::Scope { .. } | Self::Role { .. } => false,
            Self::Claim { .. } => true,
            Self::All { all: rules } | Self::Any { any: rules } => rules.iter().any(Self::reads_claims),
            Self::Not { not } => not.reads_claims(),
        }
    }
}
