//! Merges unions: the members of all subgraphs.

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType, UnionType};
use apollo_compiler::{Name, Node};

use super::descriptions::merge_descriptions;
use super::{Declared, Merge, join};

impl Merge<'_> {
    pub(super) fn merge_union(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) -> ExtendedType {
        let mut directives = self.merge_type_directives(name, declared);
        directives.extend(self.join_types(declared));
        let unions: Vec<(usize, &UnionType)> =
            declared.iter().filter_map(|(index, ty)| Some((*index, ty.as_union()?))).collect();
        let members: IndexSet<Name> =
            unions.iter().flat_map(|(_, union_type)| union_type.members.iter()).map(|name| name.name.clone()).collect();
        for member in &members {
            for (index, _) in unions.iter().filter(|(_, union_type)| union_type.members.contains(member)) {
                let arguments = vec![("graph", self.graph(*index)), ("member", join::text(member))];
                directives.push(join::apply("join__unionMember", arguments));
            }
        }
        ExtendedType::Union(Node::new(UnionType {
            description: merge_descriptions(declared.iter().map(|(_, ty)| ty.description())),
            name: name.clone(),
            directives: join::type_directives(directives),
            members: members.into_iter().map(ComponentName::from).collect(),
        }))
    }
}
