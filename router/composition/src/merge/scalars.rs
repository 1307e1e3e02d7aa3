//! Merges scalars.

use apollo_compiler::schema::{ExtendedType, ScalarType};
use apollo_compiler::{Name, Node};

use super::{Declared, Merge, join};

impl Merge<'_> {
    pub(super) fn merge_scalar(&mut self, name: &Name, declared: &[Declared<'_, ExtendedType>]) -> ExtendedType {
        let mut directives = self.merge_type_directives(name, declared);
        directives.extend(self.join_types(declared));
        ExtendedType::Scalar(Node::new(ScalarType {
            description: self.merge_description(name, declared.iter().map(|(index, ty)| (*index, ty.description()))),
            name: name.clone(),
            directives: join::type_directives(directives),
        }))
    }
}
