//! Merges unions: the members of all subgraphs.

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType, UnionType};
use apollo_compiler::{Name, Node};

use super::presence::At;
use super::{Declared, Merge, join};
use crate::HintCode;

impl Merge<'_> {
    pub(super) fn merge_union(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) -> ExtendedType {
        let mut directives = self.merge_type_directives(name, declared);
        directives.extend(self.join_types(declared));
        directives.extend(self.contexts(declared));
        let unions: Vec<(usize, &UnionType)> =
            declared.iter().filter_map(|(index, ty)| Some((*index, ty.as_union()?))).collect();
        let members: IndexSet<Name> =
            unions.iter().flat_map(|(_, union_type)| union_type.members.iter()).map(|name| name.name.clone()).collect();
        for member in &members {
            let (having, lacking): (Vec<_>, Vec<_>) =
                unions.iter().partition(|(_, union_type)| union_type.members.contains(member));
            if !lacking.is_empty() {
                let at = |(index, ty): &(usize, &UnionType)| (*index, ty.name.location());
                let what = format!("the member \"{member}\" of the union \"{name}\"");
                let (having, lacking): (Vec<At>, Vec<At>) =
                    (having.into_iter().map(at).collect(), lacking.into_iter().map(at).collect());
                self.hint_presence(HintCode::InconsistentUnionMember, &what, &having, &lacking);
            }
            for (index, _) in unions.iter().filter(|(_, union_type)| union_type.members.contains(member)) {
                let arguments = vec![("graph", self.graph(*index)), ("member", join::text(member))];
                directives.push(join::apply("join__unionMember", arguments));
            }
        }
        ExtendedType::Union(Node::new(UnionType {
            description: self.merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
            name: name.clone(),
            directives: join::type_directives(directives),
            members: members.into_iter().map(ComponentName::from).collect(),
        }))
    }
}
