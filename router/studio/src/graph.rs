//! The graph itself: who defines what, and how that has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use apollo_compiler::schema::ExtendedType;
use router_schema::{FieldDefinition, FieldSet, SubgraphId, Supergraph, TypeDefinition, TypeKind};
use sha2::{Digest, Sha256};

use crate::store::Store;
use crate::store::schemas::SchemaVersion;

/// Scalars that every subgraph has, whether it uses them or not.
const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The graph, as it is told.
#[derive(Debug, Default)]
pub struct GraphModel {
    /// Its subgraphs.
    pub subgraphs: Vec<SubgraphModel>,
    /// The types that clients can see and that have fields, by name.
    pub types: Vec<TypeModel>,
}

/// A subgraph.
#[derive(Debug, Default)]
pub struct SubgraphModel {
    /// Its name.
    pub name: String,
    /// Where it runs; nothing when nobody has said.
    pub url: Option<String>,
    /// What it contributes, as far as the supergraph tells.
    pub sdl: String,
    /// SHA-256 of that.
    pub sdl_hash: String,
    /// How many types of its own fields it has.
    pub types: usize,
    /// Its fields, as `Type.field`, each with its type.
    pub defined: Vec<(String, String)>,
    /// Entities and their keys here.
    pub entities: Vec<(String, Vec<String>)>,
}

/// A type.
#[derive(Debug)]
pub struct TypeModel {
    /// Its name.
    pub name: String,
    /// `object`, `interface` and so on.
    pub kind: &'static str,
    /// Who defines it.
    pub subgraphs: Vec<String>,
    /// Keys by subgraph; none for a type that is no entity.
    pub keys: Vec<(String, String)>,
    /// The subgraphs that can be asked about it by a key.
    pub owners: Vec<String>,
    /// Its fields.
    pub fields: Vec<FieldModel>,
}

/// A field.
#[derive(Debug)]
pub struct FieldModel {
    /// `Type.field`.
    pub coordinate: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// Who resolves it.
    pub subgraphs: Vec<String>,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl GraphModel {
    /// Of a supergraph.
    #[must_use]
    pub fn of(supergraph: &Supergraph) -> Self {
        let subgraphs = supergraph.subgraphs().iter().map(|subgraph| SubgraphModel::of(supergraph, subgraph.id));
        let mut types: Vec<TypeModel> = supergraph
            .types()
            .iter()
            .filter(|ty| !ty.fields.is_empty() && supergraph.api_schema().types.contains_key(&ty.name))
            .map(|ty| TypeModel::of(supergraph, ty))
            .collect();
        types.sort_by(|one, other| one.name.cmp(&other.name));
        Self { subgraphs: subgraphs.collect(), types }
    }

    /// The subgraph of this name.
    #[must_use]
    pub fn subgraph(&self, name: &str) -> Option<&SubgraphModel> {
        self.subgraphs.iter().find(|subgraph| subgraph.name == name)
    }

    /// Keeps the schemas that are not as they were last time.
    pub(crate) async fn note_changes(&self, store: &Store, now_ms: u64) -> Result<(), sqlx::Error> {
        for subgraph in &self.subgraphs {
            let known = store.schemas(&subgraph.name).await?;
            let before = known.first();
            if before.is_none_or(|before| before.hash != subgraph.sdl_hash) {
                store.add_schema(&subgraph.name, &subgraph.version(before, now_ms)).await?;
            }
        }
        Ok(())
    }
}

impl SubgraphModel {
    fn of(supergraph: &Supergraph, id: SubgraphId) -> Self {
        let subgraph = supergraph.subgraph(id);
        let mut model = Self { name: subgraph.name.clone(), ..Self::default() };
        model.url = Some(subgraph.routing_url.clone()).filter(|url| !url.is_empty());
        for ty in supergraph.types() {
            let Some(here) = ty.in_subgraph(id).filter(|_| !BUILT_IN.contains(&ty.name.as_str())) else { continue };
            let fields: Vec<_> = ty.fields.values().map(|field| supergraph.field(*field)).collect();
            let fields: Vec<_> = fields.into_iter().filter(|field| field.in_subgraph(id).is_some()).collect();
            let keys: Vec<String> = here.keys.iter().map(|key| written(&key.fields)).collect();
            if !fields.is_empty() {
                model.types += 1;
            }
            for field in &fields {
                if let Some(here) = field.in_subgraph(id).filter(|here| !here.is_external) {
                    model.defined.push((format!("{}.{}", ty.name, field.name), here.ty.to_string()));
                }
            }
            write_type(&mut model.sdl, supergraph, ty, id, &keys, &fields);
            if !keys.is_empty() {
                model.entities.push((ty.name.to_string(), keys));
            }
        }
        model.defined.sort();
        model.sdl_hash = Sha256::digest(model.sdl.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        model
    }

    fn version(&self, before: Option<&SchemaVersion>, now_ms: u64) -> SchemaVersion {
        let of = |defined: &[(String, String)]| -> BTreeMap<String, String> { defined.iter().cloned().collect() };
        let (now, then) = (of(&self.defined), before.map(|before| of(&before.defined)).unwrap_or_default());
        let is_first = before.is_none();
        let names = |names: Vec<&String>| names.into_iter().filter(|_| !is_first).cloned().collect();
        SchemaVersion {
            at_ms: now_ms.max(before.map_or(0, |before| before.at_ms + 1)),
            hash: self.sdl_hash.clone(),
            defined: self.defined.clone(),
            added: names(now.keys().filter(|name| !then.contains_key(*name)).collect()),
            removed: names(then.keys().filter(|name| !now.contains_key(*name)).collect()),
            changed: names(
                now.iter()
                    .filter(|(name, ty)| then.get(*name).is_some_and(|then| then != *ty))
                    .map(|both| both.0)
                    .collect(),
            ),
            is_first,
        }
    }
}

impl TypeModel {
    fn of(supergraph: &Supergraph, ty: &TypeDefinition) -> Self {
        let name_of = |id: usize| supergraph.subgraph(SubgraphId(id)).name.clone();
        let here = ty.in_subgraphs.iter().enumerate().filter_map(|(id, here)| Some((name_of(id), here.as_ref()?)));
        let (mut subgraphs, mut keys, mut owners) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (name, here) in here {
            for key in &here.keys {
                keys.push((name.clone(), written(&key.fields)));
                if key.resolvable {
                    owners.insert(name.clone());
                }
            }
            subgraphs.push(name);
        }
        let shown = ty.fields.values().map(|field| supergraph.field(*field));
        let shown = shown.filter(|field| supergraph.api_schema().type_field(&ty.name, &field.name).is_ok());
        Self {
            name: ty.name.to_string(),
            kind: kind_name(ty.kind),
            subgraphs,
            keys,
            owners: owners.into_iter().collect(),
            fields: shown.map(|field| FieldModel::of(supergraph, ty, field)).collect(),
        }
    }
}

impl FieldModel {
    fn of(supergraph: &Supergraph, ty: &TypeDefinition, field: &FieldDefinition) -> Self {
        let here = field.in_subgraphs.iter().enumerate().filter_map(|(id, here)| Some((id, here.as_ref()?)));
        let here = here.filter(|(_, here)| !here.is_external && !here.is_overridden);
        let schema = supergraph.full_schema();
        let directives = match schema.types.get(&ty.name) {
            Some(ExtendedType::Object(object)) => object.fields.get(&field.name).map(|field| &field.directives),
            Some(ExtendedType::Interface(interface)) => {
                interface.fields.get(&field.name).map(|field| &field.directives)
            }
            _ => None,
        };
        let tag = supergraph.directive_name("tag", "tag");
        let text = |directive: &apollo_compiler::ast::Directive, argument: &str| {
            directive.specified_argument_by_name(argument).and_then(|value| value.as_str()).map(str::to_owned)
        };
        let deprecated = directives.and_then(|directives| directives.get("deprecated"));
        let tags = directives.into_iter().flat_map(|directives| directives.get_all(&tag));
        Self {
            coordinate: format!("{}.{}", ty.name, field.name),
            name: field.name.to_string(),
            ty: field.ty.to_string(),
            subgraphs: here.map(|(id, _)| supergraph.subgraph(SubgraphId(id)).name.clone()).collect(),
            deprecated: deprecated
                .map(|given| text(given, "reason").unwrap_or_else(|| "No longer supported".to_owned())),
            tags: tags.filter_map(|given| text(given, "name")).collect(),
        }
    }
}

fn kind_name(kind: TypeKind) -> &'static str {
    match kind {
        TypeKind::Object => "object",
        TypeKind::Interface => "interface",
        TypeKind::Union => "union",
        TypeKind::Enum => "enum",
        TypeKind::Scalar => "scalar",
        TypeKind::InputObject => "input",
    }
}

/// A field set as one writes it.
fn written(fields: &FieldSet) -> String {
    let mut text = String::new();
    for field in &fields.fields {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&field.name);
        if !field.selections.is_empty() {
            // Writing to a text does not fail.
            let _ = write!(text, " {{ {} }}", written(&field.selections));
        }
    }
    text
}

/// Adds a type to what a subgraph contributes.
fn write_type(
    sdl: &mut String,
    supergraph: &Supergraph,
    ty: &TypeDefinition,
    id: SubgraphId,
    keys: &[String],
    fields: &[&FieldDefinition],
) {
    let Some(here) = ty.in_subgraph(id) else { return };
    let keyword = match ty.kind {
        TypeKind::Object => "type",
        TypeKind::Interface => "interface",
        TypeKind::Union => "union",
        TypeKind::Enum => "enum",
        TypeKind::Scalar => "scalar",
        TypeKind::InputObject => "input",
    };
    let type_name = |id: &router_schema::TypeId| supergraph.type_definition(*id).name.to_string();
    let mut head = format!("{keyword} {}", ty.name);
    if !here.interfaces.is_empty() {
        head += &format!(" implements {}", here.interfaces.iter().map(type_name).collect::<Vec<_>>().join(" & "));
    }
    for key in keys {
        head += &format!(" @key(fields: \"{key}\")");
    }
    if here.is_interface_object {
        head += " @interfaceObject";
    }
    let body: Vec<String> = match ty.kind {
        TypeKind::Object | TypeKind::Interface => fields.iter().map(|field| written_field(field, id)).collect(),
        TypeKind::Enum => here.enum_values.iter().map(|value| format!("  {value}")).collect(),
        TypeKind::Union => {
            let members: Vec<String> = here.possible_types.iter().map(|member| type_name(&member)).collect();
            head += &format!(" = {}", members.join(" | "));
            Vec::new()
        }
        TypeKind::InputObject => match supergraph.full_schema().types.get(&ty.name) {
            Some(ExtendedType::InputObject(input)) => {
                input.fields.values().map(|field| format!("  {}: {}", field.name, field.ty)).collect()
            }
            _ => Vec::new(),
        },
        TypeKind::Scalar => Vec::new(),
    };
    if !sdl.is_empty() {
        sdl.push('\n');
    }
    sdl.push_str(&head);
    if !body.is_empty() {
        sdl.push_str(" {\n");
        sdl.push_str(&body.join("\n"));
        sdl.push_str("\n}");
    }
    sdl.push('\n');
}

fn written_field(field: &FieldDefinition, id: SubgraphId) -> String {
    let arguments: Vec<String> =
        field.arguments.iter().map(|argument| format!("{}: {}", argument.name, argument.ty)).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    let Some(here) = field.in_subgraph(id) else { return String::new() };
    let mut text = format!("  {}{arguments}: {}", field.name, here.ty);
    if here.is_external {
        text += " @external";
    }
    if let Some(requires) = &here.requires {
        text += &format!(" @requires(fields: \"{}\")", written(requires));
    }
    if let Some(provides) = &here.provides {
        text += &format!(" @provides(fields: \"{}\")", written(provides));
    }
    if let Some(overrides) = &here.overrides {
        text += &format!(" @override(from: \"{}\")", overrides.from);
    }
    text
}
