//! What the token of a client says of it.

use http::StatusCode;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::identity::{AccessClaims, Viewer};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};

/// How much a client may ask for, as far as its token says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) operations_per_second: Option<u64>,
    pub(crate) cost_per_minute: Option<u64>,
}

/// The quota of a viewer that is a client of its own here; nothing of others.
///
/// # Errors
/// When the token is for another contract than the endpoint's, or says something that is no quota.
pub(crate) fn quota(endpoint: &Endpoint, viewer: &Viewer) -> Result<Quota, Refusal> {
    let (Some(_), Viewer::Authenticated(claims)) = (endpoint.own_client(viewer), viewer) else {
        return Ok(Quota::default());
    };
    let named = &endpoint.operations.client_claims;
    require_contract(endpoint.contract.as_deref(), claim(claims, &named.contract))?;
    Ok(Quota {
        operations_per_second: number(claims, &named.operations_per_second)?,
        cost_per_minute: number(claims, &named.cost_per_minute)?,
    })
}

fn claim<'c>(claims: &'c AccessClaims, pointer: &str) -> Option<&'c Value> {
    claims.whole.as_ref()?.pointer(pointer)
}

fn require_contract(served: Option<&str>, claim: Option<&Value>) -> Result<(), Refusal> {
    let named = match claim {
        None => return Ok(()),
        Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.as_str()),
        Some(_) => return Err(refused("The token's claim of a contract is neither a name nor null.".to_owned())),
    };
    if named == served {
        return Ok(());
    }
    let of = |contract: Option<&str>| {
        contract.map_or_else(|| "no contract".to_owned(), |name| format!("the contract `{name}`"))
    };
    Err(refused(format!(
        "The token is for {}, and this endpoint serves {}; ask at the endpoint that the token is for.",
        of(named),
        of(served)
    )))
}

/// A token whose numbers cannot be read grants nothing, rather than everything.
fn number(claims: &AccessClaims, pointer: &str) -> Result<Option<u64>, Refusal> {
    match claim(claims, pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().filter(|number| *number > 0) {
            Some(number) => Ok(Some(number)),
            None => Err(refused(format!("The token's claim {pointer} is no whole number above zero."))),
        },
    }
}

fn refused(message: String) -> Refusal {
    Refusal::new(RefusalClass::Http(StatusCode::FORBIDDEN), ErrorCode::Forbidden, message)
}
