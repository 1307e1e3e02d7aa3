//! Selected fields, interned: equal ones have equal ids, so that partial results can be remembered by id.

use apollo_compiler::ast::{Argument, Type};
use apollo_compiler::{Name, Node};
use indexmap::IndexSet;
use router_schema::{FieldId, SubgraphId, TypeId, TypeSet};

use crate::plan::Condition;

/// Which field is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SelectedField {
    /// `__typename`
    Typename,
    /// A field of the schema.
    Field(FieldId),
}

/// One field selected at a position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Selected {
    /// Where its value stands in the merged data.
    pub(crate) response_key: Name,
    /// The field.
    pub(crate) field: SelectedField,
    /// The type it is named on.
    pub(crate) parent: TypeId,
    /// The runtime types it is selected for.
    pub(crate) possible: TypeSet,
    /// Its arguments.
    pub(crate) arguments: Vec<Node<Argument>>,
    /// `@skip` and `@include` that apply to it. Ascending.
    pub(crate) conditions: Vec<Condition>,
    /// What is selected of its value.
    pub(crate) children: ListId,
    /// The arguments that objects further up fill. Mostly none.
    pub(crate) filled: Vec<FilledArgument>,
    /// The `@defer` right around it. What is selected below belongs to the same part, and does not say so again.
    pub(crate) deferred: Option<BoundaryId>,
}

/// The id of a [`Boundary`] in its [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BoundaryId(pub(crate) usize);

/// A fragment with `@defer`, at one place of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Boundary {
    /// Its label, when it has one.
    pub(crate) label: Option<String>,
    /// The response keys that lead to it.
    pub(crate) path: Vec<Name>,
    /// The `@defer` around it.
    pub(crate) parent: Option<BoundaryId>,
    /// It is deferred only while this variable is true.
    pub(crate) variable: Option<Name>,
}

/// An argument that one subgraph wants filled from a context (`@fromContext`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FilledArgument {
    /// The field that has it, as the subgraph knows it.
    pub(crate) field: FieldId,
    /// The subgraph.
    pub(crate) subgraph: SubgraphId,
    /// The argument.
    pub(crate) name: Name,
    /// What fills it.
    pub(crate) value: FilledValue,
}

/// A value from a context.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FilledValue {
    /// The argument's type.
    pub(crate) ty: Type,
    /// The objects that may have the value, the nearest first.
    pub(crate) sources: Vec<FilledFrom>,
}

/// An enclosing object that has a value for an argument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FilledFrom {
    /// How many response keys further up it stands.
    pub(crate) keys_up: usize,
    /// Its type in the operation.
    pub(crate) ty: TypeId,
    /// The runtime types with which it counts.
    pub(crate) possible: TypeSet,
    /// What is selected of it.
    pub(crate) list: ListId,
}

impl Selected {
    /// Something that is selected of no object at all. A list with only this in it is that of a composite field whose
    /// own fields are not wanted; the empty list is that of a leaf.
    pub(crate) fn nothing(parent: TypeId) -> Self {
        Self {
            response_key: Name::new_static_unchecked("__typename"),
            field: SelectedField::Typename,
            parent,
            possible: TypeSet::new(),
            arguments: Vec::new(),
            conditions: Vec::new(),
            children: ListId::EMPTY,
            filled: Vec::new(),
            deferred: None,
        }
    }
}

/// The id of a [`Selected`] in its [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryId(usize);

/// The id of a list of selected fields in its [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ListId(usize);

impl ListId {
    /// The list without fields: that of a leaf.
    pub(crate) const EMPTY: Self = Self(0);
}

/// Owns all selected fields of one planning run.
#[derive(Debug)]
pub(crate) struct Arena {
    entries: IndexSet<Selected>,
    /// Of each entry, whether the client asks for it, and not the planner alone.
    wanted: Vec<bool>,
    lists: IndexSet<Vec<EntryId>>,
    boundaries: Vec<Boundary>,
}

impl Arena {
    pub(crate) fn new() -> Self {
        let lists = IndexSet::from([Vec::new()]);
        Self { entries: IndexSet::new(), wanted: Vec::new(), lists, boundaries: Vec::new() }
    }

    /// Interns what the client asks for.
    pub(crate) fn intern(&mut self, selected: Selected) -> EntryId {
        let id = self.intern_internal(selected);
        self.wanted[id.0] = true;
        id
    }

    /// Interns what only the planner asks for, unless the client does too.
    pub(crate) fn intern_internal(&mut self, selected: Selected) -> EntryId {
        let (index, is_new) = self.entries.insert_full(selected);
        if is_new {
            self.wanted.push(false);
        }
        EntryId(index)
    }

    /// Interns a variant of another entry.
    pub(crate) fn intern_variant(&mut self, of: EntryId, selected: Selected) -> EntryId {
        if self.is_wanted(of) { self.intern(selected) } else { self.intern_internal(selected) }
    }

    /// Whether the client asks for an entry.
    pub(crate) fn is_wanted(&self, id: EntryId) -> bool {
        self.wanted[id.0]
    }

    pub(crate) fn add_boundary(&mut self, boundary: Boundary) -> BoundaryId {
        self.boundaries.push(boundary);
        BoundaryId(self.boundaries.len() - 1)
    }

    pub(crate) fn boundaries(&self) -> &[Boundary] {
        &self.boundaries
    }

    pub(crate) fn intern_list(&mut self, list: Vec<EntryId>) -> ListId {
        ListId(self.lists.insert_full(list).0)
    }

    pub(crate) fn entry(&self, id: EntryId) -> &Selected {
        &self.entries[id.0]
    }

    pub(crate) fn list(&self, id: ListId) -> &[EntryId] {
        &self.lists[id.0]
    }

    /// Every selected field so far.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Selected> {
        self.entries.iter()
    }
}
