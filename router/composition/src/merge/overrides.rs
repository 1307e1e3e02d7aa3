//! `@override`: one subgraph takes a field over from another, at once or for part of the traffic.

use apollo_compiler::{Name, Node, ast::Directive};

use super::Merge;
use super::fields::{FieldSource, Overridden};
use crate::links::FederationDirective;
use crate::subgraph::{FieldCoordinate, Subgraph, text_argument};
use crate::{ErrorCode, HintCode};

/// Directives that say that a field's value depends on other subgraphs, which a take-over would leave unclear.
const COLLIDING: [FederationDirective; 3] =
    [FederationDirective::External, FederationDirective::Provides, FederationDirective::Requires];

impl Merge<'_> {
    /// Marks the sources that others override.
    pub(super) fn apply_overrides(&mut self, ty: &Name, name: &Name, sources: &mut [FieldSource<'_>]) {
        let on = format!("{ty}.{name}");
        for overriding in 0..sources.len() {
            let subgraph = &self.subgraphs[sources[overriding].subgraph];
            let Some(applied) = subgraph.on_field(FederationDirective::Override, sources[overriding].field).cloned()
            else {
                continue;
            };
            let Some(from) = text_argument(&applied, "from") else { continue };
            let label = text_argument(&applied, "label").map(str::to_owned);
            if !self.names_another_subgraph(&on, subgraph, &applied, from, label.as_deref()) {
                continue;
            }
            let overridden = sources.iter().position(|source| self.subgraphs[source.subgraph].name == from);
            let Some(overridden) = overridden else {
                self.hint_pointless(&on, subgraph, &applied, from);
                continue;
            };
            self.check_collisions(&on, subgraph, &applied, [&sources[overriding], &sources[overridden]]);
            sources[overriding].override_label.clone_from(&label);
            // Two that override each other were reported; one of them stays, so that nothing else is reported.
            let is_overridden_itself = sources[overriding].overridden == Overridden::Gone;
            if sources[overridden].is_external {
                self.hint_pointless(&on, subgraph, &applied, from);
            }
            let source = &mut sources[overridden];
            if source.is_external || is_overridden_itself {
                continue;
            }
            let coordinate = FieldCoordinate { ty: ty.clone(), field: name.clone() };
            let is_used = self.subgraphs[source.subgraph].facts.is_used(&coordinate);
            source.overridden = match (is_used, &label) {
                (true, _) => Overridden::StillUsed,
                (false, Some(_)) => Overridden::Partly,
                (false, None) => Overridden::Gone,
            };
            source.override_label = label;
            self.hint_take_over(&on, subgraph, &applied, &sources[overridden]);
        }
    }

    /// What the overridden subgraph can do once the field is taken over.
    fn hint_take_over(&mut self, on: &str, subgraph: &Subgraph, applied: &Node<Directive>, source: &FieldSource<'_>) {
        let from = &self.subgraphs[source.subgraph];
        let removal = match source.overridden {
            Overridden::StillUsed => "mark it @external there, or remove it with what refers to it",
            _ => "remove it there",
        };
        let (code, message) = match &source.override_label {
            Some(label) => (
                HintCode::OverrideMigrationInProgress,
                format!("\"{on}\" moves from \"{}\" while \"{label}\" is on; once done, {removal}", from.name),
            ),
            None => (
                HintCode::OverriddenFieldCanBeRemoved,
                format!("\"{on}\" of \"{}\" is taken over by \"{}\"; {removal}", from.name, subgraph.name),
            ),
        };
        let places = [
            (from, source.field.name.location(), "taken over".to_owned()),
            (subgraph, applied.location(), "by this".to_owned()),
        ];
        self.findings.hint(code, message, places);
    }

    fn names_another_subgraph(
        &mut self,
        on: &str,
        subgraph: &Subgraph,
        applied: &Node<Directive>,
        from: &str,
        label: Option<&str>,
    ) -> bool {
        let place = |label: &str| [(subgraph, applied.location(), label.to_owned())];
        if from == subgraph.name {
            self.findings.error(
                ErrorCode::OverrideFromSelfError,
                format!("[{}] \"{on}\" overrides itself", subgraph.name),
                place("names its own subgraph"),
                "Name the subgraph that the field is taken from.",
            );
            return false;
        }
        // A wrong label does not change who takes the field over.
        if let Some(label) = label.filter(|label| !is_label(label)) {
            self.findings.error(
                ErrorCode::OverrideLabelInvalid,
                format!("[{}] \"{on}\": the label \"{label}\" of @override is malformed", subgraph.name),
                place("malformed label"),
                "Write percent(0) to percent(100) with up to eight decimals, or a name of letters, digits and _ - : . / \
                 that begins with a letter.",
            );
        }
        true
    }

    fn hint_pointless(&mut self, on: &str, subgraph: &Subgraph, applied: &Node<Directive>, from: &str) {
        let is_known = self.subgraphs.iter().any(|other| other.name == from);
        let code = if is_known { HintCode::OverrideDirectiveCanBeRemoved } else { HintCode::FromSubgraphDoesNotExist };
        let reason = if is_known { "does not resolve it" } else { "does not exist" };
        let message = format!("\"{on}\" is taken over from \"{from}\", which {reason}; the @override can be removed");
        self.findings.hint(code, message, [(subgraph, applied.location(), "has no effect".to_owned())]);
    }

    fn check_collisions(
        &mut self,
        on: &str,
        subgraph: &Subgraph,
        applied: &Node<Directive>,
        [overriding, overridden]: [&FieldSource<'_>; 2],
    ) {
        let from = &self.subgraphs[overridden.subgraph];
        if let Some(other) = from.on_field(FederationDirective::Override, overridden.field) {
            self.findings.error(
                ErrorCode::OverrideSourceHasOverride,
                format!("\"{on}\" is taken over from \"{}\", which itself takes it over", from.name),
                [
                    (subgraph, applied.location(), "takes it over".to_owned()),
                    (from, other.location(), "takes it over too".to_owned()),
                ],
                "Let one subgraph take it over from the one that resolves it.",
            );
        }
        for (owner, source) in [(subgraph, overriding), (from, overridden)] {
            // An external declaration in the overridden subgraph is only a reference; it stays one.
            let is_reference = owner.name == from.name && source.is_external;
            for directive in COLLIDING.into_iter().filter(|_| !is_reference) {
                let Some(colliding) = owner.on_field(directive, source.field) else { continue };
                self.findings.error(
                    ErrorCode::OverrideCollisionWithAnotherDirective,
                    format!(
                        "\"{on}\" is taken over by \"{}\" but has @{} in \"{}\"",
                        subgraph.name, colliding.name, owner.name
                    ),
                    [
                        (subgraph, applied.location(), "takes it over".to_owned()),
                        (owner, colliding.location(), "cannot stand beside an @override".to_owned()),
                    ],
                    format!("Remove @{} or the @override.", colliding.name),
                );
            }
        }
    }
}

/// Whether a label is a percentage or a name.
fn is_label(label: &str) -> bool {
    if let Some(number) = label.strip_prefix("percent(").and_then(|rest| rest.strip_suffix(')')) {
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let is_number = number.starts_with(|first: char| first.is_ascii_digit())
            && number.chars().all(|character| character.is_ascii_digit() || character == '.');
        return is_number && decimals <= 8 && number.parse().is_ok_and(|percent: f64| percent <= 100.0);
    }
    label.starts_with(|first: char| first.is_ascii_alphabetic())
        && label.chars().all(|character| character.is_ascii_alphanumeric() || "_-:./".contains(character))
}
