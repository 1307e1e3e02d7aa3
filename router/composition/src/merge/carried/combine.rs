//! Combines the applications of one directive by several subgraphs into one.

use apollo_compiler::ast::{Argument, Directive, IntValue, Value};
use apollo_compiler::{Name, Node};

use super::CarriedKind;
use crate::links::FederationDirective;

/// The arguments of the application in the supergraph.
pub(super) struct Combined {
    pub(super) arguments: Vec<Node<Argument>>,
    pub(super) agreement: Agreement,
}

/// Whether the subgraphs agreed, and what was done when not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// All gave the same.
    Same,
    /// Their arguments were merged.
    Merged,
    /// The arguments that most of them gave were kept.
    OneFollowed,
}

type Applications<'a> = [(usize, &'a Node<Directive>)];

/// The different applications of a repeatable directive.
pub(super) fn distinct(applications: &Applications<'_>) -> Vec<Vec<Node<Argument>>> {
    let mut distinct: Vec<Vec<Node<Argument>>> = Vec::new();
    for (_, directive) in applications {
        if !distinct.contains(&directive.arguments) {
            distinct.push(directive.arguments.clone());
        }
    }
    distinct
}

/// The one application of a directive that cannot be repeated.
pub(super) fn combine(kind: &CarriedKind, applications: &Applications<'_>) -> Combined {
    let all = distinct(applications);
    let strictest = |arguments| Combined { arguments, agreement: Agreement::Merged };
    match kind {
        _ if all.len() == 1 => {
            Combined { arguments: all.into_iter().next().unwrap_or_default(), agreement: Agreement::Same }
        }
        CarriedKind::Federation(FederationDirective::RequiresScopes) => strictest(conjunction("scopes", applications)),
        CarriedKind::Federation(FederationDirective::Policy) => strictest(conjunction("policies", applications)),
        CarriedKind::Federation(FederationDirective::Cost) => {
            strictest(greatest("weight", applications).into_iter().collect())
        }
        CarriedKind::Federation(FederationDirective::ListSize) => strictest(list_size(applications)),
        _ => Combined { arguments: most_frequent(applications, &all), agreement: Agreement::OneFollowed },
    }
}

fn most_frequent(applications: &Applications<'_>, distinct: &[Vec<Node<Argument>>]) -> Vec<Node<Argument>> {
    let count =
        |arguments: &Vec<Node<Argument>>| applications.iter().filter(|(_, own)| own.arguments == *arguments).count();
    let most = distinct.iter().map(count).max();
    distinct.iter().find(|arguments| Some(count(arguments)) == most).cloned().unwrap_or_default()
}

/// The alternatives that satisfy every subgraph: one alternative of each, joined. Anything weaker would let a client in
/// that one of the subgraphs means to keep out.
fn conjunction(argument: &'static str, applications: &Applications<'_>) -> Vec<Node<Argument>> {
    let mut alternatives: Vec<Vec<Node<Value>>> = vec![Vec::new()];
    for (_, directive) in applications {
        let own = directive.specified_argument_by_name(argument).and_then(|value| value.as_list()).unwrap_or_default();
        let mut joined: Vec<Vec<Node<Value>>> = Vec::new();
        for (left, right) in alternatives.iter().flat_map(|left| own.iter().map(move |right| (left, right))) {
            let mut alternative = left.clone();
            let needed = right.as_list().unwrap_or_default().iter().filter(|needed| !left.contains(needed));
            alternative.extend(needed.cloned());
            if !joined.contains(&alternative) {
                joined.push(alternative);
            }
        }
        alternatives = joined;
    }
    let lists = alternatives.into_iter().map(|alternative| Node::new(Value::List(alternative))).collect();
    vec![named(argument, Value::List(lists))]
}

/// The greatest of an integer argument.
fn greatest(argument: &'static str, applications: &Applications<'_>) -> Option<Node<Argument>> {
    let given =
        applications.iter().filter_map(|(_, directive)| directive.specified_argument_by_name(argument)?.to_i32());
    given.max().map(|greatest| named(argument, Value::Int(IntValue::from(greatest))))
}

/// The greatest size, every slicing argument and sized field, and one slicing argument required only where all require it.
fn list_size(applications: &Applications<'_>) -> Vec<Node<Argument>> {
    let mut arguments: Vec<Node<Argument>> = greatest("assumedSize", applications).into_iter().collect();
    for list in ["slicingArguments", "sizedFields"] {
        let mut items: Vec<Node<Value>> = Vec::new();
        let given =
            applications.iter().filter_map(|(_, directive)| directive.specified_argument_by_name(list)?.as_list());
        for item in given.flatten() {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        if !items.is_empty() {
            arguments.push(named(list, Value::List(items)));
        }
    }
    let required = "requireOneSlicingArgument";
    let is_required = applications.iter().all(|(_, directive)| {
        directive.specified_argument_by_name(required).and_then(|value| value.to_bool()).unwrap_or(true)
    });
    if !is_required {
        arguments.push(named(required, Value::Boolean(false)));
    }
    arguments
}

fn named(name: &'static str, value: Value) -> Node<Argument> {
    Node::new(Argument { name: Name::new_static_unchecked(name), value: Node::new(value) })
}
