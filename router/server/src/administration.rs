//! What administrators may do from the playground and nobody else may: run an operation as another, and read why
//! something is null or was refused in words that are not for clients.
//!
//! - `act_as` reads the header `x-lyceum-as`; `acting` is who an operation is run as;
//! - `why` explains errors to who asks with `x-lyceum-why`;
//! - `choices` answers what the page has to know to offer all that.
//!
//! **Invariants.** Only the endpoint that the playground asks takes part, and only for a verified token with one of the
//! playground's `admin_scopes` that is no client's own. Who is refused has nothing executed. An administrator stays who they
//! are: no other person's subject can be chosen. Reading may be tried with any role and scope; whatever is no query has
//! nothing that is not the administrator's own, and meets the rules of both.

mod act_as;
mod acting;
pub(crate) mod choices;
mod why;

use std::collections::BTreeSet;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, StatusCode};

use self::act_as::ActAs;
pub(crate) use self::acting::{Acted, Acting};
pub(crate) use self::why::Why;
use crate::configuration::RouterSettings;
use crate::endpoint::Endpoint;
use crate::identity::{AccessClaims, Viewer};
use crate::persisted::Registry;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};

/// Who an operation is run as, in JSON.
const AS: HeaderName = HeaderName::from_static("x-lyceum-as");
/// With the value `1`: explain what is null or refused.
const WHY: HeaderName = HeaderName::from_static("x-lyceum-why");

/// Who administers, and what of the router they may look at.
#[derive(Debug)]
pub(crate) struct Administration {
    scopes: BTreeSet<String>,
    /// Of all endpoints. The page asks the first.
    endpoints: Vec<Arc<Endpoint>>,
}

impl Administration {
    /// None without a playground.
    pub(crate) fn new(settings: &RouterSettings, endpoints: &[Arc<Endpoint>]) -> Option<Self> {
        let scopes = settings.playground.as_ref()?.admin_scopes.clone();
        Some(Self { scopes, endpoints: endpoints.to_vec() })
    }

    /// The claims of the viewer, if it is an administrator. A client's program is none, whatever its token grants.
    fn administrator<'v>(&self, viewer: &'v Viewer) -> Option<&'v Arc<AccessClaims>> {
        let Viewer::Authenticated(claims) = viewer else { return None };
        let is_client = self
            .endpoints
            .iter()
            .any(|endpoint| endpoint.operations.client_role.as_ref().is_some_and(|role| claims.roles.contains(role)));
        let may = claims.scopes.iter().any(|scope| self.scopes.contains(scope));
        (may && !is_client).then_some(claims)
    }

    fn is_asked_at(&self, endpoint: &Endpoint) -> bool {
        self.endpoints.first().is_some_and(|first| first.path == endpoint.path)
    }
}

/// As whom the operation is to be run; nobody else, when the request does not ask for it.
///
/// # Errors
/// When it does and must not. To be ignored would mean that it is run with all of the viewer's rights.
pub(crate) fn acting(
    administration: Option<&Administration>,
    registry: Option<&Registry>,
    endpoint: &Endpoint,
    headers: &HeaderMap,
    viewer: &Viewer,
) -> Result<Option<Acting>, Refusal> {
    if !headers.contains_key(AS) {
        return Ok(None);
    }
    let acting = permitted(administration, endpoint, viewer)
        .and_then(|(administration, claims)| Ok((ActAs::read(headers)?, administration, claims)))
        .and_then(|(wanted, administration, claims)| wanted.resolve(administration, registry, endpoint, claims));
    let administrator = subject(viewer);
    match &acting {
        Ok(acting) => {
            let told = acting.asked();
            tracing::info!(administrator, run_as = %told, endpoint = endpoint.path, "an operation is run as another");
        }
        Err(refusal) => {
            let reason = refusal.errors.first().map_or("", |error| error.message.as_str());
            tracing::warn!(viewer = administrator, endpoint = endpoint.path, reason, "running as another is refused");
        }
    }
    acting.map(Some)
}

fn permitted<'a>(
    administration: Option<&'a Administration>,
    endpoint: &Endpoint,
    viewer: &'a Viewer,
) -> Result<(&'a Administration, &'a Arc<AccessClaims>), Refusal> {
    let here = administration.filter(|administration| administration.is_asked_at(endpoint));
    let Some(administration) = here else {
        let message =
            "No operation is run as another at this path; leave out the header x-lyceum-as. Nothing was executed.";
        return Err(Refusal::http(StatusCode::BAD_REQUEST, message));
    };
    let claims = administration.administrator(viewer).ok_or_else(|| not_administrator(viewer))?;
    Ok((administration, claims))
}

fn not_administrator(viewer: &Viewer) -> Refusal {
    let (status, code) = match viewer {
        Viewer::Anonymous => (StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated),
        Viewer::Authenticated(_) => (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
    };
    let message = "Only administrators run operations as another; nothing was executed.";
    Refusal::new(RefusalClass::Http(status), code, message)
}

fn subject(viewer: &Viewer) -> &str {
    match viewer {
        Viewer::Anonymous => "(anonymous)",
        Viewer::Authenticated(claims) => &claims.subject,
    }
}
