//! What a fetch asks for, in a few words: `Query.courses`, or `Playable.stream` for one that asks about entities.

use apollo_compiler::ast::{Definition, Document, OperationType, Selection};

/// The first field that a fetch's document asks for, and the type that has it. Nothing for what is no document.
#[must_use]
pub fn fetch_name(document: &str) -> Option<String> {
    let parsed = Document::parse(document, "fetch.graphql").unwrap_or_else(|invalid| invalid.partial);
    let operation = parsed.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    })?;
    let root = match operation.operation_type {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let fields: Vec<_> = operation
        .selection_set
        .iter()
        .filter_map(|selection| match selection {
            Selection::Field(field) => Some(field),
            _ => None,
        })
        .collect();
    let entities = fields.iter().find(|field| field.name == "_entities");
    if let Some(entities) = entities {
        return entities.selection_set.iter().find_map(|selection| match selection {
            Selection::InlineFragment(fragment) => {
                let ty = fragment.type_condition.as_ref()?;
                Some(format!("{ty}.{}", first_field(&fragment.selection_set)?))
            }
            _ => None,
        });
    }
    Some(format!("{root}.{}", first_field(&operation.selection_set)?))
}

fn first_field(selections: &[Selection]) -> Option<&str> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) if field.name != "__typename" => Some(field.name.as_str()),
        Selection::InlineFragment(fragment) => first_field(&fragment.selection_set),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::fetch_name;

    #[test]
    fn a_fetch_is_called_by_what_it_asks_for_first() {
        let named = |text| fetch_name(text).unwrap_or_default();
        assert_eq!(named("{ __typename courses(first: 3) { id } me { id } }"), "Query.courses");
        assert_eq!(named("mutation Rename { rename(name: \"x\") { id } }"), "Mutation.rename");
        let entities = "query($representations:[_Any!]!){_entities(representations:$representations){...on Playable{__typename stream{url}}}}";
        assert_eq!(named(entities), "Playable.stream");
        assert_eq!(named("{ ... on Query { me { id } } }"), "Query.me");
        assert_eq!(named("no document"), "");
    }
}
