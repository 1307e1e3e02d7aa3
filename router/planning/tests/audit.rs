//! Every operation of the public federation audit.

use std::collections::HashMap;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use router_planning::plan;
use router_schema::Supergraph;

use crate::fixtures::{Case, Suite, suites};
use crate::merged_data::MergedData;
use crate::subgraph_schema::served_schema;

/// Every operation has a plan; every fetch is valid for its subgraph; every input and every answer is fetched.
#[test]
fn every_operation_of_the_audit_has_a_plan_of_valid_fetches() {
    let mut failures = Vec::new();
    let mut count = 0;
    for suite in suites() {
        let schemas: HashMap<&str, Valid<Schema>> =
            suite.subgraphs.iter().map(|subgraph| (subgraph.name.as_str(), served_schema(&subgraph.sdl))).collect();
        for (number, case) in suite.cases.iter().enumerate() {
            count += 1;
            if let Err(message) = check(&suite, &schemas, case) {
                failures.push(format!("{} #{number}: {message}\n{}", suite.name, case.query));
            }
        }
    }
    assert_eq!(count, 199);
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n---\n"));
}

fn check(suite: &Suite, schemas: &HashMap<&str, Valid<Schema>>, case: &Case) -> Result<(), String> {
    let parsed = ExecutableDocument::parse_and_validate(suite.supergraph.api_schema(), &case.query, "query");
    let document = match parsed {
        Ok(document) => document,
        Err(_) if case.expected.errors => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let plan = match plan(&suite.supergraph, &document, None) {
        Ok(plan) => plan,
        // The case expects the whole operation to fail.
        Err(_) if case.expected.errors && case.expected.data.is_null() => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let mut fetched = Vec::new();
    for fetch in &plan.fetches {
        let subgraph = suite.supergraph.subgraph(fetch.subgraph);
        let parsed =
            ExecutableDocument::parse_and_validate(&schemas[subgraph.name.as_str()], &fetch.document.text, "fetch");
        let parsed = parsed.map_err(|error| format!("{}: {}\n{}", subgraph.name, fetch.document.text, error.errors))?;
        fetched.push(parsed.into_inner());
    }
    MergedData::of(&plan, &fetched)
        .and_then(|data| data.require_answer(&case.expected.data, ""))
        .map_err(|message| format!("{message}\n{plan:#?}"))
}

/// The public schema that this repository derives is the one that the reference composer derives.
#[test]
fn the_public_schema_of_every_suite_is_that_of_the_reference_composer() {
    for suite in suites() {
        let expected = Schema::builder().ignore_builtin_redefinitions().parse(&suite.api_sdl, "api").build();
        let expected = expected.unwrap_or_else(|error| error.partial);
        assert_eq!(elements(suite.supergraph.api_schema()), elements(&expected), "{}", suite.name);
    }
}

/// The same operation always has the same plan.
#[test]
fn plans_are_deterministic() {
    for suite in suites() {
        for Case { query, .. } in &suite.cases {
            let parse = |supergraph: &Supergraph| {
                let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), query, "query").ok()?;
                Some(plan(supergraph, &document, None))
            };
            assert_eq!(parse(&suite.supergraph), parse(&suite.supergraph), "{}", suite.name);
        }
    }
}

/// Each type, field, argument, value and member of a schema on a line of its own, sorted.
fn elements(schema: &Schema) -> Vec<String> {
    use apollo_compiler::schema::ExtendedType as Type;
    let mut lines = Vec::new();
    for (name, ty) in schema.types.iter().filter(|(name, ty)| !ty.is_built_in() && !name.starts_with("__")) {
        let fields = match ty {
            Type::Object(object) => Some((&object.fields, &object.implements_interfaces)),
            Type::Interface(interface) => Some((&interface.fields, &interface.implements_interfaces)),
            _ => None,
        };
        if let Some((fields, interfaces)) = fields {
            lines.extend(interfaces.iter().map(|interface| format!("{name} implements {}", interface.name)));
            for field in fields.values().filter(|field| !field.name.starts_with("__")) {
                let arguments: Vec<_> = field.arguments.iter().map(ToString::to_string).collect();
                lines.push(format!("{name}.{}({}): {}", field.name, arguments.join(", "), field.ty));
            }
        }
        match ty {
            Type::Union(union_type) => {
                lines.extend(union_type.members.iter().map(|member| format!("{name} = {}", member.name)));
            }
            Type::Enum(enumeration) => lines.extend(enumeration.values.keys().map(|value| format!("{name} = {value}"))),
            Type::InputObject(input) => {
                lines.extend(input.fields.values().map(|field| format!("{name}.{}: {}", field.name, field.ty)));
            }
            Type::Scalar(_) if !["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str()) => {
                lines.push(format!("scalar {name}"));
            }
            _ => {}
        }
    }
    lines.sort();
    lines
}
