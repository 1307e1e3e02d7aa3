//! Which named types can stand for which, over all subgraphs.

use std::collections::{BTreeSet, HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;

use crate::subgraph::{Subgraph, interfaces_of};

/// Implementations of interfaces and members of unions.
pub(super) struct Shapes {
    narrower: HashMap<Name, HashSet<Name>>,
    interfaces: HashMap<Name, BTreeSet<Name>>,
}

impl Shapes {
    pub(super) fn read(subgraphs: &[Subgraph]) -> Self {
        let mut narrower: HashMap<Name, HashSet<Name>> = HashMap::new();
        let mut interfaces: HashMap<Name, BTreeSet<Name>> = HashMap::new();
        for (name, ty) in subgraphs.iter().flat_map(Subgraph::types) {
            for interface in interfaces_of(ty) {
                narrower.entry(interface.clone()).or_default().insert(name.clone());
                interfaces.entry(name.clone()).or_default().insert(interface.clone());
            }
            if let ExtendedType::Union(union_type) = ty {
                let members = union_type.members.iter().map(|member| member.name.clone());
                narrower.entry(name.clone()).or_default().extend(members);
            }
        }
        Self { narrower, interfaces }
    }

    /// Whether every value of `narrow` is one of `wide`.
    pub(super) fn is_subtype(&self, narrow: &Type, wide: &Type) -> bool {
        match (narrow, wide) {
            (Type::NonNullNamed(narrow), Type::NonNullNamed(wide) | Type::Named(wide))
            | (Type::Named(narrow), Type::Named(wide)) => self.is_named_subtype(narrow, wide),
            (Type::NonNullList(narrow), Type::NonNullList(wide) | Type::List(wide))
            | (Type::List(narrow), Type::List(wide)) => self.is_subtype(narrow, wide),
            _ => false,
        }
    }

    fn is_named_subtype(&self, narrow: &Name, wide: &Name) -> bool {
        narrow == wide || self.narrower.get(wide).is_some_and(|names| names.contains(narrow))
    }

    /// The types that implement the interface in any subgraph.
    pub(super) fn implementations(&self, interface: &Name) -> HashSet<Name> {
        self.narrower.get(interface).cloned().unwrap_or_default()
    }

    /// The interfaces that the type implements in any subgraph.
    pub(super) fn interfaces(&self, ty: &Name) -> impl Iterator<Item = &Name> {
        self.interfaces.get(ty).into_iter().flatten()
    }
}
