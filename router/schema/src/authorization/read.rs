//! The directives as they stand in the supergraph's SDL, under whatever name it links them (FED-20).

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::{ExtendedType, Schema};
use indexmap::IndexSet;

use super::Rule;
use crate::link::Links;
use crate::load::{Model, fields_of};
use crate::{FieldDefinition, RuleId, RuleSet, TypeDefinition, TypeId};

/// The rules that stand on each type and field themselves.
pub(super) struct OwnRules {
    pub(super) rules: IndexSet<Rule>,
    types: Vec<RuleSet>,
    fields: Vec<RuleSet>,
}

/// The names of the directives in one supergraph, of those that it links.
struct Names<'l> {
    authenticated: Option<&'l str>,
    requires_scopes: Option<&'l str>,
    policy: Option<&'l str>,
}

impl OwnRules {
    pub(super) fn read(schema: &Schema, links: &Links, model: &Model) -> Self {
        let names = Names {
            authenticated: links.linked_directive("authenticated"),
            requires_scopes: links.linked_directive("requiresScopes"),
            policy: links.linked_directive("policy"),
        };
        let empty = |count| vec![RuleSet::new(); count];
        let mut own =
            Self { rules: IndexSet::new(), types: empty(model.types.len()), fields: empty(model.fields.len()) };
        for definition in &model.types {
            let ty: &ExtendedType = &schema.types[&definition.name];
            own.types[definition.id.0] = own.intern(&names, ty.directives().iter().map(|applied| &***applied));
            for field in fields_of(ty) {
                let id = definition.fields[&field.name];
                own.fields[id.0] = own.intern(&names, field.directives.iter().map(|applied| &**applied));
            }
        }
        own
    }

    fn intern<'d>(&mut self, names: &Names<'_>, directives: impl Iterator<Item = &'d Directive>) -> RuleSet {
        let rules = directives.filter_map(|applied| names.rule(applied));
        rules.map(|rule| RuleId(self.rules.insert_full(rule).0)).collect()
    }

    pub(super) fn of_type_and_interfaces(&self, ty: &TypeDefinition) -> RuleSet {
        let mut rules = self.types[ty.id.0].clone();
        ty.interfaces.iter().for_each(|interface| rules.extend(&self.types[interface.0]));
        rules
    }

    /// What it takes to see a field, but for what it is computed from. `types` are the rules of each type with those of
    /// its interfaces.
    pub(super) fn of_field(&self, model: &Model, types: &[RuleSet], field: &FieldDefinition) -> RuleSet {
        let mut rules = types[field.parent.0].clone();
        let mut add = |field: &FieldDefinition| {
            rules.extend(&self.fields[field.id.0]);
            rules.extend(&types[field.named_type.0]);
        };
        add(field);
        let of_interface = |interface: &TypeId| model.types[interface.0].fields.get(&field.name);
        model.types[field.parent.0].interfaces.iter().filter_map(of_interface).for_each(|id| add(&model.fields[id.0]));
        rules
    }
}

impl Names<'_> {
    fn rule(&self, applied: &Directive) -> Option<Rule> {
        let name = Some(applied.name.as_str());
        if name == self.authenticated {
            Some(Rule::Authenticated)
        } else if name == self.requires_scopes {
            Some(Rule::Scopes(alternatives(applied, "scopes")))
        } else if name == self.policy {
            Some(Rule::Policies(alternatives(applied, "policies")))
        } else {
            None
        }
    }
}

/// The lists of an argument. What cannot be read is no alternative: a rule that is not understood lets nobody in.
fn alternatives(applied: &Directive, argument: &str) -> Vec<Vec<String>> {
    let lists = applied.specified_argument_by_name(argument).and_then(|value| value.as_list()).unwrap_or_default();
    let texts =
        |list: &[apollo_compiler::Node<Value>]| list.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    lists.iter().filter_map(|list| texts(list.as_list()?)).collect()
}
