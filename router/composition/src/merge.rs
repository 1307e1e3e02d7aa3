//! Merges the types of all subgraphs into those of the supergraph, with the `join` directives that say what comes from
//! where.
//!
//! Types are merged kind by kind; enums last, because how they merge depends on where the others use them.

mod arguments;
mod cache_tags;
mod carried;
mod composites;
mod contexts;
mod descriptions;
mod enums;
mod executable_directives;
mod external;
mod fields;
mod input_objects;
mod interface_objects;
mod join;
mod overrides;
mod presence;
mod scalars;
mod shapes;
mod sharing;
mod type_references;
mod unions;

use std::collections::BTreeMap;

use apollo_compiler::ast::DirectiveDefinition;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

pub(crate) use carried::{Carried, CarriedKind};
pub(crate) use executable_directives::is_executable;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::subgraph::Subgraph;

/// What the subgraphs merge to.
pub(crate) struct Merged {
    /// The types by name.
    pub(crate) types: BTreeMap<Name, ExtendedType>,
    /// The type-system directives that are carried over, those that are used.
    pub(crate) carried: Vec<Carried>,
    /// The directives for operations that every subgraph defines.
    pub(crate) executable: Vec<Node<DirectiveDefinition>>,
}

/// A merge under way.
struct Merge<'s> {
    subgraphs: &'s [Subgraph],
    shapes: shapes::Shapes,
    carried: Vec<Carried>,
    types: BTreeMap<Name, ExtendedType>,
    findings: &'s mut Findings,
}

/// Something that a subgraph declares: the subgraph's index, and the declaration.
type Declared<'s, T> = (usize, &'s T);

/// Merges the subgraphs. What cannot be merged is reported and left out.
pub(crate) fn merge(subgraphs: &[Subgraph], findings: &mut Findings) -> Merged {
    let carried = carried::carried(subgraphs, findings);
    let shapes = shapes::Shapes::read(subgraphs);
    let mut merge = Merge { subgraphs, shapes, carried, types: BTreeMap::new(), findings };
    let names = merge.type_names();
    let (enums, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|(_, kind)| *kind == Kind::Enum);
    for (name, kind) in others.into_iter().chain(enums) {
        if let Some(merged) = merge.merge_type(&name, kind) {
            merge.types.insert(name, merged);
        }
    }
    merge.add_interface_object_fields();
    let executable = merge.executable_directives();
    let Merge { mut carried, types, .. } = merge;
    carried.retain(|directive| directive.is_used);
    Merged { types, carried, executable }
}

/// The kind of a type in the supergraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

impl Kind {
    fn of(subgraph: &Subgraph, ty: &ExtendedType) -> Self {
        match ty {
            ExtendedType::Object(_) if subgraph.is_interface_object(ty) => Self::Interface,
            ExtendedType::Object(_) => Self::Object,
            ExtendedType::Interface(_) => Self::Interface,
            ExtendedType::Scalar(_) => Self::Scalar,
            ExtendedType::Union(_) => Self::Union,
            ExtendedType::Enum(_) => Self::Enum,
            ExtendedType::InputObject(_) => Self::InputObject,
        }
    }

    fn keyword(self) -> &'static str {
        match self {
            Self::Scalar => "a scalar",
            Self::Object => "an object",
            Self::Interface => "an interface",
            Self::Union => "a union",
            Self::Enum => "an enum",
            Self::InputObject => "an input object",
        }
    }
}

impl<'s> Merge<'s> {
    /// Every type of the graph that is of one kind everywhere; the others are reported.
    fn type_names(&mut self) -> Vec<(Name, Kind)> {
        let mut kinds: BTreeMap<Name, Vec<(usize, Kind)>> = BTreeMap::new();
        for (index, subgraph) in self.subgraphs.iter().enumerate() {
            for (name, ty) in subgraph.types() {
                kinds.entry(name.clone()).or_default().push((index, Kind::of(subgraph, ty)));
            }
        }
        let mut names = Vec::new();
        for (name, kinds) in kinds {
            let (_, first) = kinds[0];
            if kinds.iter().all(|(_, kind)| *kind == first) {
                names.push((name, first));
                continue;
            }
            let places = kinds.iter().map(|(index, kind)| {
                let span = self.subgraphs[*index].schema.types[&name].name().location();
                (&self.subgraphs[*index], span, format!("{} here", kind.keyword()))
            });
            self.findings.error(
                ErrorCode::TypeKindMismatch,
                format!("the type \"{name}\" is of different kinds in different subgraphs"),
                places,
                "Make it the same kind everywhere, or rename it in one subgraph. \
                 An object that stands for an interface needs @interfaceObject.",
            );
        }
        names
    }

    fn merge_type(&mut self, name: &Name, kind: Kind) -> Option<ExtendedType> {
        let subgraphs = self.subgraphs;
        let declared: Vec<Declared<'s, ExtendedType>> = subgraphs
            .iter()
            .enumerate()
            .filter_map(|(index, subgraph)| Some((index, subgraph.schema.types.get(name)?)))
            .collect();
        self.check_extension(name, &declared);
        match kind {
            Kind::Scalar => Some(self.merge_scalar(name, &declared)),
            Kind::Object => self.merge_object(name, &declared),
            Kind::Interface => self.merge_interface(name, &declared),
            Kind::Union => Some(self.merge_union(name, &declared)),
            Kind::Enum => self.merge_enum(name, &declared),
            Kind::InputObject => self.merge_input_object(name, &declared),
        }
    }

    /// The names of subgraphs for a message.
    fn names(&self, indices: impl IntoIterator<Item = usize>) -> String {
        crate::error::name_list(indices.into_iter().map(|index| self.subgraphs[index].name.as_str()))
    }
}
