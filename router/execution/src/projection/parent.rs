//! The type whose fields an object is asked for.

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType, InterfaceType, ObjectType};
use apollo_compiler::{Name, Schema};

/// An object type; or an interface, where the data does not tell the object type because nothing that was asked for
/// depends on it: a subgraph with an `@interfaceObject` does not even know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ParentType<'s> {
    pub(super) name: &'s Name,
    pub(super) is_object: bool,
    interfaces: &'s IndexSet<ComponentName>,
}

impl<'s> From<&'s ObjectType> for ParentType<'s> {
    fn from(object_type: &'s ObjectType) -> Self {
        Self { name: &object_type.name, is_object: true, interfaces: &object_type.implements_interfaces }
    }
}

impl<'s> From<&'s InterfaceType> for ParentType<'s> {
    fn from(interface: &'s InterfaceType) -> Self {
        Self { name: &interface.name, is_object: false, interfaces: &interface.implements_interfaces }
    }
}

impl ParentType<'_> {
    /// Whether every object of this type is one of type `condition`.
    pub(super) fn is_one_of(&self, schema: &Schema, condition: &Name) -> bool {
        if condition == self.name || self.interfaces.contains(condition) {
            return true;
        }
        if self.is_object {
            return is_member(schema, condition, self.name);
        }
        // What the interface does not say of itself, all its objects may say.
        let objects = schema.types.values().filter_map(ExtendedType::as_object);
        let mut objects = objects.filter(|object| object.implements_interfaces.contains(self.name)).peekable();
        objects.peek().is_some()
            && objects.all(|object| {
                condition == &object.name
                    || object.implements_interfaces.contains(condition)
                    || is_member(schema, condition, &object.name)
            })
    }
}

fn is_member(schema: &Schema, condition: &Name, name: &Name) -> bool {
    schema.get_union(condition).is_some_and(|union_type| union_type.members.contains(name))
}
