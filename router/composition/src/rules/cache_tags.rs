//! `@cacheTag`: it stands where something is kept, and its format names values that are known whenever that is asked for.

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node};
use router_schema::{CacheTagFormat, CacheTagPart, CacheTagSource};

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, parse_field_set, selected_fields, text_argument};

/// Root types have the names of the specification here, whatever a subgraph calls them.
const QUERY: &str = "Query";

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    if !subgraph.links.has(FederationDirective::CacheTag) {
        return;
    }
    let local_name = subgraph.links.local_name(FederationDirective::CacheTag);
    for (name, ty, fields) in subgraph.composite_types() {
        let keys = || resolvable_keys(subgraph, name, ty);
        for applied in subgraph.on_type(FederationDirective::CacheTag, ty) {
            Tag { subgraph, findings, on: name, applied }.check_on_type(&keys());
        }
        for field in fields.values() {
            let on = format!("{name}.{}", field.name);
            for applied in field.directives.get_all(local_name) {
                Tag { subgraph, findings, on: &on, applied }.check_on_field(name, field);
            }
        }
    }
}

/// What each key selects: paths to values, with their types. A key that is malformed is reported by its own rule.
type Keys = Vec<Vec<(Vec<Name>, Type)>>;

fn resolvable_keys(subgraph: &Subgraph, name: &Name, ty: &ExtendedType) -> Keys {
    let is_resolvable = |key: &&Component<Directive>| {
        key.specified_argument_by_name("resolvable").and_then(|value| value.to_bool()).unwrap_or(true)
    };
    let keys = subgraph.on_type(FederationDirective::Key, ty).filter(is_resolvable);
    let sets = keys.filter_map(|key| parse_field_set(subgraph, name, text_argument(key, "fields")?).ok());
    let paths = sets.map(|set| {
        let leaves = selected_fields(&set).into_iter().filter(|selected| selected.is_leaf);
        let path = leaves.map(|selected| {
            let around = selected.around.iter().map(|(_, field)| field.clone());
            (around.chain([selected.definition.name.clone()]).collect(), selected.definition.ty.clone())
        });
        path.collect()
    });
    paths.collect()
}

/// One `@cacheTag` under check.
struct Tag<'c> {
    subgraph: &'c Subgraph,
    findings: &'c mut Findings,
    on: &'c str,
    applied: &'c Node<Directive>,
}

impl Tag<'_> {
    fn check_on_type(&mut self, keys: &Keys) {
        if keys.is_empty() {
            let message = "it is no entity that this subgraph resolves, so it is never kept by itself";
            let remedy = "Give the type a @key, or put the tag on the field of Query that returns it.";
            return self.report(ErrorCode::CacheTagInvalidPlace, message, remedy);
        }
        for (source, path) in self.values() {
            if source == CacheTagSource::Arguments {
                let message = "an entity is asked for by a key and has no arguments";
                self.report(ErrorCode::CacheTagInvalidFormat, message, "Use {$key.name}.");
                continue;
            }
            let named = join(&path);
            let of_keys: Vec<_> =
                keys.iter().map(|key| key.iter().find(|(own, _)| *own == path).map(|(_, ty)| ty)).collect();
            if of_keys.iter().any(Option::is_none) {
                let message = format!("\"{named}\" is not in every @key, and the value not known whichever is used");
                let remedy = "Name values that each resolvable @key of the type selects.";
                self.report(ErrorCode::CacheTagInvalidFormat, &message, remedy);
            } else if let Some(ty) = of_keys.into_iter().flatten().find(|ty| is_list(ty)) {
                self.report_no_value(&named, ty);
            }
        }
    }

    fn check_on_field(&mut self, parent: &Name, field: &FieldDefinition) {
        if parent != QUERY {
            let message = "it is no field of the query root, so it is never kept by itself";
            let remedy = "Put the tag on a field of Query, or on the entity that this field belongs to.";
            return self.report(ErrorCode::CacheTagInvalidPlace, message, remedy);
        }
        for (source, path) in self.values() {
            if source == CacheTagSource::Key {
                let message = "a field of the query root is asked for without a key";
                self.report(ErrorCode::CacheTagInvalidFormat, message, "Use {$args.name}.");
                continue;
            }
            let named = join(&path);
            match self.argument(&field.arguments, &path) {
                None => {
                    let message = format!("there is no argument \"{named}\"");
                    let remedy = "Name an argument of this field, or a field of an input object in one.";
                    self.report(ErrorCode::CacheTagInvalidFormat, &message, remedy);
                }
                Some(ty) if is_list(&ty) || self.has_parts(&ty) => self.report_no_value(&named, &ty),
                Some(_) => {}
            }
        }
    }

    /// The type of what `path` leads to below these.
    fn argument(&self, arguments: &[Node<InputValueDefinition>], path: &[Name]) -> Option<Type> {
        let (first, below) = path.split_first()?;
        let mut ty = (*arguments.iter().find(|argument| argument.name == *first)?.ty).clone();
        for name in below {
            if is_list(&ty) {
                return None;
            }
            let object = self.subgraph.schema.get_input_object(ty.inner_named_type())?;
            ty = (*object.fields.get(name)?.ty).clone();
        }
        Some(ty)
    }

    fn has_parts(&self, ty: &Type) -> bool {
        self.subgraph.schema.get_input_object(ty.inner_named_type()).is_some()
    }

    /// The values that the format names; none when it is malformed, which is reported.
    fn values(&mut self) -> Vec<(CacheTagSource, Vec<Name>)> {
        let format = text_argument(self.applied, "format").unwrap_or_default();
        let format = match CacheTagFormat::parse(format) {
            Ok(format) => format,
            Err(error) => {
                let message = format!("the format \"{format}\" cannot be read: {error}");
                let remedy = "Write text, with values such as {$args.id} on a field and {$key.id} on an entity.";
                self.report(ErrorCode::CacheTagInvalidFormat, &message, remedy);
                return Vec::new();
            }
        };
        let values = format.parts.into_iter().filter_map(|part| match part {
            CacheTagPart::Text(_) => None,
            CacheTagPart::Value { source, path } => Some((source, path)),
        });
        values.collect()
    }

    fn report_no_value(&mut self, named: &str, ty: &Type) {
        let message = format!("\"{named}\" is {ty}, which is not one value");
        self.report(ErrorCode::CacheTagInvalidFormat, &message, "Name what is a scalar or an enum.");
    }

    fn report(&mut self, code: ErrorCode, message: &str, remedy: &str) {
        let (subgraph, directive) = (self.subgraph, &self.applied.name);
        self.findings.error(
            code,
            format!("[{}] {}: @{directive}: {message}", subgraph.name, self.on),
            [(subgraph, self.applied.location(), "this tag".to_owned())],
            remedy,
        );
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::NonNullList(_))
}

fn join(path: &[Name]) -> String {
    path.iter().map(Name::as_str).collect::<Vec<_>>().join(".")
}
