//! The selection of a `@fromContext`, type by type.

use apollo_compiler::ast::{Definition, Document, Selection};

/// Of a context's selection (`{ locale }`, or `... on User { locale } ... on Shop { country }`), the part that is valid on
/// one type, without braces around it.
///
/// One selection serves every type that sets the context; its fragments on the others would not be valid on this one
/// (GraphQL section 5.5.2.3). `applies` tells of a fragment's type whether it concerns this one. Text that is no selection
/// is given back as it is.
pub fn context_selection_on(selection: &str, applies: impl Fn(&str) -> bool) -> String {
    let text = selection.trim();
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).trim();
    let Ok(document) = Document::parse(format!("{{{inner}}}"), "selection") else { return inner.to_owned() };
    let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else { return inner.to_owned() };
    let is_kept = |selection: &&Selection| match selection {
        Selection::InlineFragment(fragment) => fragment.type_condition.as_ref().is_none_or(|on| applies(on)),
        _ => true,
    };
    let kept = operation.selection_set.iter().filter(is_kept);
    kept.map(|selection| selection.serialize().no_indent().to_string()).collect::<Vec<_>>().join(" ")
}
