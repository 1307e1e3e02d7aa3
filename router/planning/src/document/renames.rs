//! Fields of one response key whose types differ in the subgraph are told apart (GraphQL section 5.3.2,
//! `SameResponseShape`).

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::IndexMap;

use super::{FieldNode, Selection};
use crate::plan::Rename;

/// Gives fields that conflict response keys of their own, and says which.
pub(crate) fn rename_conflicts(selections: &mut [Selection]) -> Vec<Rename> {
    let mut used = BTreeSet::new();
    selections.iter().for_each(|selection| note_keys(selection, &mut used));
    let mut renames = Renames { used, made: Vec::new() };
    for selection in selections {
        renames.visit(vec![selection]);
    }
    renames.made.into_iter().map(|(rename, _)| rename).collect()
}

struct Renames {
    used: BTreeSet<Name>,
    made: Vec<(Rename, Type)>,
}

impl Renames {
    /// Visits selections whose fields end up in one object type or another at the same place.
    fn visit(&mut self, selections: Vec<&mut Selection>) {
        let mut fields: IndexMap<Name, Vec<&mut FieldNode>> = IndexMap::new();
        for selection in selections {
            collect(selection, &mut fields);
        }
        for (key, fields) in fields {
            let mut by_shape: Vec<(Type, Vec<&mut FieldNode>)> = Vec::new();
            for field in fields {
                let shape = shape(field);
                match by_shape.iter_mut().find(|(known, _)| *known == shape) {
                    Some((_, alike)) => alike.push(field),
                    None => by_shape.push((shape, vec![field])),
                }
            }
            for (index, (shape, mut alike)) in by_shape.into_iter().enumerate() {
                if index > 0 {
                    let sent = self.alias(&key, shape);
                    alike.iter_mut().for_each(|field| field.response_key = sent.clone());
                }
                self.visit(alike.into_iter().map(|field| &mut field.selection).collect());
            }
        }
    }

    fn alias(&mut self, key: &Name, shape: Type) -> Name {
        if let Some((rename, _)) =
            self.made.iter().find(|(rename, known)| rename.response_key == *key && *known == shape)
        {
            return rename.sent.clone();
        }
        let mut numbered = (0..).map(|number| Name::new_unchecked(&format!("_{key}_{number}")));
        let sent = numbered.find(|name| !self.used.contains(name)).expect("invariant: numbers do not end");
        self.used.insert(sent.clone());
        self.made.push((Rename { sent: sent.clone(), response_key: key.clone() }, shape));
        sent
    }
}

/// What two types must have in common: lists and nulls; of leaves also the name.
fn shape(field: &FieldNode) -> Type {
    if field.selection.is_empty() {
        return field.ty.clone();
    }
    let any = Name::new_static_unchecked("_");
    rewrap(&field.ty, &any)
}

fn rewrap(ty: &Type, name: &Name) -> Type {
    match ty {
        Type::Named(_) => Type::Named(name.clone()),
        Type::NonNullNamed(_) => Type::NonNullNamed(name.clone()),
        Type::List(item) => Type::List(Box::new(rewrap(item, name))),
        Type::NonNullList(item) => Type::NonNullList(Box::new(rewrap(item, name))),
    }
}

fn collect<'s>(selection: &'s mut Selection, fields: &mut IndexMap<Name, Vec<&'s mut FieldNode>>) {
    for field in &mut selection.fields {
        fields.entry(field.response_key.clone()).or_default().push(field);
    }
    selection.fragments.iter_mut().for_each(|(_, selection)| collect(selection, fields));
}

fn note_keys(selection: &Selection, used: &mut BTreeSet<Name>) {
    for field in &selection.fields {
        used.insert(field.response_key.clone());
        note_keys(&field.selection, used);
    }
    selection.fragments.iter().for_each(|(_, selection)| note_keys(selection, used));
}
