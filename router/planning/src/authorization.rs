//! What an operation asks for that not everybody may see.

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name};
use router_schema::{FieldId, RuleSet, Supergraph, TypeId, TypeSet};

use crate::{PlanningError, PlanningOptions, operation};

/// A selection that a viewer may not see, on some of the objects that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarredSelection {
    /// The response keys that lead to it, its own included; lists have none.
    pub path: Vec<Name>,
    /// The field, of the first object type on which it is barred.
    pub field: FieldId,
    /// The rules that keep the viewer from it there.
    pub rules: RuleSet,
}

/// Every rule that decides what a viewer sees of an operation. A viewer who meets them all sees everything.
///
/// Conditions (`@skip`, `@include`) on variables count as if they let everything in.
///
/// # Errors
/// As [`crate::plan()`], when the operation does not exist or is too large.
pub fn rules_of_operation(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation_name: Option<&str>,
    options: &PlanningOptions,
) -> Result<RuleSet, PlanningError> {
    let mut rules = RuleSet::new();
    visit(supergraph, document, operation_name, options, &mut |_, _, field, possible| {
        rules.extend(&supergraph.rules_of_field(field, possible));
    })?;
    Ok(rules)
}

/// The selections that a viewer who does not meet the rules of [`PlanningOptions::unmet_rules`] may not see, in the
/// order of the operation, each path and field once, and at most `selections_max` of them.
///
/// # Errors
/// As [`rules_of_operation`].
pub fn barred_selections(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation_name: Option<&str>,
    options: &PlanningOptions,
    selections_max: usize,
) -> Result<Vec<BarredSelection>, PlanningError> {
    let mut barred: Vec<BarredSelection> = Vec::new();
    visit(supergraph, document, operation_name, options, &mut |above, response_key, field, possible| {
        if barred.len() >= selections_max {
            return;
        }
        let Some((field, rules)) = barred_on(supergraph, field, possible, &options.unmet_rules) else { return };
        let path: Vec<Name> = above.iter().chain([response_key]).cloned().collect();
        // What stands below a selection that is barred is not asked for either.
        if barred
            .iter()
            .any(|other| path.starts_with(&other.path) && (path.len() > other.path.len() || field == other.field))
        {
            return;
        }
        barred.push(BarredSelection { path, field, rules });
    })?;
    Ok(barred)
}

/// Object types that clients do not know are never what they get, and are not named.
fn barred_on(
    supergraph: &Supergraph,
    field: FieldId,
    possible: &TypeSet,
    unmet: &RuleSet,
) -> Option<(FieldId, RuleSet)> {
    let name = &supergraph.field(field).name;
    let public = supergraph.api_schema();
    let is_public = |ty: &TypeId| public.types.contains_key(&supergraph.type_definition(*ty).name);
    let on_objects = possible.iter().filter(is_public).filter_map(|ty| supergraph.field_id(ty, name));
    on_objects.map(|field| (field, supergraph.barring_rules(field, unmet))).find(|(_, rules)| !rules.is_empty())
}

fn visit(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation_name: Option<&str>,
    options: &PlanningOptions,
    visitor: &mut operation::Visitor<'_>,
) -> Result<(), PlanningError> {
    if supergraph.authorization().is_empty() {
        return Ok(());
    }
    let (operation, root) = crate::chosen(supergraph, document, operation_name)?;
    operation::visit_selections(supergraph, options, document, &operation.selection_set, root, visitor)
}
