//! Who may see what: `@authenticated`, `@requiresScopes` and `@policy`, as rules of types and fields.
//!
//! A rule is one application of a directive; equal ones are one rule. To see a field of an object, a viewer has to meet
//! every rule of
//!
//! - the field, and the same field of each interface that the object implements,
//! - the object's type and those interfaces,
//! - the type that the field returns,
//! - whatever the field is computed from (`@requires`, `@fromContext`), over any number of steps.
//!
//! Rules of interfaces hold for all that implements them, so that no fragment leads around them (ADV-12, ADV-16); those of
//! an implementing type hold for its own objects, however they are reached. Where a field returns an abstract type, what
//! its objects demand counts for each object, and for the field once none of them may be seen.

mod inputs;
mod read;

use apollo_compiler::schema::Schema;
use indexmap::IndexSet;

use crate::link::Links;
use crate::load::Model;
use crate::{FieldId, RuleId, RuleSet, Supergraph, TypeId, TypeSet};

/// What one application of a directive demands of a viewer. Lists are alternatives, each of which has to be had in full;
/// a list without alternatives lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `@authenticated`
    Authenticated,
    /// `@requiresScopes(scopes:)`
    Scopes(Vec<Vec<String>>),
    /// `@policy(policies:)`
    Policies(Vec<Vec<String>>),
}

/// The rules of a supergraph.
#[derive(Debug, Default)]
pub struct Authorization {
    rules: IndexSet<Rule>,
    /// Of each type, with those of its interfaces.
    types: Vec<RuleSet>,
    /// Of each field, with all that it takes to see it.
    fields: Vec<RuleSet>,
}

impl Authorization {
    /// Reads the rules of a supergraph.
    pub(crate) fn read(schema: &Schema, links: &Links, model: &Model) -> Self {
        let mut own = read::OwnRules::read(schema, links, model);
        if own.rules.is_empty() {
            return Self::default();
        }
        let types: Vec<RuleSet> = model.types.iter().map(|ty| own.of_type_and_interfaces(ty)).collect();
        let mut fields: Vec<RuleSet> = model.fields.iter().map(|field| own.of_field(model, &types, field)).collect();
        inputs::add(model, &mut fields);
        Self { rules: std::mem::take(&mut own.rules), types, fields }
    }

    /// Whether everybody may see everything.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Every rule, by [`RuleId`].
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter()
    }

    /// One rule.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0]
    }
}

impl Supergraph {
    /// Every rule that decides whether a viewer sees a field, on objects of any of these types.
    pub fn rules_of_field(&self, field: FieldId, possible: &TypeSet) -> RuleSet {
        let mut rules = RuleSet::new();
        if self.authorization().is_empty() {
            return rules;
        }
        for id in self.on_objects(field, possible) {
            rules.extend(&self.authorization().fields[id.0]);
            let Some(objects) = self.objects_of(id) else { continue };
            let of_type = |ty: TypeId| &self.authorization().types[ty.0];
            if objects.iter().all(|ty| !of_type(ty).is_empty()) {
                objects.iter().for_each(|ty| rules.extend(of_type(ty)));
            }
        }
        rules
    }

    /// Which of the `unmet` rules keep a viewer from a field; none: it may be seen. Of an interface's field, those that
    /// keep the viewer from it on any object: what an object is may matter, and is not known.
    pub fn barring_rules(&self, field: FieldId, unmet: &RuleSet) -> RuleSet {
        let parent = self.type_definition(self.field(field).parent);
        let mut barring = RuleSet::new();
        for id in self.on_objects(field, &parent.possible_types) {
            barring.extend(&self.barring_on_object(id, unmet));
        }
        barring
    }

    fn barring_on_object(&self, field: FieldId, unmet: &RuleSet) -> RuleSet {
        let authorization = self.authorization();
        if authorization.is_empty() || unmet.is_empty() {
            return RuleSet::new();
        }
        let barring = authorization.fields[field.0].intersection(unmet);
        if !barring.is_empty() {
            return barring;
        }
        let mut of_objects = RuleSet::new();
        for ty in self.objects_of(field).iter().flat_map(|objects| objects.iter()) {
            let barring = authorization.types[ty.0].intersection(unmet);
            if barring.is_empty() {
                return barring;
            }
            of_objects.extend(&barring);
        }
        of_objects
    }

    /// The field as the object types have it.
    fn on_objects<'s>(&'s self, field: FieldId, possible: &'s TypeSet) -> impl Iterator<Item = FieldId> + 's {
        let name = &self.field(field).name;
        possible.iter().filter_map(move |ty| self.field_id(ty, name))
    }

    /// The objects that a field of an abstract type may return.
    fn objects_of(&self, field: FieldId) -> Option<&TypeSet> {
        let returned = self.type_definition(self.field(field).named_type);
        returned.kind.is_abstract().then_some(&returned.possible_types)
    }
}
