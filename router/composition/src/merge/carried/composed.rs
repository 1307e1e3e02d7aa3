//! `@composeDirective`: a subgraph asks that a directive of its own reach the supergraph.

use apollo_compiler::Node;
use apollo_compiler::schema::Directive;

use super::{Carried, CarriedKind, Composed};
use crate::findings::Findings;
use crate::links::{FederationDirective, Links};
use crate::subgraph::{Subgraph, text_argument};
use crate::{ErrorCode, HintCode};

/// The directives that subgraphs ask to carry, each once.
pub(super) fn composed(subgraphs: &[Subgraph], findings: &mut Findings) -> Vec<Carried> {
    let mut carried: Vec<Carried> = Vec::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        let name = subgraph.links.local_name(FederationDirective::ComposeDirective);
        for applied in subgraph.schema.schema_definition.directives.iter().filter(|applied| applied.name == name) {
            match read(subgraph, applied) {
                Ok(Asked::Composed(local, composed)) => {
                    add(&mut carried, subgraphs, findings, index, (&local, composed));
                }
                Ok(Asked::Already(local)) => findings.hint(
                    HintCode::DirectiveCompositionInfo,
                    format!("[{}] @{local} reaches the supergraph without @{name} as well", subgraph.name),
                    [(subgraph, applied.location(), "can be removed".to_owned())],
                ),
                Err(reason) => findings.error(
                    ErrorCode::DirectiveCompositionError,
                    format!("[{}] {reason}", subgraph.name),
                    [(subgraph, applied.location(), "cannot be followed".to_owned())],
                    "Name a directive with @ that this subgraph defines and imports with @link from a specification of its own.",
                ),
            }
        }
    }
    // Subgraphs that use such a directive without asking to carry it have it carried too.
    for directive in &mut carried {
        let CarriedKind::Composed(composed) = &directive.kind else { continue };
        for (index, subgraph) in subgraphs.iter().enumerate() {
            if directive.local_names[index].is_none() {
                directive.local_names[index] = local_name(&subgraph.links, composed);
                hint_differences(findings, subgraph, composed, (&directive.name, &directive.local_names[index]));
            }
        }
    }
    carried
}

/// Says what differs in a subgraph that links the specification of a composed directive without composing it.
fn hint_differences(
    findings: &mut Findings,
    subgraph: &Subgraph,
    composed: &Composed,
    (name, local): (&str, &Option<String>),
) {
    let Some(local) = local else { return };
    let definition = subgraph.schema.directive_definitions.get(local.as_str());
    let span = definition.and_then(|definition| definition.name.location());
    if local != name {
        let message = format!(
            "[{}] @{local} is @{name} where it is composed; to compose it here too it needs that name",
            subgraph.name
        );
        findings.hint(HintCode::DirectiveCompositionWarn, message, [(subgraph, span, "named differently".to_owned())]);
    }
    let identity = &composed.specification.identity;
    let link = subgraph.links.links.iter().find(|link| link.specification.identity == *identity);
    let major = |version: Option<(u32, u32)>| version.map(|(major, _)| major);
    if link.is_some_and(|link| major(link.specification.version) != major(composed.specification.version)) {
        let message =
            format!("[{}] links another major version of {identity} than the one that is composed", subgraph.name);
        findings.hint(HintCode::DirectiveCompositionInfo, message, [(subgraph, span, "of another version".to_owned())]);
    }
}

/// What a `@composeDirective` asks for.
enum Asked {
    /// A directive of a specification of its own, by its local name.
    Composed(String, Composed),
    /// A directive that reaches the supergraph anyway, by its local name.
    Already(String),
}

/// Directives of Federation that are composed without being asked for.
const COMPOSED_ANYWAY: [FederationDirective; 6] = [
    FederationDirective::Tag,
    FederationDirective::Inaccessible,
    FederationDirective::Authenticated,
    FederationDirective::RequiresScopes,
    FederationDirective::Policy,
    FederationDirective::Context,
];

/// The directive that is asked for.
fn read(subgraph: &Subgraph, applied: &Node<Directive>) -> Result<Asked, String> {
    let name = text_argument(applied, "name").unwrap_or_default();
    let Some(local) = name.strip_prefix('@') else {
        return Err(format!("the name \"{name}\" in @{} does not begin with @", applied.name));
    };
    let Some(definition) = subgraph.schema.directive_definitions.get(local) else {
        return Err(format!("@{local} is not defined"));
    };
    if COMPOSED_ANYWAY.iter().any(|directive| subgraph.links.local_name(*directive) == local) {
        return Ok(Asked::Already(local.to_owned()));
    }
    let Some((link, element)) = subgraph.links.custom(local) else {
        return Err(format!("@{local} is not imported by any @link"));
    };
    if link.specification.apollo_name().is_some_and(|name| matches!(name, "federation" | "link" | "join")) {
        return Err(format!("@{local} is a directive of Federation, which decides itself what it carries"));
    }
    let composed = Composed { specification: link.specification.clone(), element, definition: definition.clone() };
    Ok(Asked::Composed(local.to_owned(), composed))
}

fn add(
    carried: &mut Vec<Carried>,
    subgraphs: &[Subgraph],
    findings: &mut Findings,
    index: usize,
    (local, composed): (&str, Composed),
) {
    let same = carried.iter_mut().find(|known| match &known.kind {
        CarriedKind::Composed(known) => {
            known.specification.identity == composed.specification.identity && known.element == composed.element
        }
        _ => false,
    });
    let Some(known) = same else {
        let mut local_names = vec![None; subgraphs.len()];
        local_names[index] = Some(local.to_owned());
        carried.push(Carried {
            name: local.to_owned(),
            is_repeatable: composed.definition.repeatable,
            kind: CarriedKind::Composed(composed),
            local_names,
            is_used: true,
        });
        return;
    };
    known.local_names[index] = Some(local.to_owned());
    let CarriedKind::Composed(known_composed) = &mut known.kind else { return };
    let place = |label: &str| [(&subgraphs[index], composed.definition.location(), label.to_owned())];
    if known.name != local {
        findings.error(
            ErrorCode::LinkImportNameMismatch,
            format!("subgraphs import the directive @{} as \"@{}\" and as \"@{local}\"", composed.element, known.name),
            place("under this name"),
            "Import it under one name everywhere.",
        );
    }
    let (own, other) = (composed.specification.version, known_composed.specification.version);
    if own.map(|version| version.0) != other.map(|version| version.0) {
        findings.error(
            ErrorCode::DirectiveCompositionError,
            format!("subgraphs link different major versions of {}", composed.specification.identity),
            place("of another major version"),
            "Link the same major version everywhere.",
        );
    } else if own > other {
        *known_composed = composed;
    }
}

/// The name of a composed directive in a subgraph that links its specification.
fn local_name(links: &Links, composed: &Composed) -> Option<String> {
    let link = links.links.iter().find(|link| link.specification.identity == composed.specification.identity)?;
    let imported = link.imports.iter().find(|(element, _)| element.strip_prefix('@') == Some(&composed.element));
    Some(match imported {
        Some((_, local)) => local.trim_start_matches('@').to_owned(),
        None if link.specification.name == composed.element => link.namespace.clone(),
        None => format!("{}__{}", link.namespace, composed.element),
    })
}
