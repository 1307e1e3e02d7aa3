//! One subgraph, read and validated as GraphQL: its schema, its links, and what Federation says about its fields.

mod document;
mod facts;
mod federation_1;
mod field_selection;

use std::collections::HashSet;

use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, Directive, ExtendedType, Schema};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Node};

pub(crate) use facts::{Facts, FieldCoordinate, is_of_extension};
pub(crate) use federation_1::upgrade;
pub(crate) use field_selection::{SelectedField, first_directive, parse_field_set, selected_fields};

use crate::links::{FederationDirective, LinkFault, Links, check_redefinitions, definitions};
use crate::{CompositionError, ErrorCode, Location, SubgraphSource};

/// A subgraph to compose.
pub(crate) struct Subgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    file_name: String,
    /// Its member of the enum `join__Graph`.
    pub(crate) graph: Name,
    pub(crate) links: Links,
    /// With the root types named Query, Mutation and Subscription, without `_entities` and `_service`.
    pub(crate) schema: Valid<Schema>,
    pub(crate) facts: Facts,
    /// The types that the SDL defines, rather than only extends.
    defined: HashSet<Name>,
}

/// The text that added definitions stand in; a name that no file has.
const DEFINITIONS_PATH: &str = "<definitions of the linked specifications>";

impl Subgraph {
    /// Reads a subgraph's SDL.
    ///
    /// # Errors
    /// When it is not GraphQL, not a valid schema, or links what does not exist.
    pub(crate) fn read(source: &SubgraphSource, graph: Name) -> Result<Self, Vec<CompositionError>> {
        let invalid = |errors: &DiagnosticList| graphql_errors(errors, source);
        let mut document = apollo_compiler::ast::Document::parse(&source.sdl, &source.file_name)
            .map_err(|failure| invalid(&failure.errors))?;
        let here = (source.name.as_str(), source.file_name.as_str());
        let link_errors = |faults: Vec<LinkFault>| -> Vec<CompositionError> {
            let to_error = |fault: LinkFault| CompositionError {
                locations: Location::at(fault.span, &document.sources, here, "here").into_iter().collect(),
                code: fault.code,
                message: format!("[{}] {}", source.name, fault.message),
                remedy: fault.remedy,
            };
            faults.into_iter().map(to_error).collect()
        };
        let links = Links::read(&document).map_err(link_errors)?;
        check_redefinitions(&document, &links).map_err(link_errors)?;
        document::normalise(&mut document).map_err(|fault| {
            vec![CompositionError {
                locations: Location::at(fault.span, &document.sources, here, "not the root").into_iter().collect(),
                code: fault.code,
                message: format!("[{}] {}", source.name, fault.message),
                remedy: "Rename this type.".to_owned(),
            }]
        })?;
        let added = definitions(&document, &links) + &document::query_placeholder(&document);
        let schema = Schema::builder()
            .adopt_orphan_extensions()
            .ignore_builtin_redefinitions()
            .add_ast(&document)
            .parse(added, DEFINITIONS_PATH)
            .build()
            .map_err(|failure| invalid(&failure.errors))?
            .validate()
            .map_err(|failure| invalid(&failure.errors))?;
        let mut subgraph = Self {
            name: source.name.clone(),
            url: source.url.clone(),
            file_name: source.file_name.clone(),
            graph,
            links,
            schema,
            facts: Facts::default(),
            defined: document::defined_types(&document),
        };
        subgraph.edit(document::remove_query_placeholder);
        Ok(subgraph)
    }

    /// Changes the schema in a way that keeps it valid enough for composition: only removals of what was added, and of
    /// fields that nothing refers to.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Schema)) {
        let mut schema = self.schema.clone().into_inner();
        change(&mut schema);
        self.schema = Valid::assume_valid(schema);
    }

    /// Computes what Federation's directives say about the fields. To be called again after [`Subgraph::edit`].
    pub(crate) fn compute_facts(&mut self) {
        self.facts = Facts::compute(self);
    }

    /// The types of the graph itself.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&Name, &ExtendedType)> {
        self.schema
            .types
            .iter()
            .filter(|(name, ty)| !ty.is_built_in() && !name.starts_with("__") && !self.links.is_machinery(name))
    }

    /// The objects and interfaces with their fields.
    pub(crate) fn composite_types(&self) -> impl Iterator<Item = (&Name, &ExtendedType, &Fields)> {
        self.types().filter_map(|(name, ty)| Some((name, ty, fields_of(ty)?)))
    }

    /// A field of an object or interface.
    pub(crate) fn field(&self, ty: &str, field: &str) -> Option<&Component<FieldDefinition>> {
        fields_of(self.schema.types.get(ty)?)?.get(field)
    }

    /// The applications of a directive of Federation on a type.
    pub(crate) fn on_type<'t>(
        &self,
        directive: FederationDirective,
        ty: &'t ExtendedType,
    ) -> impl Iterator<Item = &'t Component<Directive>> {
        let name = self.links.local_name(directive);
        ty.directives().iter().filter(move |applied| applied.name == name)
    }

    /// Whether a directive of Federation stands on a type.
    pub(crate) fn type_has(&self, directive: FederationDirective, ty: &ExtendedType) -> bool {
        self.on_type(directive, ty).next().is_some()
    }

    /// The first application of a directive of Federation on a field.
    pub(crate) fn on_field<'f>(
        &self,
        directive: FederationDirective,
        field: &'f FieldDefinition,
    ) -> Option<&'f Node<Directive>> {
        field.directives.get(self.links.local_name(directive))
    }

    /// Whether a type stands for an interface that other subgraphs define.
    pub(crate) fn is_interface_object(&self, ty: &ExtendedType) -> bool {
        self.type_has(FederationDirective::InterfaceObject, ty)
    }

    /// Whether the type of this name is declared `@interfaceObject`.
    pub(crate) fn has_interface_object(&self, ty: &str) -> bool {
        self.schema.types.get(ty).is_some_and(|ty| self.is_interface_object(ty))
    }

    /// Whether the subgraph adds to the type of this name without defining it: `extend type`, or `@extends` in
    /// Federation 1.
    pub(crate) fn only_extends(&self, ty: &str) -> bool {
        let says_extends = || {
            let ty = self.schema.types.get(ty);
            ty.is_some_and(|ty| self.type_has(FederationDirective::Extends, ty))
        };
        !self.defined.contains(ty) || (!self.links.is_federation_2() && says_extends())
    }

    /// Whether a type is one of the roots.
    pub(crate) fn is_root(ty: &str) -> bool {
        document::ROOTS.iter().any(|(_, name, _)| *name == ty)
    }

    /// The object types that implement the interface `interface` here, or are members of the union of that name.
    pub(crate) fn possible_types(&self, name: &str) -> HashSet<Name> {
        match self.schema.types.get(name) {
            Some(ExtendedType::Union(union_type)) => {
                union_type.members.iter().map(|member| member.name.clone()).collect()
            }
            Some(ExtendedType::Interface(_)) => self
                .types()
                .filter_map(|(_, ty)| ty.as_object())
                .filter(|object| object.implements_interfaces.contains(name))
                .map(|object| object.name.clone())
                .collect(),
            Some(ExtendedType::Object(object)) => HashSet::from([object.name.clone()]),
            _ => HashSet::new(),
        }
    }

    /// A place in this subgraph's SDL.
    pub(crate) fn locate(&self, span: Option<SourceSpan>, label: impl Into<String>) -> Option<Location> {
        Location::at(span, &self.schema.sources, (&self.name, &self.file_name), label)
    }
}

/// The fields of an object or interface.
pub(crate) type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// The fields of an object or interface; none for other kinds.
pub(crate) fn fields_of(ty: &ExtendedType) -> Option<&Fields> {
    match ty {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

/// The interfaces that a type implements.
pub(crate) fn interfaces_of(ty: &ExtendedType) -> Vec<&Name> {
    match ty {
        ExtendedType::Object(object) => object.implements_interfaces.iter().map(|name| &name.name).collect(),
        ExtendedType::Interface(interface) => interface.implements_interfaces.iter().map(|name| &name.name).collect(),
        _ => Vec::new(),
    }
}

/// A string argument of a directive.
pub(crate) fn text_argument<'d>(directive: &'d Directive, name: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(name)?.as_str()
}

fn graphql_errors(errors: &DiagnosticList, source: &SubgraphSource) -> Vec<CompositionError> {
    let mut found = Vec::new();
    for diagnostic in errors.iter() {
        let range = diagnostic.line_column_range();
        let location = range.map(|range| {
            let at = |line, column| byte_offset(&source.sdl, line, column);
            let offset = at(range.start.line, range.start.column);
            Location {
                subgraph: source.name.clone(),
                file: source.file_name.clone(),
                line: range.start.line,
                column: range.start.column,
                end_line: range.end.line,
                end_column: range.end.column,
                offset,
                length: at(range.end.line, range.end.column).saturating_sub(offset),
                label: "here".to_owned(),
            }
        });
        found.push(CompositionError {
            code: ErrorCode::InvalidGraphql,
            message: format!("[{}] {}", source.name, diagnostic.error),
            locations: location.into_iter().collect(),
            remedy: "Mend the SDL of this subgraph.".to_owned(),
        });
    }
    found
}

/// The byte at which a line and column, both from 1, begin.
fn byte_offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let within = text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>();
    start + within
}
