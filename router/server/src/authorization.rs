//! The stage after the operation is known: may this viewer see what it asks for?
//!
//! The graph says what it takes (`@authenticated`, `@requiresScopes`, `@policy`); `router_schema` reads that, and which of
//! its rules concern an operation is noted when the operation is prepared. So most requests cost one look at a few rules:
//! none of them, or all met, and the operation is executed as it is. A viewer who does not meet one is refused, or gets
//! the operation planned without what that rule protects: a variant that is prepared once for each set of unmet rules.
//!
//! - `rules` judges one rule of the graph; `policies` those that the configuration defines;
//! - `denial` says what was denied, to the client.
//!
//! **Invariants.** Who sends no token meets no rule. A policy that nobody defined is met by nobody. The plan of a variant
//! asks for nothing that its rules protect, and its replies show nothing of it even if it was fetched for a join.

mod denial;
mod policies;
mod rules;

use std::sync::Arc;

use http::StatusCode;
use router_schema::{RuleSet, Supergraph};

pub(crate) use self::denial::{Denial, DeniedSelection};
use self::rules::Judge;
use crate::configuration::{AuthorizationMode, AuthorizationSettings};
use crate::identity::Viewer;
use crate::operation::{Operation, Prepared};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};

/// The rules of an operation that a viewer does not meet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Unmet {
    pub(crate) rules: RuleSet,
    /// Whether the viewer sent no token, and is told to sign in.
    pub(crate) is_anonymous: bool,
}

/// Decides what viewers may see of one graph.
#[derive(Debug)]
pub(crate) struct Authorization {
    mode: AuthorizationMode,
    judge: Judge,
}

impl Authorization {
    pub(crate) fn new(supergraph: &Supergraph, settings: &AuthorizationSettings) -> Self {
        Self { mode: settings.mode, judge: Judge::new(supergraph.authorization(), &settings.policies) }
    }

    /// Those of the rules that the viewer does not meet. Takes no memory while there are none.
    fn unmet(&self, rules: &RuleSet, viewer: &Viewer) -> Unmet {
        match viewer {
            Viewer::Anonymous => Unmet { rules: rules.clone(), is_anonymous: true },
            Viewer::Authenticated(claims) => {
                let unmet = rules.iter().filter(|rule| !self.judge.is_met(*rule, claims));
                Unmet { rules: unmet.collect(), is_anonymous: false }
            }
        }
    }
}

/// Refuses who does not say who they are, where nothing is for everybody.
pub(crate) fn require_viewer(settings: &AuthorizationSettings, viewer: &Viewer) -> Result<(), Refusal> {
    if !settings.require_authentication || *viewer != Viewer::Anonymous {
        return Ok(());
    }
    let message = "Sign in first: without an access token nothing is answered here.";
    let class = RefusalClass::Http(StatusCode::UNAUTHORIZED);
    let mut refusal = Refusal::new(class, ErrorCode::Unauthenticated, message);
    refusal.challenge = Some(denial::SIGN_IN.to_owned());
    Err(refusal)
}

/// The operation as this viewer may have it executed; with `also`, as both may.
///
/// # Errors
/// When the viewer may not see some of it and the settings say that it is then refused; or when it is a subscription and
/// there is nothing to wait for.
pub(crate) async fn authorise(
    prepared: Prepared<'_>,
    viewer: &Viewer,
    also: Option<&Viewer>,
) -> Result<Arc<Operation>, Refusal> {
    let authorization = prepared.authorization();
    let mut unmet = authorization.unmet(&prepared.operation.rules, viewer);
    if let Some(also) = also {
        unmet.rules.extend(&authorization.unmet(&prepared.operation.rules, also).rules);
    }
    if unmet.rules.is_empty() {
        return Ok(prepared.operation);
    }
    let (mode, is_anonymous) = (authorization.mode, unmet.is_anonymous);
    let operation = prepared.without(unmet).await?;
    let has_nothing_to_wait_for = operation.is_subscription() && operation.denied.iter().any(DeniedSelection::is_root);
    let is_refused = !operation.denied.is_empty() && (mode == AuthorizationMode::Reject || has_nothing_to_wait_for);
    if is_refused { Err(denial::refusal(&operation.denied, is_anonymous)) } else { Ok(operation) }
}
