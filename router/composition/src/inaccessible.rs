//! What `@inaccessible` hides must leave a public schema that stands by itself.

use apollo_compiler::Name;
use apollo_compiler::ast::{DirectiveList, FieldDefinition, InputValueDefinition, Value};
use apollo_compiler::schema::ExtendedType;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::merge::{Merged, is_executable};
use crate::subgraph::{Subgraph, fields_of, interfaces_of};

/// The name of the directive in supergraphs.
const INACCESSIBLE: &str = "inaccessible";

/// Checks the merged types.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, findings: &mut Findings) {
    let mut check = Check { subgraphs, merged, findings };
    for (name, ty) in merged.types.iter().filter(|(_, ty)| !is_hidden_type(ty)) {
        check.children(name, ty);
        check.fields(name, ty);
    }
    check.directive_arguments();
    if merged.types.get("Query").is_some_and(is_hidden_type) {
        check.report(
            ErrorCode::QueryRootTypeInaccessible,
            ("Query", None),
            "the query root is @inaccessible",
            "Hide its fields instead.",
        );
    }
}

struct Check<'c> {
    subgraphs: &'c [Subgraph],
    merged: &'c Merged,
    findings: &'c mut Findings,
}

impl Check<'_> {
    fn report(&mut self, code: ErrorCode, (ty, field): (&str, Option<&str>), message: &str, remedy: &str) {
        let places = self.subgraphs.iter().filter_map(|subgraph| {
            let definition = subgraph.schema.types.get(ty)?;
            let span = match field {
                Some(field) => subgraph.field(ty, field)?.name.location(),
                None => definition.name().location(),
            };
            Some((subgraph, span, "here".to_owned()))
        });
        self.findings.error(code, message, places, remedy);
    }

    /// Directives for schemas are never public, so hiding their arguments is a mistake.
    fn directive_arguments(&mut self) {
        for subgraph in self.subgraphs {
            let hidden = subgraph.links.local_name(FederationDirective::Inaccessible);
            for definition in subgraph.schema.directive_definitions.values() {
                let is_for_schemas = definition.locations.iter().any(|location| !is_executable(*location));
                for argument in definition.arguments.iter().filter(|argument| argument.directives.has(hidden)) {
                    if !is_for_schemas {
                        continue;
                    }
                    self.findings.error(
                        ErrorCode::DisallowedInaccessible,
                        format!(
                            "[{}] \"@{}({}:)\" is @inaccessible, but the directive can stand in schemas",
                            subgraph.name, definition.name, argument.name
                        ),
                        [(subgraph, argument.name.location(), "cannot be hidden".to_owned())],
                        "Remove @inaccessible: clients do not see directives of schemas.",
                    );
                }
            }
        }
    }

    /// A public type has something public in it.
    fn children(&mut self, name: &Name, ty: &ExtendedType) {
        let is_emptied = match ty {
            ExtendedType::Object(_) | ExtendedType::Interface(_) => {
                fields_of(ty).is_some_and(|fields| fields.values().all(|field| is_hidden(&field.directives)))
            }
            ExtendedType::Enum(ty) => ty.values.values().all(|value| is_hidden(&value.directives)),
            ExtendedType::InputObject(ty) => ty.fields.values().all(|field| is_hidden(&field.directives)),
            ExtendedType::Union(ty) => ty.members.iter().all(|member| self.is_hidden_name(&member.name)),
            ExtendedType::Scalar(_) => false,
        };
        if is_emptied {
            let message = format!("\"{name}\" is public but everything in it is @inaccessible");
            self.report(
                ErrorCode::OnlyInaccessibleChildren,
                (name, None),
                &message,
                "Mark the type @inaccessible too.",
            );
        }
    }

    fn fields(&mut self, name: &Name, ty: &ExtendedType) {
        for field in fields_of(ty).into_iter().flat_map(|fields| fields.values()) {
            if !is_hidden(&field.directives) {
                self.output_field(name, field);
            } else if let Some(interface) = self.public_interface_with(ty, &field.name) {
                let message =
                    format!("\"{name}.{}\" is @inaccessible but implements \"{interface}.{}\"", field.name, field.name);
                let remedy = "Mark the interface's field @inaccessible too.";
                self.report(ErrorCode::ImplementedByInaccessible, (name, Some(&field.name)), &message, remedy);
            }
        }
        if let ExtendedType::InputObject(input) = ty {
            for field in input.fields.values() {
                self.input_value(&format!("{name}.{}", field.name), (name, None), field);
            }
        }
    }

    fn output_field(&mut self, ty: &Name, field: &FieldDefinition) {
        let on = format!("{ty}.{}", field.name);
        let at = (ty.as_str(), Some(field.name.as_str()));
        self.reference(&on, at, field.ty.inner_named_type());
        for argument in &field.arguments {
            self.input_value(&format!("{on}({}:)", argument.name), at, argument);
        }
    }

    fn input_value(&mut self, on: &str, at: (&str, Option<&str>), value: &InputValueDefinition) {
        if is_hidden(&value.directives) {
            if value.is_required() {
                let message = format!("\"{on}\" is required but @inaccessible");
                let remedy = "Make it nullable, give it a default, or make it public.";
                self.report(ErrorCode::RequiredInaccessible, at, &message, remedy);
            }
            return;
        }
        let named = value.ty.inner_named_type();
        self.reference(on, at, named);
        let hidden = value.default_value.as_ref().and_then(|default| self.hidden_value(named, default));
        if let Some(hidden) = hidden {
            let message = format!("the default of \"{on}\" is {hidden}, which is @inaccessible");
            self.report(ErrorCode::DefaultValueUsesInaccessible, at, &message, "Choose a public default.");
        }
    }

    fn reference(&mut self, on: &str, at: (&str, Option<&str>), named: &Name) {
        if self.is_hidden_name(named) {
            let message = format!("\"{on}\" is public but is of the @inaccessible type \"{named}\"");
            self.report(
                ErrorCode::ReferencedInaccessible,
                at,
                &message,
                "Mark it @inaccessible too, or make the type public.",
            );
        }
    }

    fn is_hidden_name(&self, name: &Name) -> bool {
        self.merged.types.get(name).is_some_and(is_hidden_type)
    }

    /// A public interface of the type with this field public.
    fn public_interface_with(&self, ty: &ExtendedType, field: &str) -> Option<Name> {
        interfaces_of(ty).into_iter().find_map(|name| {
            let interface = self.merged.types.get(name).filter(|interface| !is_hidden_type(interface))?;
            let field = fields_of(interface)?.get(field)?;
            (!is_hidden(&field.directives)).then(|| name.clone())
        })
    }

    /// A hidden enum value in a default.
    fn hidden_value(&self, named: &Name, default: &Value) -> Option<Name> {
        match default {
            Value::Enum(name) => {
                let ExtendedType::Enum(ty) = self.merged.types.get(named)? else { return None };
                ty.values.get(name).filter(|value| is_hidden(&value.directives)).map(|_| name.clone())
            }
            Value::List(items) => items.iter().find_map(|item| self.hidden_value(named, item)),
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let ExtendedType::InputObject(input) = self.merged.types.get(named)? else { return None };
                self.hidden_value(input.fields.get(name)?.ty.inner_named_type(), value)
            }),
            _ => None,
        }
    }
}

fn is_hidden(directives: &DirectiveList) -> bool {
    directives.has(INACCESSIBLE)
}

fn is_hidden_type(ty: &ExtendedType) -> bool {
    ty.directives().has(INACCESSIBLE)
}
