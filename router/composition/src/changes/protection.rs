//! What is less protected than before: rules of authorization that ask for less of a viewer, and marks that kept parts out of
//! the public graph or of contracts (FED-41).
//!
//! Rules are compared by what they demand together for a field, wherever they stand: one that has moved from a type to its
//! fields has not changed, and other scopes that ask for more have not, either.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::ExtendedType;
use router_schema::{Rule, Supergraph, TypeDefinition, TypeKind, TypeSet};

use super::{Change, Found};

/// Alternatives that are written out; of rules with more, each is compared by itself.
const ALTERNATIVES_MAX: usize = 4096;

/// What somebody has to have, in full.
type Demand = BTreeSet<String>;

/// What protects less in `new` than in `old`, the most important first. None of it makes an operation invalid.
#[must_use]
pub fn protection_changes(old: &Supergraph, new: &Supergraph) -> Vec<Change> {
    let mut found = Found::default();
    compare_rules(old, new, &mut found);
    compare_marks(old, new, &mut found);
    found.0.sort();
    found.0
}

fn compare_rules(old: &Supergraph, new: &Supergraph, found: &mut Found) {
    if old.authorization().is_empty() {
        return;
    }
    let objects = old.types().iter().filter(|ty| ty.kind == TypeKind::Object);
    for (before, after) in objects.filter_map(|ty| Some((ty, new.type_definition(new.type_id(&ty.name)?)))) {
        for name in before.fields.keys().filter(|name| after.fields.contains_key(*name)) {
            let (was, is) = (rules_of(old, before, name), rules_of(new, after, name));
            let coordinate = || format!("{}.{name}", before.name);
            if !was.is_empty() && is.is_empty() {
                let message = format!("everybody may see it now; before it took {}", shown(&was));
                found.breaking("AUTHORIZATION_REMOVED", coordinate(), message);
            } else if is_weaker(&was, &is) {
                let message = format!("before it took {}, and now {}", shown(&was), shown(&is));
                found.breaking("AUTHORIZATION_WEAKENED", coordinate(), message);
            }
        }
    }
}

/// All that it takes to see a field.
fn rules_of<'s>(supergraph: &'s Supergraph, ty: &TypeDefinition, field: &str) -> Vec<&'s Rule> {
    let rules = supergraph.rules_of_field(ty.fields[field], &TypeSet::of(ty.id));
    rules.iter().map(|id| supergraph.authorization().rule(id)).collect()
}

/// Whether somebody who meets the new rules may not have met the old ones.
fn is_weaker(was: &[&Rule], is: &[&Rule]) -> bool {
    match (alternatives(was), alternatives(is)) {
        (Some(was), Some(is)) => !implies(&is, &was),
        _ => was.iter().any(|one| !is.iter().any(|other| implies(&demands(other), &demands(one)))),
    }
}

/// Whether each of the alternatives holds all of one of the others.
fn implies(these: &[Demand], those: &[Demand]) -> bool {
    these.iter().all(|this| those.iter().any(|that| that.is_subset(this)))
}

/// The rules together, as alternatives; nothing when these are too many.
fn alternatives(rules: &[&Rule]) -> Option<Vec<Demand>> {
    let mut together = vec![Demand::new()];
    for rule in rules {
        let own = demands(rule);
        if together.len() * own.len() > ALTERNATIVES_MAX {
            return None;
        }
        together = together.iter().flat_map(|demand| own.iter().map(move |more| demand | more)).collect();
    }
    Some(together)
}

fn demands(rule: &Rule) -> Vec<Demand> {
    let authenticated = || "authenticated".to_owned();
    let named = |kind: &str, names: &[String]| names.iter().map(|name| format!("{kind} {name}")).collect::<Demand>();
    match rule {
        Rule::Authenticated => vec![Demand::from([authenticated()])],
        // Scopes are a token's, and who has a token is authenticated.
        Rule::Scopes(lists) => {
            let all = lists.iter().map(|list| {
                let mut demand = named("scope", list);
                demand.extend((!list.is_empty()).then(authenticated));
                demand
            });
            all.collect()
        }
        Rule::Policies(lists) => lists.iter().map(|list| named("policy", list)).collect(),
    }
}

fn shown(rules: &[&Rule]) -> String {
    let list = |lists: &[Vec<String>]| {
        let each: Vec<String> = lists.iter().map(|list| format!("[{}]", list.join(", "))).collect();
        each.join(" or ")
    };
    let mut each: Vec<String> = rules
        .iter()
        .map(|rule| match rule {
            Rule::Authenticated => "a token".to_owned(),
            Rule::Scopes(lists) => format!("the scopes {}", list(lists)),
            Rule::Policies(lists) => format!("the policies {}", list(lists)),
        })
        .collect();
    each.sort();
    each.join(" and ")
}

/// `@inaccessible` and `@tag`, of what there is in both.
fn compare_marks(old: &Supergraph, new: &Supergraph, found: &mut Found) {
    let after = marks(new);
    for (coordinate, was) in marks(old) {
        let Some(is) = after.get(&coordinate) else { continue };
        if was.is_inaccessible && !is.is_inaccessible {
            let message = "it was @inaccessible, and clients see it now";
            found.dangerous("INACCESSIBLE_REMOVED", coordinate.clone(), message);
        }
        for tag in was.tags.difference(&is.tags) {
            let message = format!("it has no tag \"{tag}\" any more; contracts without that tag may show it now");
            found.dangerous("TAG_REMOVED", coordinate.clone(), message);
        }
        for tag in is.tags.difference(&was.tags) {
            let message = format!("it has the tag \"{tag}\" now; contracts of that tag may show it now");
            found.dangerous("TAG_ADDED", coordinate.clone(), message);
        }
    }
}

/// What keeps a part out of a view of the graph, or lets it in.
struct Marks {
    is_inaccessible: bool,
    tags: BTreeSet<String>,
}

/// By coordinate, of everything that can be marked.
fn marks(supergraph: &Supergraph) -> BTreeMap<String, Marks> {
    let inaccessible = supergraph.directive_name("inaccessible", "inaccessible");
    let tag = supergraph.directive_name("tag", "tag");
    let mut all = BTreeMap::new();
    each_marked(supergraph.full_schema(), &mut |coordinate, directives: &mut dyn Iterator<Item = &Directive>| {
        let mut marks = Marks { is_inaccessible: false, tags: BTreeSet::new() };
        for directive in directives {
            marks.is_inaccessible |= *directive.name == *inaccessible;
            let name = directive.specified_argument_by_name("name").and_then(|name| name.as_str());
            marks.tags.extend(name.filter(|_| *directive.name == *tag).map(str::to_owned));
        }
        all.insert(coordinate, marks);
    });
    all
}

type Visit<'v> = dyn FnMut(String, &mut dyn Iterator<Item = &Directive>) + 'v;

fn each_marked(schema: &Schema, visit: &mut Visit<'_>) {
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        visit(name.to_string(), &mut ty.directives().iter().map(|one| &***one));
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::InputObject(input) => {
                for (field, definition) in &input.fields {
                    visit(format!("{name}.{field}"), &mut definition.directives.iter().map(|one| &**one));
                }
                continue;
            }
            ExtendedType::Enum(found) => {
                for (value, definition) in &found.values {
                    visit(format!("{name}.{value}"), &mut definition.directives.iter().map(|one| &**one));
                }
                continue;
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => continue,
        };
        for (field, definition) in fields {
            visit(format!("{name}.{field}"), &mut definition.directives.iter().map(|one| &**one));
            for argument in &definition.arguments {
                let coordinate = format!("{name}.{field}({}:)", argument.name);
                visit(coordinate, &mut argument.directives.iter().map(|one| &**one));
            }
        }
    }
}
