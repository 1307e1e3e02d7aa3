//! The interfaces that every subgraph declares alike: `Node` and `UserError` (P17).

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaField, MetaType, MetaTypeId, Registry};
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};

/// An interface that exists in the schema, and nowhere else: no field returns it.
pub trait Interface: Send + Sync + 'static {
    /// Its name in the schema.
    const NAME: &'static str;
    /// What it is for.
    const DESCRIPTION: &'static str;
    /// Its fields: name, type and description.
    fn fields(registry: &mut Registry) -> Vec<(&'static str, String, &'static str)>;
}

/// `interface Node { id: ID! }`
#[derive(Debug)]
pub enum Node {}

impl Interface for Node {
    const NAME: &'static str = "Node";
    const DESCRIPTION: &'static str = "Anything with a global id; the id's prefix names the type.";

    fn fields(registry: &mut Registry) -> Vec<(&'static str, String, &'static str)> {
        vec![(
            "id",
            <ID as OutputType>::create_type_info(registry),
            "Global id: a type prefix, an underscore and a 26-character lower-case ULID.",
        )]
    }
}

/// `interface UserError { message: String! path: [String!] }`
#[derive(Debug)]
pub enum UserError {}

impl Interface for UserError {
    const NAME: &'static str = "UserError";
    const DESCRIPTION: &'static str =
        "A refusal for business reasons, returned as data; fetch `code` from the subgraph's own type.";

    fn fields(registry: &mut Registry) -> Vec<(&'static str, String, &'static str)> {
        vec![
            (
                "message",
                <String as OutputType>::create_type_info(registry),
                "What happened and what to do about it, for a person.",
            ),
            (
                "path",
                <Option<Vec<String>> as OutputType>::create_type_info(registry),
                "The input field at fault, outermost first; null when no single field is.",
            ),
        ]
    }
}

/// Says at the building of a schema that a type implements an interface:
/// `schema(…).register_output_type::<Implements<Node, Course>>()`.
///
/// The type must have the interface's fields; composition notices when it has not.
pub struct Implements<I, T>(PhantomData<fn() -> (I, T)>);

impl<I: Interface, T: OutputType> OutputType for Implements<I, T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let implementer = T::create_type_info(registry);
        registry.create_output_type::<Declared<I>, _>(MetaTypeId::Interface, declaration::<I>);
        registry.add_implements(&T::type_name(), I::NAME);
        if let Some(MetaType::Interface { possible_types, .. }) = registry.types.get_mut(I::NAME) {
            possible_types.insert(T::type_name().into_owned());
        }
        implementer
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        unreachable!("invariant: it is a mark for the schema, and no resolver can return one")
    }
}

/// The interface as a type of the schema.
struct Declared<I>(PhantomData<fn() -> I>);

impl<I: Interface> OutputType for Declared<I> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(I::NAME)
    }

    fn create_type_info(_: &mut Registry) -> String {
        Self::qualified_type_name()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        unreachable!("invariant: it is a mark for the schema, and no resolver can return one")
    }
}

fn declaration<I: Interface>(registry: &mut Registry) -> MetaType {
    let fields: IndexMap<String, MetaField> = I::fields(registry)
        .into_iter()
        .map(|(name, field_type, description)| (name.to_owned(), field(name, field_type, description)))
        .collect();
    MetaType::Interface {
        name: I::NAME.to_owned(),
        description: Some(I::DESCRIPTION.to_owned()),
        fields,
        possible_types: IndexSet::new(),
        extends: false,
        inaccessible: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        rust_typename: Some(std::any::type_name::<Declared<I>>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn field(name: &str, field_type: String, description: &str) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty: field_type,
        deprecation: Default::default(),
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
