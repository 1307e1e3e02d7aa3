//! The claims as they travel: JSON, base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Client, SignedInUser, Viewer};

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    act: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ua: Option<String>,
    #[serde(default, skip_serializing)]
    jti: Option<String>,
}

/// Longest id of a request.
const ID_LENGTH_MAX: usize = 64;

/// The value of the header for this viewer.
pub(super) fn encode(viewer: &Viewer) -> String {
    let user = viewer.user.as_ref();
    let claims = Claims {
        act: viewer.act.clone(),
        sub: user.map(|user| user.id.to_string()),
        sid: user.and_then(|user| user.session.clone()),
        roles: user.map(|user| user.roles.iter().map(ToString::to_string).collect()),
        scopes: user.map(|user| user.scopes.iter().map(ToString::to_string).collect()),
        exp: user.map(|user| user.expires_at),
        ip: viewer.client.ip.clone(),
        ua: viewer.client.user_agent.clone(),
        jti: None,
    };
    let json = serde_json::to_vec(&claims).expect("invariant: strings and numbers can be written as JSON");
    URL_SAFE_NO_PAD.encode(json)
}

/// The id of the request with this header value, if it is one to be believed once.
pub(super) fn id(value: &str) -> Result<Option<String>, String> {
    let id = read(value)?.jti;
    match id {
        Some(id) if id.is_empty() || id.len() > ID_LENGTH_MAX => Err("`jti` is empty or too long".to_owned()),
        id => Ok(id),
    }
}

fn read(value: &str) -> Result<Claims, String> {
    let json = URL_SAFE_NO_PAD.decode(value).map_err(|error| format!("not base64url: {error}"))?;
    serde_json::from_slice(&json).map_err(|error| format!("not the JSON of claims: {error}"))
}

/// The viewer of this header value, or what is wrong with it.
pub(super) fn decode(value: &str) -> Result<Viewer, String> {
    let claims = read(value)?;
    if claims.act.is_empty() {
        return Err("`act` is empty".to_owned());
    }
    let client = Client { ip: claims.ip, user_agent: claims.ua };
    let Some(subject) = claims.sub else {
        return Ok(Viewer { act: claims.act, user: None, client });
    };
    let user = SignedInUser {
        id: subject.parse().map_err(|error| format!("`sub`: {error}"))?,
        session: claims.sid,
        roles: known(claims.roles),
        scopes: known(claims.scopes),
        expires_at: claims.exp.ok_or("`exp` is missing beside `sub`")?,
    };
    Ok(Viewer { act: claims.act, user: Some(user), client })
}

/// The names that this version knows. Others come from a newer one and give nothing here.
fn known<T: std::str::FromStr + Ord>(names: Option<Vec<String>>) -> std::collections::BTreeSet<T> {
    names.unwrap_or_default().iter().filter_map(|name| name.parse().ok()).collect()
}
