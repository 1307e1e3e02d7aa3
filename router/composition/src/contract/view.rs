//! What of a supergraph is seen through a filter.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use apollo_compiler::ast::{DirectiveList as PartDirectives, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, DirectiveList, ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};

use super::{ContractError, ContractFilter};

/// What routers bring themselves, by the beginnings of its names.
const MACHINERY: [&str; 3] = ["join__", "link__", "__"];
const INACCESSIBLE: &str = "inaccessible";
const TAG: &str = "tag";

/// What clients see: types, and parts of types by their coordinates.
pub(super) struct View<'s> {
    schema: &'s Schema,
    types: BTreeSet<&'s str>,
    parts: BTreeMap<&'s str, BTreeSet<&'s str>>,
    /// Arguments and input fields that clients would have to send and cannot see.
    required_hidden: BTreeSet<String>,
    filter: &'s ContractFilter,
}

impl<'s> View<'s> {
    /// Takes away from the whole until nothing changes.
    pub(super) fn of(schema: &'s Schema, filter: &'s ContractFilter) -> Self {
        let mut view =
            Self { schema, types: BTreeSet::new(), parts: BTreeMap::new(), required_hidden: BTreeSet::new(), filter };
        for (name, ty) in types(schema) {
            if !view.is_excluded(ty.directives()) {
                view.types.insert(name);
                let admitted = view.admitted_parts(name, ty);
                view.parts.insert(name, admitted);
            }
        }
        while view.narrow() {}
        view.keep_reachable();
        view.find_required();
        view
    }

    /// Whether clients see the type.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.contains(name) || is_machinery(name)
    }

    /// Whether clients see the field, value or input field.
    pub(super) fn has_part(&self, ty: &str, part: &str) -> bool {
        is_machinery(ty) || self.parts.get(ty).is_some_and(|parts| parts.contains(part))
    }

    /// Whether clients see the argument of a field that they see.
    pub(super) fn has_argument(&self, argument: &InputValueDefinition) -> bool {
        !self.is_excluded_part(&argument.directives) && self.is_usable(&argument.ty)
    }

    pub(super) fn errors(&self) -> Vec<ContractError> {
        let query = self.schema.schema_definition.query.as_ref();
        let has_query = query.is_some_and(|query| self.types.contains(query.name.as_str()));
        let required = self.required_hidden.iter().cloned().map(ContractError::RequiredHidden);
        required.chain((!has_query).then_some(ContractError::NothingLeft)).collect()
    }

    fn is_excluded(&self, directives: &DirectiveList) -> bool {
        directives.has(INACCESSIBLE) || carries(tags(directives.iter().map(|one| &**one)), &self.filter.exclude)
    }

    fn is_excluded_part(&self, directives: &PartDirectives) -> bool {
        directives.has(INACCESSIBLE) || carries(tags(directives.iter()), &self.filter.exclude)
    }

    /// The parts of a type that the tags let through, whatever becomes of others.
    fn admitted_parts(&self, name: &str, ty: &'s ExtendedType) -> BTreeSet<&'s str> {
        match ty {
            ExtendedType::Object(object) => self.admitted_fields(name, &object.directives, &object.fields),
            ExtendedType::Interface(interface) => self.admitted_fields(name, &interface.directives, &interface.fields),
            ExtendedType::Enum(found) => {
                let values = found.values.iter().filter(|(_, value)| !self.is_excluded_part(&value.directives));
                values.map(|(name, _)| name.as_str()).collect()
            }
            ExtendedType::InputObject(input) => {
                let fields = input.fields.iter().filter(|(_, field)| !self.is_excluded_part(&field.directives));
                fields.map(|(name, _)| name.as_str()).collect()
            }
            ExtendedType::Union(_) | ExtendedType::Scalar(_) => BTreeSet::new(),
        }
    }

    fn admitted_fields(
        &self,
        name: &str,
        directives: &DirectiveList,
        fields: &'s IndexMap<Name, Component<FieldDefinition>>,
    ) -> BTreeSet<&'s str> {
        let include = &self.filter.include;
        let is_named = |field: &FieldDefinition| carries(tags(field.directives.iter()), include);
        let is_whole = include.is_empty() || carries(tags(directives.iter().map(|one| &**one)), include);
        let follows = !self.is_root(name) && !is_entity(directives) && !fields.values().any(|field| is_named(field));
        let seen = fields
            .iter()
            .filter(|(_, field)| !self.is_excluded_part(&field.directives) && (is_whole || follows || is_named(field)));
        seen.map(|(name, _)| name.as_str()).collect()
    }

    fn is_root(&self, name: &str) -> bool {
        roots(self.schema).any(|root| root == name)
    }

    /// Whether a value of this type can be shown or sent.
    fn is_usable(&self, ty: &Type) -> bool {
        let name = ty.inner_named_type();
        self.schema.types.get(name).is_some_and(ExtendedType::is_built_in) || self.types.contains(name.as_str())
    }

    /// One round; true when something was taken away.
    fn narrow(&mut self) -> bool {
        let before = (self.types.len(), self.parts.values().map(BTreeSet::len).sum::<usize>());
        for (name, ty) in types(self.schema).filter(|(name, _)| self.types.contains(name)).collect::<Vec<_>>() {
            let kept = self.kept_parts(name, ty);
            let is_empty = match ty {
                ExtendedType::Union(found) => !found.members.iter().any(|member| self.types.contains(member.as_str())),
                ExtendedType::Scalar(_) => false,
                ExtendedType::Interface(_) => kept.is_empty() || !self.has_implementation(name),
                _ => kept.is_empty(),
            };
            if is_empty {
                self.types.remove(name);
                self.parts.remove(name);
            } else {
                self.parts.insert(name, kept);
            }
        }
        before != (self.types.len(), self.parts.values().map(BTreeSet::len).sum::<usize>())
    }

    fn kept_parts(&self, name: &str, ty: &'s ExtendedType) -> BTreeSet<&'s str> {
        let parts = self.parts.get(name).cloned().unwrap_or_default();
        match ty {
            ExtendedType::Object(object) => {
                let kept = self.usable_fields(parts, &object.fields);
                self.with_demanded(
                    kept,
                    &object.fields,
                    object.implements_interfaces.iter().map(|one| one.name.as_str()),
                )
            }
            ExtendedType::Interface(interface) => {
                let mut kept = self.usable_fields(parts, &interface.fields);
                kept.retain(|field| !self.is_refused_below(name, field));
                kept
            }
            ExtendedType::InputObject(input) => {
                let mut kept = parts;
                kept.retain(|field| input.fields.get(*field).is_some_and(|field| self.is_usable(&field.ty)));
                kept
            }
            _ => parts,
        }
    }

    fn usable_fields(
        &self,
        mut parts: BTreeSet<&'s str>,
        fields: &'s IndexMap<Name, Component<FieldDefinition>>,
    ) -> BTreeSet<&'s str> {
        parts.retain(|field| fields.get(*field).is_some_and(|field| self.is_usable(&field.ty)));
        parts
    }

    /// A type that is seen has the fields that its interfaces demand.
    fn with_demanded<'n>(
        &self,
        mut kept: BTreeSet<&'s str>,
        fields: &'s IndexMap<Name, Component<FieldDefinition>>,
        interfaces: impl Iterator<Item = &'n str>,
    ) -> BTreeSet<&'s str> {
        if kept.is_empty() {
            return kept;
        }
        for interface in interfaces.filter(|name| self.types.contains(name)) {
            for demanded in self.parts.get(interface).into_iter().flatten() {
                if let Some((name, field)) = fields.get_key_value(*demanded)
                    && !self.is_excluded_part(&field.directives)
                    && self.is_usable(&field.ty)
                {
                    kept.insert(name.as_str());
                }
            }
        }
        kept
    }

    /// Whether a visible type behind the interface cannot have this field.
    fn is_refused_below(&self, interface: &str, field: &str) -> bool {
        types(self.schema).filter(|(name, _)| self.types.contains(name)).any(|(_, ty)| {
            let (interfaces, fields) = match ty {
                ExtendedType::Object(object) => (&object.implements_interfaces, &object.fields),
                ExtendedType::Interface(below) => (&below.implements_interfaces, &below.fields),
                _ => return false,
            };
            interfaces.iter().any(|one| one.name == interface)
                && fields
                    .get(field)
                    .is_some_and(|own| self.is_excluded_part(&own.directives) || !self.is_usable(&own.ty))
        })
    }

    fn has_implementation(&self, interface: &str) -> bool {
        types(self.schema).any(|(name, ty)| {
            matches!(ty, ExtendedType::Object(object)
                if self.types.contains(name) && object.implements_interfaces.iter().any(|one| one.name == interface))
        })
    }

    /// Hides what no operation gets to.
    fn keep_reachable(&mut self) {
        let mut reached: HashSet<&str> = HashSet::new();
        let mut queue: Vec<&str> = roots(self.schema).filter(|root| self.types.contains(root)).collect();
        while let Some(name) = queue.pop() {
            if !self.types.contains(name) || !reached.insert(name) {
                continue;
            }
            queue.extend(self.next(name));
        }
        self.types.retain(|name| reached.contains(name));
        self.parts.retain(|name, _| reached.contains(name));
    }

    /// The types that a visible type leads to.
    fn next(&self, name: &str) -> Vec<&'s str> {
        let parts = self.parts.get(name);
        let is_seen = |part: &Name| parts.is_some_and(|parts| parts.contains(part.as_str()));
        let below_fields = |fields: &'s IndexMap<Name, Component<FieldDefinition>>| {
            let seen = fields.iter().filter(|(field, _)| is_seen(field)).map(|(_, field)| field);
            let arguments = |field: &'s Component<FieldDefinition>| {
                field.arguments.iter().filter(|argument| self.has_argument(argument)).map(|argument| &argument.ty)
            };
            seen.flat_map(|field| std::iter::once(&field.ty).chain(arguments(field).map(|ty| &**ty)))
                .map(|ty| ty.inner_named_type().as_str())
                .collect::<Vec<_>>()
        };
        match self.schema.types.get(name) {
            Some(ExtendedType::Object(object)) => {
                let interfaces = object.implements_interfaces.iter().map(|one| one.name.as_str());
                below_fields(&object.fields).into_iter().chain(interfaces).collect()
            }
            Some(ExtendedType::Interface(interface)) => {
                let implementing = types(self.schema).filter(|(_, ty)| match ty {
                    ExtendedType::Object(object) => object.implements_interfaces.iter().any(|one| one.name == name),
                    ExtendedType::Interface(below) => below.implements_interfaces.iter().any(|one| one.name == name),
                    _ => false,
                });
                below_fields(&interface.fields).into_iter().chain(implementing.map(|(name, _)| name)).collect()
            }
            Some(ExtendedType::Union(found)) => found.members.iter().map(|member| member.as_str()).collect(),
            Some(ExtendedType::InputObject(input)) => {
                let seen = input.fields.iter().filter(|(field, _)| is_seen(field));
                seen.map(|(_, field)| field.ty.inner_named_type().as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Notes what clients would have to send and cannot see.
    fn find_required(&mut self) {
        let mut found = BTreeSet::new();
        for (name, ty) in types(self.schema).filter(|(name, _)| self.types.contains(name)) {
            let fields = match ty {
                ExtendedType::Object(object) => Some(&object.fields),
                ExtendedType::Interface(interface) => Some(&interface.fields),
                _ => None,
            };
            for (field, definition) in fields.into_iter().flatten().filter(|(field, _)| self.has_part(name, field)) {
                let hidden = definition.arguments.iter().filter(|argument| !self.has_argument(argument));
                found
                    .extend(hidden.filter(|one| one.is_required()).map(|one| format!("{name}.{field}({}:)", one.name)));
            }
            if let ExtendedType::InputObject(input) = ty {
                let hidden = input.fields.iter().filter(|(field, _)| !self.has_part(name, field));
                found.extend(hidden.filter(|(_, one)| one.is_required()).map(|(field, _)| format!("{name}.{field}")));
            }
        }
        self.required_hidden = found;
    }
}

/// Every tag in the schema.
pub(super) fn all_tags(schema: &Schema) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut take = |tags: Vec<&str>| found.extend(tags.into_iter().map(str::to_owned));
    for (_, ty) in types(schema) {
        take(tags(ty.directives().iter().map(|one| &**one)).collect());
        let fields = match ty {
            ExtendedType::Object(object) => Some(&object.fields),
            ExtendedType::Interface(interface) => Some(&interface.fields),
            _ => None,
        };
        for field in fields.into_iter().flat_map(|fields| fields.values()) {
            take(tags(field.directives.iter()).collect());
            field.arguments.iter().for_each(|argument| take(tags(argument.directives.iter()).collect()));
        }
        match ty {
            ExtendedType::Enum(found) => {
                found.values.values().for_each(|value| take(tags(value.directives.iter()).collect()));
            }
            ExtendedType::InputObject(input) => {
                input.fields.values().for_each(|field| take(tags(field.directives.iter()).collect()));
            }
            _ => {}
        }
    }
    found
}

/// The types that are the graph's own.
fn types(schema: &Schema) -> impl Iterator<Item = (&str, &ExtendedType)> {
    let own = schema.types.iter().filter(|(name, ty)| !ty.is_built_in() && !is_machinery(name));
    own.map(|(name, ty)| (name.as_str(), ty))
}

fn is_machinery(name: &str) -> bool {
    MACHINERY.iter().any(|prefix| name.starts_with(prefix))
}

fn roots(schema: &Schema) -> impl Iterator<Item = &str> {
    let definition = &schema.schema_definition;
    let roots = [&definition.query, &definition.mutation, &definition.subscription];
    roots.into_iter().flatten().map(|root| root.name.as_str())
}

/// Whether subgraphs look it up by key.
fn is_entity(directives: &DirectiveList) -> bool {
    directives.get_all("join__type").any(|applied| applied.specified_argument_by_name("key").is_some())
}

fn tags<'d>(
    directives: impl Iterator<Item = &'d Node<apollo_compiler::ast::Directive>>,
) -> impl Iterator<Item = &'d str> {
    let tags = directives.filter(|applied| applied.name == TAG);
    tags.filter_map(|applied| applied.specified_argument_by_name("name").and_then(|name| name.as_str()))
}

fn carries<'d>(mut tags: impl Iterator<Item = &'d str>, wanted: &BTreeSet<String>) -> bool {
    tags.any(|tag| wanted.contains(tag))
}
