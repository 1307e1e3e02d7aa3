//! What the graph says of how long its fields may be kept: `@cacheControl`, as it was composed.

use std::sync::Arc;

use apollo_compiler::ast::{Directive, OperationType, Value};
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::{Name, Node};
use router_execution::{CachePolicy, CacheScope};
use router_schema::Supergraph;

/// What is said in one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Hint {
    max_age: Option<u32>,
    scope: Option<CacheScope>,
    /// The field is kept as long as the one around it.
    inherits: bool,
}

impl Hint {
    fn policy(self, otherwise: u32) -> CachePolicy {
        let (max_age, scope) = (self.max_age.unwrap_or(otherwise), self.scope.unwrap_or(CacheScope::Public));
        CachePolicy { max_age, scope }
    }
}

/// The hints of one graph.
#[derive(Debug)]
pub(crate) struct Hints {
    supergraph: Arc<Supergraph>,
    directive: String,
    is_there: bool,
    /// The directive has the argument `inheritMaxAge`: without it, a field of an object type is not kept unless a hint says
    /// so. In a graph without the argument such a field is always kept as long as the one around it.
    has_argument_to_inherit: bool,
}

impl Hints {
    pub(crate) fn new(supergraph: Arc<Supergraph>) -> Self {
        let directive = supergraph.directive_name("cacheControl", "cacheControl");
        let definition = supergraph.full_schema().directive_definitions.get(directive.as_str());
        let is_there = definition.is_some();
        let has_argument_to_inherit =
            definition.is_some_and(|definition| definition.argument_by_name("inheritMaxAge").is_some());
        Self { supergraph, directive, is_there, has_argument_to_inherit }
    }

    /// Whether the graph says anything at all. If not, the subgraphs alone do.
    pub(super) fn are_there(&self) -> bool {
        self.is_there
    }

    fn schema(&self) -> &Schema {
        self.supergraph.full_schema()
    }

    /// What is said of a field, and, where that says nothing, of what it returns. Of a field of an interface the strictest
    /// is said that is of it in any type.
    fn of_field(&self, parent: &Name, field: &Name) -> Hint {
        let mut hint = Hint::default();
        let schema = self.schema();
        for parent in std::iter::once(parent).chain(self.possible_types(parent)) {
            let Ok(definition) = schema.type_field(parent, field) else { continue };
            hint = strictest(hint, self.read(&mut definition.directives.get_all(&self.directive).map(|one| &**one)));
        }
        let Ok(definition) = schema.type_field(parent, field) else { return hint };
        let returned = self.of_type(definition.ty.inner_named_type());
        let max_age = hint.max_age.or(returned.max_age.filter(|_| !hint.inherits));
        Hint { max_age, scope: hint.scope.or(returned.scope), inherits: hint.inherits || returned.inherits }
    }

    /// What a field adds to the policy of what it is asked for in; `default` counts for those that have nothing around them.
    pub(super) fn policy_of_field(&self, parent: &Name, field: &Name, is_root: bool, default: u32) -> CachePolicy {
        let hint = self.of_field(parent, field);
        hint.policy(if is_root || self.has_default(parent, field, hint) { default } else { u32::MAX })
    }

    /// What an entity of a type adds; it has nothing around it.
    pub(super) fn policy_of_entity(&self, name: Option<&Name>, default: u32) -> CachePolicy {
        name.map(|name| self.of_type(name)).unwrap_or_default().policy(default)
    }

    /// Whether a field that is no root field counts with the default when nothing is said of it.
    fn has_default(&self, parent: &Name, field: &Name, hint: Hint) -> bool {
        self.has_argument_to_inherit && !hint.inherits && self.is_composite(parent, field)
    }

    /// The type that a field returns.
    pub(super) fn returned(&self, parent: &Name, field: &Name) -> Option<&Name> {
        self.schema().type_field(parent, field).ok().map(|definition| definition.ty.inner_named_type())
    }

    /// The type of the root fields.
    pub(super) fn root_type(&self, operation: OperationType) -> Option<&Name> {
        self.schema().root_operation(operation)
    }

    /// Whether a field returns objects.
    fn is_composite(&self, parent: &Name, field: &Name) -> bool {
        let returned = self.returned(parent, field).and_then(|name| self.schema().types.get(name));
        returned.is_some_and(|ty| ty.is_object() || ty.is_interface() || ty.is_union())
    }

    /// What is said of a type; of an interface or a union, also what is said of those behind it.
    fn of_type(&self, name: &Name) -> Hint {
        let mut hint = Hint::default();
        for name in std::iter::once(name).chain(self.possible_types(name)) {
            let Some(ty) = self.schema().types.get(name) else { continue };
            hint = strictest(hint, self.read(&mut ty.directives().get_all(&self.directive).map(|one| &***one)));
        }
        hint
    }

    /// The object types behind an interface or a union.
    fn possible_types(&self, name: &Name) -> impl Iterator<Item = &Name> {
        let is_abstract =
            matches!(self.schema().types.get(name), Some(ExtendedType::Interface(_) | ExtendedType::Union(_)));
        let id = self.supergraph.type_id(name).filter(|_| is_abstract);
        let ids = id.into_iter().flat_map(|id| self.supergraph.type_definition(id).possible_types.iter());
        ids.map(|id| &self.supergraph.type_definition(id).name)
    }

    fn read(&self, applications: &mut dyn Iterator<Item = &Directive>) -> Hint {
        let read = |directive: &Directive| {
            let argument = |name: &str| directive.specified_argument_by_name(name).map(Node::as_ref);
            Hint {
                max_age: match argument("maxAge") {
                    Some(Value::Int(seconds)) => Some(seconds.try_to_i32().unwrap_or(0).max(0).unsigned_abs()),
                    _ => None,
                },
                scope: match argument("scope") {
                    Some(Value::Enum(scope)) if scope == "PRIVATE" => Some(CacheScope::Private),
                    Some(Value::Enum(_)) => Some(CacheScope::Public),
                    _ => None,
                },
                inherits: matches!(argument("inheritMaxAge"), Some(Value::Boolean(true))),
            }
        };
        applications.map(read).fold(Hint::default(), strictest)
    }
}

fn strictest(one: Hint, other: Hint) -> Hint {
    let max_age = match (one.max_age, other.max_age) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    Hint { max_age, scope: one.scope.max(other.scope), inherits: one.inherits || other.inherits }
}
