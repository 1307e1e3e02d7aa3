//! What a client is told of what it may not see.

use std::sync::Arc;

use http::StatusCode;
use router_execution::{FieldGuard, FieldRefusal};
use router_planning::authorization::BarredSelection;
use router_schema::{FieldId, Rule, RuleSet, Supergraph};
use serde_json::{Map, Value, json};

use super::Unmet;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};

/// The value of `www-authenticate` for who sent no token.
pub(super) const SIGN_IN: &str = "Bearer realm=\"graphql\"";

/// The rules that a viewer does not meet, as the guard of what their replies show.
#[derive(Debug)]
pub(crate) struct Denial {
    supergraph: Arc<Supergraph>,
    unmet: Unmet,
}

/// A selection that the viewer may not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeniedSelection {
    path: Vec<String>,
    message: String,
    extensions: Map<String, Value>,
    /// The scopes of a first alternative, for `www-authenticate`.
    scopes: Vec<String>,
}

impl DeniedSelection {
    pub(crate) fn is_root(&self) -> bool {
        self.path.len() == 1
    }
}

impl Denial {
    pub(crate) fn new(supergraph: Arc<Supergraph>, unmet: Unmet) -> Self {
        Self { supergraph, unmet }
    }

    /// What is said of a selection of the operation.
    pub(crate) fn of_selection(&self, barred: &BarredSelection) -> DeniedSelection {
        let (message, extensions) = self.said_of(barred.field, &barred.rules);
        let rules = barred.rules.iter().map(|rule| self.supergraph.authorization().rule(rule));
        let scopes = rules.filter_map(|rule| match rule {
            Rule::Scopes(alternatives) => alternatives.first(),
            Rule::Authenticated | Rule::Policies(_) => None,
        });
        DeniedSelection {
            path: barred.path.iter().map(ToString::to_string).collect(),
            message,
            extensions,
            scopes: scopes.flatten().cloned().collect(),
        }
    }

    fn said_of(&self, field: FieldId, rules: &RuleSet) -> (String, Map<String, Value>) {
        let definition = self.supergraph.field(field);
        let parent = &self.supergraph.type_definition(definition.parent).name;
        let coordinate = format!("{parent}.{}", definition.name);
        let code = if self.unmet.is_anonymous { ErrorCode::Unauthenticated } else { ErrorCode::Forbidden };
        let message = if self.unmet.is_anonymous {
            format!("Sign in to see {coordinate}.")
        } else {
            format!("You may not see {coordinate}.")
        };
        let required: Vec<Value> =
            rules.iter().map(|rule| required(self.supergraph.authorization().rule(rule))).collect();
        let extensions = [
            ("code".to_owned(), code.as_str().into()),
            ("coordinate".to_owned(), coordinate.into()),
            ("required".to_owned(), required.into()),
        ];
        (message, extensions.into_iter().collect())
    }

    fn field(&self, parent_type: &str, field: &str) -> Option<FieldId> {
        self.supergraph.field_id(self.supergraph.type_id(parent_type)?, field)
    }
}

impl FieldGuard for Denial {
    fn refuses(&self, parent_type: &str, field: &str) -> bool {
        // A field that the graph does not have is nothing that could be shown.
        self.field(parent_type, field)
            .is_none_or(|field| !self.supergraph.barring_rules(field, &self.unmet.rules).is_empty())
    }

    fn refusal(&self, parent_type: &str, field: &str) -> FieldRefusal {
        let field = self.field(parent_type, field);
        let (message, extensions) = field.map_or_else(Default::default, |field| {
            self.said_of(field, &self.supergraph.barring_rules(field, &self.unmet.rules))
        });
        let extensions = extensions.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        FieldRefusal { message, extensions }
    }
}

/// A rule, as its directive says it.
fn required(rule: &Rule) -> Value {
    match rule {
        Rule::Authenticated => json!({ "authenticated": true }),
        Rule::Scopes(alternatives) => json!({ "scopes": alternatives }),
        Rule::Policies(alternatives) => json!({ "policies": alternatives }),
    }
}

/// The refusal of a whole operation.
pub(super) fn refusal(denied: &[DeniedSelection], is_anonymous: bool) -> Refusal {
    let errors = denied.iter().map(|selection| {
        let mut extensions = selection.extensions.clone();
        extensions.insert("path".to_owned(), selection.path.clone().into());
        RequestError { message: selection.message.clone(), locations: Vec::new(), extensions }
    });
    let status = if is_anonymous { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
    let mut refusal = Refusal::of_errors(RefusalClass::Http(status), errors.collect());
    refusal.challenge = Some(if is_anonymous { SIGN_IN.to_owned() } else { insufficient_scope(denied) });
    refusal
}

/// RFC 6750 section 3.1.
fn insufficient_scope(denied: &[DeniedSelection]) -> String {
    let mut scopes: Vec<&str> = denied.iter().flat_map(|selection| &selection.scopes).map(String::as_str).collect();
    scopes.sort_unstable();
    scopes.dedup();
    // A scope is a token of visible characters without quotes (RFC 6749 section 3.3).
    scopes.retain(|scope| scope.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte)));
    let named = if scopes.is_empty() { String::new() } else { format!(", scope=\"{}\"", scopes.join(" ")) };
    format!("{SIGN_IN}, error=\"insufficient_scope\"{named}")
}
