//! Whether the claims of a token meet a rule of the configuration.

use serde_json::Value;

use crate::configuration::PolicyRule;
use crate::identity::AccessClaims;

pub(super) fn is_met(rule: &PolicyRule, claims: &AccessClaims) -> bool {
    match rule {
        PolicyRule::Scope { scope } => claims.scopes.contains(scope),
        PolicyRule::Role { role } => claims.roles.contains(role),
        PolicyRule::Claim { claim, equals } => {
            claims.whole.as_ref().and_then(|whole: &Value| whole.pointer(claim)) == Some(equals)
        }
        PolicyRule::All { all } => all.iter().all(|rule| is_met(rule, claims)),
        PolicyRule::Any { any } => any.iter().any(|rule| is_met(rule, claims)),
        PolicyRule::Not { not } => !is_met(not, claims),
    }
}
