//! Types written in strings, as the arguments of the `join` directives hold them.

use apollo_compiler::ast::{Definition, Document, Type};

/// The type that a text is, if it is one and nothing else.
///
/// It is read as the type of an input field: the parser of types alone panics at some malformed ones.
pub(crate) fn parse_type(text: &str) -> Option<Type> {
    let document = Document::parse(format!("input Type {{ value: {text} }}"), "type").ok()?;
    let [Definition::InputObjectTypeDefinition(input)] = document.definitions.as_slice() else { return None };
    let [field] = input.fields.as_slice() else { return None };
    let is_type_alone = field.default_value.is_none() && field.directives.is_empty();
    is_type_alone.then(|| field.ty.as_ref().clone())
}

#[cfg(test)]
mod tests {
    use super::parse_type;

    #[test]
    fn types_are_read_and_nothing_else_is() {
        for text in ["Int", "[ID!]!", " [[ Kind ]] "] {
            let ty = parse_type(text).map(|ty| ty.to_string());
            assert_eq!(ty, Some(text.replace(' ', "")));
        }
        for text in ["", "/tring", "Int = 1", "Int @a", "Int b: Int", "Int } type B { b: Int", "[Int", "Int!!"] {
            assert_eq!(parse_type(text), None, "{text}");
        }
    }
}
