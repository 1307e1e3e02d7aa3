//! `@cost` and `@listSize`: they stand where a cost arises, and name what exists.
//!
//! Source: the cost specification, <https://ibm.github.io/graphql-specs/cost-spec.html>, as far as Federation follows it.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, FieldDefinition, Type, Value};

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, fields_of};

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, fields) in subgraph.composite_types() {
        for field in fields.values() {
            let on = format!("{name}.{}", field.name);
            if let Some(cost) = subgraph.on_field(FederationDirective::Cost, field).filter(|_| ty.is_interface()) {
                findings.error(
                    ErrorCode::CostAppliedToInterfaceField,
                    format!("[{}] {on}: @{} cannot stand on an interface field", subgraph.name, cost.name),
                    [(subgraph, cost.location(), "on an interface field".to_owned())],
                    "Move it to the field of the implementing types.",
                );
            }
            if let Some(list_size) = subgraph.on_field(FederationDirective::ListSize, field) {
                ListSize { subgraph, findings, field, on: &on, applied: list_size }.check();
            }
        }
    }
}

/// One `@listSize` under check.
struct ListSize<'c> {
    subgraph: &'c Subgraph,
    findings: &'c mut Findings,
    field: &'c FieldDefinition,
    on: &'c str,
    applied: &'c Node<Directive>,
}

impl ListSize<'_> {
    fn check(&mut self) {
        let sized_fields = names(self.applied, "sizedFields");
        if sized_fields.is_empty() && !is_list(&self.field.ty) {
            let message = format!("returns {}, which is no list", self.field.ty);
            let remedy = "Put it on a field that returns a list, or name the list fields below it in sizedFields.";
            self.report(ErrorCode::ListSizeAppliedToNonList, &message, remedy);
        }
        let assumed = self.applied.specified_argument_by_name("assumedSize").and_then(|value| value.to_i32());
        if assumed.is_some_and(|size| size < 0) {
            let code = ErrorCode::ListSizeInvalidAssumedSize;
            self.report(code, "the assumedSize is negative", "Assume a size of 0 or more.");
        }
        for name in names(self.applied, "slicingArguments") {
            self.check_slicing_argument(&name);
        }
        for name in sized_fields {
            self.check_sized_field(&name);
        }
    }

    fn check_slicing_argument(&mut self, name: &str) {
        let code = ErrorCode::ListSizeInvalidSlicingArgument;
        match self.field.argument_by_name(name) {
            None => {
                let message = format!("the slicing argument \"{name}\" does not exist");
                self.report(code, &message, "Name arguments of this field.");
            }
            Some(argument) if argument.ty.inner_named_type() != "Int" || is_list(&argument.ty) => {
                let message = format!("the slicing argument \"{name}\" is {}, not Int", argument.ty);
                self.report(code, &message, "Name arguments of the type Int or Int!.");
            }
            Some(_) => {}
        }
    }

    fn check_sized_field(&mut self, name: &str) {
        let returned = self.field.ty.inner_named_type();
        let fields = self.subgraph.schema.types.get(returned).and_then(fields_of);
        match fields.and_then(|fields| fields.get(name)) {
            None => {
                let message = format!("the sized field \"{name}\" does not exist on \"{returned}\"");
                let remedy = "Name list fields of the object that this field returns.";
                self.report(ErrorCode::ListSizeInvalidSizedField, &message, remedy);
            }
            Some(sized) if !is_list(&sized.ty) => {
                let message = format!("the sized field \"{returned}.{name}\" is {}, which is no list", sized.ty);
                self.report(ErrorCode::ListSizeAppliedToNonList, &message, "Name list fields only.");
            }
            Some(_) => {}
        }
    }

    fn report(&mut self, code: ErrorCode, message: &str, remedy: &str) {
        let (subgraph, directive) = (self.subgraph, &self.applied.name);
        self.findings.error(
            code,
            format!("[{}] {}: @{directive}: {message}", subgraph.name, self.on),
            [(subgraph, self.applied.location(), "this size".to_owned())],
            remedy,
        );
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::NonNullList(_))
}

/// The strings in a list argument.
fn names(applied: &Directive, argument: &str) -> Vec<String> {
    let list = applied.specified_argument_by_name(argument).and_then(|value| value.as_list()).unwrap_or_default();
    list.iter().filter_map(|item: &Node<Value>| item.as_str().map(str::to_owned)).collect()
}
