//! What a subgraph links: the version of Federation, other specifications, and the local names of what it imports.

mod definitions;
mod directive;
mod redefinitions;
mod specification;

use apollo_compiler::ast::{Definition, Directive, Document, Value};
use apollo_compiler::parser::SourceSpan;

pub(crate) use definitions::definitions;
pub(crate) use directive::{DIRECTIVES, FederationDirective};
pub(crate) use redefinitions::check_redefinitions;
pub(crate) use specification::Specification;

use crate::ErrorCode;
use directive::SCALARS;

/// One `@link`.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) specification: Specification,
    /// The name that stands before `__` in the names of what is not imported.
    pub(crate) namespace: String,
    /// What is imported: the element's own name and the local one, both with `@` for directives.
    pub(crate) imports: Vec<(String, String)>,
}

/// A `@link` that cannot be followed.
pub(crate) struct LinkFault {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) remedy: String,
    pub(crate) span: Option<SourceSpan>,
}

/// Every `@link` of a subgraph.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    pub(crate) links: Vec<Link>,
    /// The local names of Federation's directives, in the order of [`DIRECTIVES`].
    local_names: Vec<String>,
    /// The local names of Federation's scalars, in the order of [`SCALARS`].
    scalar_names: Vec<String>,
}

impl Links {
    /// Reads the `@link`s of the schema definition and its extensions.
    pub(crate) fn read(document: &Document) -> Result<Self, Vec<LinkFault>> {
        let mut links = Vec::new();
        let mut faults = Vec::new();
        for definition in &document.definitions {
            let directives = match definition {
                Definition::SchemaDefinition(definition) => &definition.directives,
                Definition::SchemaExtension(extension) => &extension.directives,
                _ => continue,
            };
            for directive in directives.get_all("link") {
                match read_link(directive).and_then(|link| check_version(&link, directive.location()).map(|()| link)) {
                    Ok(link) => links.push(link),
                    Err(mut fault) => {
                        fault.span = fault.span.or(directive.location());
                        faults.push(fault);
                    }
                }
            }
        }
        if faults.is_empty() { Ok(Self::new(links)) } else { Err(faults) }
    }

    fn new(links: Vec<Link>) -> Self {
        let mut read = Self { links, local_names: Vec::new(), scalar_names: Vec::new() };
        read.local_names = DIRECTIVES.iter().map(|row| read.name_of(row.directive)).collect();
        read.scalar_names = SCALARS.iter().map(|scalar| read.name_of_scalar(scalar)).collect();
        read
    }

    /// Whether the SDL is of Federation 2: whether it links Federation.
    pub(crate) fn is_federation_2(&self) -> bool {
        self.federation().is_some()
    }

    fn federation(&self) -> Option<&Link> {
        self.apollo("federation")
    }

    /// The minor version of Federation 2 that is linked; none in Federation 1.
    pub(crate) fn minor_version(&self) -> Option<u32> {
        self.federation()?.specification.version.map(|(_, minor)| minor)
    }

    fn apollo(&self, name: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.specification.apollo_name() == Some(name))
    }

    /// The local name of a directive, without `@`.
    pub(crate) fn local_name(&self, directive: FederationDirective) -> &str {
        // The variants stand in the order of the rows.
        &self.local_names[directive as usize]
    }

    fn name_of(&self, directive: FederationDirective) -> String {
        let row = directive.row();
        let own = row.own.and_then(|(specification, _)| self.apollo(specification));
        for link in [self.federation(), own].into_iter().flatten() {
            let imported = link.imports.iter().find(|(element, _)| element.strip_prefix('@') == Some(row.name));
            if let Some((_, local)) = imported {
                return local.trim_start_matches('@').to_owned();
            }
        }
        match (own, self.federation()) {
            (Some(own), _) if own.specification.name == row.name => own.namespace.clone(),
            (_, Some(federation)) => format!("{}__{}", federation.namespace, row.name),
            (Some(own), None) => format!("{}__{}", own.namespace, row.name),
            (None, None) => row.name.to_owned(),
        }
    }

    /// Whether a directive may be used: whether the linked version of Federation has it.
    pub(crate) fn has(&self, directive: FederationDirective) -> bool {
        let row = directive.row();
        let linked_itself = row.own.is_some_and(|(specification, _)| self.apollo(specification).is_some());
        linked_itself
            || match self.federation() {
                Some(federation) => federation.specification.version.is_none_or(|(_, minor)| row.since_minor <= minor),
                None => row.in_federation_1,
            }
    }

    /// Federation's scalars, each with its local name.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = (&'static str, &str)> {
        SCALARS.into_iter().zip(self.scalar_names.iter().map(String::as_str))
    }

    fn name_of_scalar(&self, scalar: &str) -> String {
        let Some(link) = self.federation() else { return format!("_{scalar}") };
        let imported = link.imports.iter().find(|(element, _)| element == scalar);
        imported.map_or_else(|| format!("{}__{scalar}", link.namespace), |(_, local)| local.clone())
    }

    /// Whether a type belongs to a linked specification and not to the graph.
    pub(crate) fn is_machinery(&self, type_name: &str) -> bool {
        let is_imported = |link: &Link| {
            link.specification.apollo_name().is_some() && link.imports.iter().any(|(_, local)| local == type_name)
        };
        let prefix = type_name.split_once("__").map(|(prefix, _)| prefix);
        matches!(type_name, "_Any" | "_Service" | "_Entity" | "_FieldSet")
            || prefix.is_some_and(|prefix| prefix == "link" || self.links.iter().any(|link| link.namespace == prefix))
            || self.scalar_names.iter().any(|scalar| scalar == type_name)
            || self.links.iter().any(is_imported)
    }

    /// The link and the element's own name of a directive of a specification that is not Apollo's.
    pub(crate) fn custom(&self, local_directive: &str) -> Option<(&Link, String)> {
        self.links.iter().find_map(|link| {
            let imported = link.imports.iter().find(|(_, local)| local.strip_prefix('@') == Some(local_directive));
            let element = match imported {
                Some((element, _)) => element.trim_start_matches('@').to_owned(),
                None if link.namespace == local_directive => link.specification.name.clone(),
                None => local_directive.strip_prefix(&format!("{}__", link.namespace))?.to_owned(),
            };
            Some((link, element))
        })
    }
}

fn read_link(directive: &Directive) -> Result<Link, LinkFault> {
    let text = |name| directive.specified_argument_by_name(name).and_then(|value| value.as_str());
    let Some(url) = text("url") else {
        return Err(fault("this @link has no \"url\"", "Give the URL of the specification.".to_owned()));
    };
    let Some(specification) = Specification::parse(url) else {
        return Err(LinkFault {
            code: ErrorCode::InvalidLinkIdentifier,
            ..fault(
                &format!("\"{url}\" is not the URL of a specification"),
                "Write it like https://specs.apollo.dev/federation/v2.5.".to_owned(),
            )
        });
    };
    let namespace = text("as").unwrap_or(&specification.name).to_owned();
    let mut imports = Vec::new();
    for import in directive.specified_argument_by_name("import").and_then(|value| value.as_list()).unwrap_or_default() {
        imports.push(read_import(import).ok_or_else(|| LinkFault {
            span: import.location(),
            ..fault(
                &format!("{import} is not an import"),
                "An import is a name such as \"@key\", or { name: \"@key\", as: \"@entity\" } with @ on both or neither."
                    .to_owned(),
            )
        })?);
    }
    Ok(Link { specification, namespace, imports })
}

fn read_import(import: &Value) -> Option<(String, String)> {
    if let Some(name) = import.as_str() {
        return Some((name.to_owned(), name.to_owned()));
    }
    let fields = import.as_object()?;
    let get = |key: &str| fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
    let name = get("name")?;
    let local = get("as").unwrap_or(name);
    (name.starts_with('@') == local.starts_with('@')).then(|| (name.to_owned(), local.to_owned()))
}

fn check_version(link: &Link, span: Option<SourceSpan>) -> Result<(), LinkFault> {
    let Some(name) = link.specification.apollo_name() else { return Ok(()) };
    let url = link.specification.url();
    let unknown = |code, remedy: String| LinkFault { code, span, ..fault(&format!("{url} is not known"), remedy) };
    if name != "federation" {
        let is_known = DIRECTIVES.iter().any(|row| row.own.is_some_and(|(own, _)| own == name))
            || matches!(name, "link" | "join" | "core");
        // Specifications that are not Federation's (such as connect) are kept for @composeDirective to judge.
        return match link.specification.version {
            Some((major, _)) if is_known && major > 1 => {
                Err(unknown(ErrorCode::UnknownLinkVersion, "Link a version that exists.".to_owned()))
            }
            _ => Ok(()),
        };
    }
    match link.specification.version {
        Some((2, minor)) if minor <= directive::NEWEST_MINOR => check_imports(link, minor, span),
        _ => Err(unknown(
            ErrorCode::UnknownFederationLinkVersion,
            format!("Link https://specs.apollo.dev/federation/v2.0 to v2.{}.", directive::NEWEST_MINOR),
        )),
    }
}

fn check_imports(link: &Link, minor: u32, span: Option<SourceSpan>) -> Result<(), LinkFault> {
    for (element, _) in &link.imports {
        let row = DIRECTIVES.iter().find(|row| element.strip_prefix('@') == Some(row.name));
        let remedy = match row {
            Some(row) if row.since_minor <= minor => continue,
            Some(row) => format!("It came with version 2.{}: link that version.", row.since_minor),
            None if SCALARS.contains(&element.as_str()) => continue,
            None => "Remove the import, or mend its spelling; directives begin with @.".to_owned(),
        };
        let message = format!("{} has no element \"{element}\"", link.specification.url());
        return Err(LinkFault { span, ..fault(&message, remedy) });
    }
    Ok(())
}

fn fault(message: &str, remedy: String) -> LinkFault {
    LinkFault { code: ErrorCode::InvalidLinkDirectiveUsage, message: message.to_owned(), remedy, span: None }
}
