//! Which names the supergraph gives to the specifications it uses: `@link` (or the older `@core`) with renames.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::Schema;

const SPECIFICATIONS: &str = "https://specs.apollo.dev/";

/// The names of linked specifications and of what was imported from them.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Specification name (`join`) to the name it has in this schema.
    prefixes: HashMap<String, String>,
    /// (specification, element such as `@tag`) to the element's name in this schema.
    imports: HashMap<(String, String), String>,
    /// Apollo's specifications to the name that their directive of the same name has in this schema.
    own_directives: HashMap<String, String>,
    /// Every name by which a specification or an imported element stands in this schema, without `@`.
    names: HashSet<String>,
}

impl Links {
    /// Reads the applications of `@link` and `@core` on the schema definition.
    pub(crate) fn read(schema: &Schema) -> Self {
        let mut links = Self::default();
        for directive in schema.schema_definition.directives.iter() {
            links.read_link(directive);
        }
        for always in ["link", "core", "join"] {
            links.prefixes.entry(always.to_owned()).or_insert_with(|| always.to_owned());
            links.names.insert(links.prefixes[always].clone());
        }
        links
    }

    fn read_link(&mut self, directive: &Directive) {
        let Some(url) = text(directive, "url").or_else(|| text(directive, "feature")) else { return };
        let Some(specification) = specification_name(url) else { return };
        let name = text(directive, "as").unwrap_or(specification).to_owned();
        let is_apollos = url.starts_with(SPECIFICATIONS);
        if is_apollos {
            self.own_directives.insert(specification.to_owned(), name.clone());
        }
        self.names.insert(name.clone());
        self.prefixes.insert(specification.to_owned(), name);
        let imports = directive.specified_argument_by_name("import").and_then(|value| value.as_list());
        for import in imports.unwrap_or_default() {
            if let Some((element, local)) = import_names(import) {
                if is_apollos && element.strip_prefix('@') == Some(specification) {
                    self.own_directives.insert(specification.to_owned(), local.trim_start_matches('@').to_owned());
                }
                self.names.insert(local.trim_start_matches('@').to_owned());
                self.imports.insert((specification.to_owned(), element), local);
            }
        }
    }

    /// The name in this schema of a directive of a specification, such as `type` of `join`: `join__type`.
    pub(crate) fn directive(&self, specification: &str, element: &str) -> String {
        let imported = self.imports.get(&(specification.to_owned(), format!("@{element}")));
        if let Some(local) = imported {
            return local.trim_start_matches('@').to_owned();
        }
        let prefix = self.prefixes.get(specification).map_or(specification, String::as_str);
        if specification == element { prefix.to_owned() } else { format!("{prefix}__{element}") }
    }

    /// The name in this schema of the directive that one of Apollo's specifications is named after, such as
    /// `authenticated`, if the schema links that specification: somebody else's directive of that name means something else.
    pub(crate) fn linked_directive(&self, specification: &str) -> Option<&str> {
        self.own_directives.get(specification).map(String::as_str)
    }

    /// The name in this schema of a type of a specification, such as `Graph` of `join`: `join__Graph`.
    pub(crate) fn type_name(&self, specification: &str, element: &str) -> String {
        let imported = self.imports.get(&(specification.to_owned(), element.to_owned()));
        imported.cloned().unwrap_or_else(|| {
            format!("{}__{element}", self.prefixes.get(specification).map_or(specification, String::as_str))
        })
    }

    /// Whether a type or directive belongs to a linked specification and so not to the graph itself.
    pub(crate) fn is_machinery(&self, name: &str) -> bool {
        self.names.contains(name) || name.split_once("__").is_some_and(|(prefix, _)| self.is_prefix(prefix))
    }

    fn is_prefix(&self, prefix: &str) -> bool {
        !prefix.is_empty() && (prefix == "federation" || self.names.contains(prefix))
    }
}

fn text<'d>(directive: &'d Directive, argument: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(argument)?.as_str()
}

/// `https://specs.apollo.dev/join/v0.3` is `join`; a specification published elsewhere is named the same way.
fn specification_name(url: &str) -> Option<&str> {
    let path = url.strip_prefix(SPECIFICATIONS).unwrap_or(url).trim_end_matches('/');
    let mut parts = path.rsplit('/');
    let last = parts.next()?;
    if is_version(last) { parts.next() } else { Some(last) }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn import_names(import: &Value) -> Option<(String, String)> {
    if let Some(name) = import.as_str() {
        return Some((name.to_owned(), name.to_owned()));
    }
    let fields = import.as_object()?;
    let get = |key: &str| fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
    let name = get("name")?;
    Some((name.to_owned(), get("as").unwrap_or(name).to_owned()))
}
