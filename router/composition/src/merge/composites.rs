//! Merges objects and interfaces: all fields of all subgraphs.

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, DirectiveList, ExtendedType, InterfaceType, ObjectType};
use apollo_compiler::{Name, Node};

use super::{Declared, Merge, join};
use crate::ErrorCode;
use crate::links::FederationDirective;
use crate::subgraph::interfaces_of;

impl<'s> Merge<'s> {
    pub(super) fn merge_object(
        &mut self,
        name: &Name,
        declared: &[Declared<'s, ExtendedType>],
    ) -> Option<ExtendedType> {
        self.hint_differences(name, declared);
        let fields = self.merge_fields(name, declared, true);
        let directives = self.composite_directives(name, declared);
        (!fields.is_empty()).then(|| {
            ExtendedType::Object(Node::new(ObjectType {
                description: self
                    .merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
                name: name.clone(),
                implements_interfaces: interfaces(declared),
                directives,
                fields,
            }))
        })
    }

    pub(super) fn merge_interface(
        &mut self,
        name: &Name,
        declared: &[Declared<'s, ExtendedType>],
    ) -> Option<ExtendedType> {
        self.check_interface_objects(name, declared);
        self.check_interface_keys(name, declared);
        self.hint_differences(name, declared);
        let fields = self.merge_fields(name, declared, false);
        let directives = self.composite_directives(name, declared);
        (!fields.is_empty()).then(|| {
            ExtendedType::Interface(Node::new(InterfaceType {
                description: self
                    .merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
                name: name.clone(),
                implements_interfaces: interfaces(declared),
                directives,
                fields,
            }))
        })
    }

    fn composite_directives(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) -> DirectiveList {
        let mut directives = self.merge_type_directives(name, declared);
        directives.extend(self.join_implements(declared));
        directives.extend(self.join_types(declared));
        directives.extend(self.contexts(declared));
        directives.extend(self.cache_tags_of_type(declared));
        join::type_directives(directives)
    }

    /// Somewhere there is the interface that an `@interfaceObject` stands for, and not in the same subgraph.
    fn check_interface_objects(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) {
        let (objects, interfaces): (Vec<_>, Vec<_>) = declared.iter().partition(|(_, ty)| ty.is_object());
        let places = || {
            objects.iter().map(|(index, ty)| {
                (&self.subgraphs[*index], ty.name().location(), "stands for an interface".to_owned())
            })
        };
        if interfaces.is_empty() {
            self.findings.error(
                ErrorCode::InterfaceObjectUsageError,
                format!("\"{name}\" is declared @interfaceObject, but no subgraph defines it as an interface"),
                places(),
                "Define the interface, with the same @key, in the subgraph that knows its implementations.",
            );
        }
        let implementations = self.shapes.implementations(name);
        for (index, _) in &objects {
            let subgraph = &self.subgraphs[*index];
            let mut known: Vec<_> = implementations
                .iter()
                .filter(|implementation| subgraph.schema.types.contains_key(*implementation))
                .collect();
            known.sort();
            for implementation in known {
                let span = subgraph.schema.types[implementation].name().location();
                self.findings.error(
                    ErrorCode::InterfaceObjectUsageError,
                    format!(
                        "[{}] declares \"{name}\" @interfaceObject and also defines its implementation \"{implementation}\"",
                        subgraph.name
                    ),
                    places().chain([(subgraph, span, "an implementation".to_owned())]),
                    "A subgraph either knows the implementations of an interface or stands above them; remove one of the two.",
                );
            }
        }
    }

    /// A subgraph that is entered by an interface's key must know every implementation.
    fn check_interface_keys(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) {
        let mut implementations: Vec<Name> = self.shapes.implementations(name).into_iter().collect();
        implementations.sort();
        for (index, ty) in declared.iter().filter(|(_, ty)| ty.is_interface()) {
            let subgraph = &self.subgraphs[*index];
            let Some(key) = subgraph.on_type(FederationDirective::Key, ty).next() else { continue };
            let known = subgraph.possible_types(name);
            let missing: Vec<&str> = implementations
                .iter()
                .filter(|implementation| !known.contains(*implementation) && self.is_object(implementation))
                .map(Name::as_str)
                .collect();
            if !missing.is_empty() {
                let missing = crate::error::name_list(missing);
                self.findings.error(
                    ErrorCode::InterfaceKeyMissingImplementationType,
                    format!(
                        "[{}] has a @key on the interface \"{name}\" but does not define its implementations {missing}",
                        subgraph.name
                    ),
                    [(subgraph, key.location(), "entered by this key".to_owned())],
                    format!("Define {missing} in this subgraph too, or remove the interface's @key."),
                );
            }
        }
    }

    /// Whether a type is an object in some subgraph, and not one that stands for an interface.
    fn is_object(&self, name: &Name) -> bool {
        self.subgraphs.iter().any(|subgraph| {
            subgraph.schema.types.get(name).is_some_and(|ty| ty.is_object() && !subgraph.is_interface_object(ty))
        })
    }
}

fn interfaces(declared: &[Declared<'_, ExtendedType>]) -> IndexSet<ComponentName> {
    declared.iter().flat_map(|(_, ty)| interfaces_of(ty)).map(|name| ComponentName::from(name.clone())).collect()
}
