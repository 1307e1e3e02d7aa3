//! Gives the implementations of an interface the fields that an `@interfaceObject` adds to it.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::schema::{Component, ExtendedType};

use super::{Merge, join};
use crate::subgraph::Fields;

impl Merge<'_> {
    /// Adds the fields, each with a `@join__field` that names no graph: no subgraph has them on the object itself.
    pub(super) fn add_interface_object_fields(&mut self) {
        let mut added: Vec<(Name, FieldDefinition)> = Vec::new();
        for (name, ty) in &self.types {
            let ExtendedType::Object(object) = ty else { continue };
            let mut names: Vec<&Name> = object.fields.keys().collect();
            for interface in &object.implements_interfaces {
                let Some(ExtendedType::Interface(interface)) = self.types.get(&interface.name) else { continue };
                for field in self.fields_of_interface_objects(&interface.name, &interface.fields) {
                    if !names.contains(&&field.name) {
                        names.push(&field.name);
                        added.push((name.clone(), with_plain_join(field)));
                    }
                }
            }
        }
        for (name, field) in added {
            if let Some(ExtendedType::Object(object)) = self.types.get_mut(&name) {
                object.make_mut().fields.insert(field.name.clone(), Component::new(field));
            }
        }
    }

    fn fields_of_interface_objects<'f>(&self, interface: &Name, fields: &'f Fields) -> Vec<&'f FieldDefinition> {
        let is_added = |field: &&FieldDefinition| {
            self.subgraphs.iter().any(|subgraph| {
                subgraph.has_interface_object(interface) && subgraph.field(interface, &field.name).is_some()
            })
        };
        fields.values().map(|field| &***field).filter(is_added).collect()
    }
}

fn with_plain_join(field: &FieldDefinition) -> FieldDefinition {
    let mut field = field.clone();
    let mut directives: Vec<Directive> = field
        .directives
        .iter()
        .filter(|applied| applied.name != "join__field")
        .map(|applied| (**applied).clone())
        .collect();
    directives.push(join::apply("join__field", Vec::new()));
    field.directives = join::member_directives(directives);
    field
}
