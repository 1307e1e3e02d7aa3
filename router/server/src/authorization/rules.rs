//! Whether the claims of a token meet a rule of the graph.

use std::collections::{BTreeMap, BTreeSet};

use router_schema::{Authorization, Rule, RuleId};

use super::policies;
use crate::configuration::PolicyRule;
use crate::identity::AccessClaims;

/// Judges the rules of one graph.
#[derive(Debug)]
pub(super) struct Judge {
    /// By [`RuleId`].
    tests: Vec<Test>,
}

/// A rule with the policies it names looked up. Lists are alternatives, each of which has to be had in full.
#[derive(Debug)]
enum Test {
    Authenticated,
    Scopes(Vec<Vec<String>>),
    /// A policy that nobody defined is none.
    Policies(Vec<Vec<Option<PolicyRule>>>),
}

impl Judge {
    pub(super) fn new(authorization: &Authorization, policies: &BTreeMap<String, PolicyRule>) -> Self {
        let test = |rule: &Rule| match rule {
            Rule::Authenticated => Test::Authenticated,
            Rule::Scopes(alternatives) => Test::Scopes(alternatives.clone()),
            Rule::Policies(alternatives) => {
                let look_up = |names: &Vec<String>| names.iter().map(|name| policies.get(name).cloned()).collect();
                Test::Policies(alternatives.iter().map(look_up).collect())
            }
        };
        warn_of_policies(authorization, policies);
        Self { tests: authorization.rules().map(test).collect() }
    }

    pub(super) fn is_met(&self, rule: RuleId, claims: &AccessClaims) -> bool {
        match &self.tests[rule.0] {
            Test::Authenticated => true,
            Test::Scopes(alternatives) => {
                alternatives.iter().any(|needed| needed.iter().all(|scope| claims.scopes.contains(scope)))
            }
            Test::Policies(alternatives) => alternatives.iter().any(|needed| {
                needed.iter().all(|policy| policy.as_ref().is_some_and(|rule| policies::is_met(rule, claims)))
            }),
        }
    }
}

/// A policy on one side only is most likely misspelt.
fn warn_of_policies(authorization: &Authorization, policies: &BTreeMap<String, PolicyRule>) {
    let named: BTreeSet<&String> = authorization
        .rules()
        .filter_map(|rule| match rule {
            Rule::Policies(alternatives) => Some(alternatives.iter().flatten()),
            Rule::Authenticated | Rule::Scopes(_) => None,
        })
        .flatten()
        .collect();
    for policy in named.iter().filter(|name| !policies.contains_key(**name)) {
        tracing::warn!(policy, "the graph names a policy without a rule in authorization.policies; nobody meets it");
    }
    for policy in policies.keys().filter(|name| !named.contains(name)) {
        tracing::warn!(policy, "authorization.policies has a rule for a policy that the graph does not name");
    }
}
