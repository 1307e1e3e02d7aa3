//! A subgraph's SDL as the schema that its server serves: with `_entities`, without federation directives.

use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

/// The schema against which a fetch document must be valid.
pub(crate) fn served_schema(sdl: &str) -> Valid<Schema> {
    let declared = build(sdl);
    let has_key =
        |ty: &&ExtendedType| ty.is_object() && ty.directives().iter().any(|applied| applied.name.ends_with("key"));
    let entities: Vec<_> = declared.types.values().filter(has_key).map(|ty| ty.name().to_string()).collect();
    let query = declared.schema_definition.query.as_ref().map_or("Query", |name| name.as_str());
    let mut text = format!("{sdl}\n extend type {query} {{ _service: String }}");
    if !entities.is_empty() {
        let members = entities.join(" | ");
        text += &format!(
            "\nscalar _Any union _Entity = {members}
             extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}"
        );
    }
    let mut schema = build(&text);
    strip_directives(&mut schema);
    // `extend schema @link(…)` hides from the parser that the root types have their usual names.
    let has = |name: &str| schema.types.contains_key(name).then(|| Name::new(name).unwrap().into());
    let (has_query, has_mutation) = (has("Query"), has("Mutation"));
    let definition = schema.schema_definition.make_mut();
    definition.query = definition.query.take().or(has_query);
    definition.mutation = definition.mutation.take().or(has_mutation);
    schema.validate().unwrap_or_else(|error| panic!("{}", error.errors))
}

/// What is wrong in a schema without the federation directives is of no interest here.
fn build(text: &str) -> Schema {
    let builder = Schema::builder().adopt_orphan_extensions().ignore_builtin_redefinitions();
    builder.parse(text, "subgraph").build().unwrap_or_else(|error| error.partial)
}

fn strip_directives(schema: &mut Schema) {
    schema.schema_definition.make_mut().directives.0.clear();
    schema.directive_definitions.retain(|_, definition| definition.is_built_in());
    for ty in schema.types.values_mut().filter(|ty| !ty.is_built_in()) {
        match ty {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                object.directives.0.clear();
                object.fields.values_mut().for_each(|field| strip_field(field.make_mut()));
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                interface.directives.0.clear();
                interface.fields.values_mut().for_each(|field| strip_field(field.make_mut()));
            }
            ExtendedType::Union(union_type) => union_type.make_mut().directives.0.clear(),
            ExtendedType::Scalar(scalar) => scalar.make_mut().directives.0.clear(),
            ExtendedType::Enum(enumeration) => {
                let enumeration = enumeration.make_mut();
                enumeration.directives.0.clear();
                enumeration.values.values_mut().for_each(|value| value.make_mut().directives.0.clear());
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                input.directives.0.clear();
                input.fields.values_mut().for_each(|field| field.make_mut().directives.0.clear());
            }
        }
    }
}

fn strip_field(field: &mut FieldDefinition) {
    field.directives.0.clear();
    field.arguments.iter_mut().for_each(|argument| argument.make_mut().directives.0.clear());
}
