//! From a document's text to an operation that can be executed.

use std::sync::Arc;

use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::executable::Operation as ExecutableOperation;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name};
use router_execution::{PrepareError, PreparedOperation};
use router_planning::authorization::{barred_selections, rules_of_operation};
use router_planning::{PlanningError, PlanningOptions};
use router_schema::Supergraph;

use super::cache::Key;
use super::{Operation, Operations, limits};
use crate::authorization::Denial;
use crate::caching::{self, FetchSubjects};
use crate::configuration::{CostMode, OperationLimits};
use crate::cost::{self, Formula};
use crate::recording::record_of;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::telemetry;

/// More errors than a person reads; the rest is left out.
const ERRORS_MAX: usize = 20;

/// How many of the selections that a viewer may not see are named when the operation is refused.
const DENIED_MAX: usize = 20;

/// Parses, bounds, validates, reckons the cost and plans.
pub(super) fn prepare(operations: &Operations, key: &Key) -> Result<Operation, Refusal> {
    let (supergraph, limits) = (&operations.supergraph, &operations.settings.limits);
    let operation_name = key.operation_name.as_deref();
    let syntax = parse(limits, &key.document)?;
    limits::check(limits, &syntax)?;
    let document = validate(supergraph, &syntax)?;
    let name = operation_name.map(operation_name_of).transpose()?;
    let operation = operation_of(&document, operation_name)?;
    let kind = operation.operation_type;
    let cost = cost_of(operations, &document, operation)?;
    let options = PlanningOptions {
        override_labels: key.override_labels.clone(),
        unmet_rules: key.unmet.rules.clone(),
        ..PlanningOptions::default()
    };
    let plan = router_planning::plan_with_options(supergraph, &document, operation_name, &options)
        .map_err(|error| unplannable(&error))?;
    let rules = rules_of_operation(supergraph, &document, operation_name, &options);
    let rules = rules.map_err(|error| unplannable(&error))?;
    let mut denied = Vec::new();
    let mut denial = None;
    if !key.unmet.rules.is_empty() {
        let barred = barred_selections(supergraph, &document, operation_name, &options, DENIED_MAX)
            .map_err(|error| unplannable(&error))?;
        let own = Denial::new(Arc::clone(supergraph), key.unmet.clone());
        denied = barred.iter().map(|selection| own.of_selection(selection)).collect();
        denial = Some(own);
    }
    let (hints, default_max_age) = (&operations.hints, operations.default_max_age_seconds);
    let said = (hints, &operations.cache_tags);
    let policy = caching::policy_of(hints, default_max_age, &document, operation);
    let fetches = plan.fetches.iter().map(|fetch| caching::read_fetch(supergraph, said, default_max_age, fetch));
    let (subjects, fetch_policies) = fetches.unzip();
    let changes = match kind {
        OperationType::Mutation => FetchSubjects::of_operation(supergraph, &syntax, operation_name),
        OperationType::Query | OperationType::Subscription => FetchSubjects::default(),
    };
    let record = Arc::new(record_of(&key.document, &document, operation, &plan, supergraph));
    let mut prepared = PreparedOperation::new(document, name.as_ref(), plan).map_err(|error| unprepared(&error))?;
    if let Some(denial) = denial {
        prepared = prepared.with_guard(Arc::new(denial));
    }
    let measured = telemetry::operation_slot(prepared.operation().name.as_deref());
    let (prepared, digest) = (Arc::new(prepared), key.digest(operations.digest));
    Ok(Operation {
        prepared,
        kind,
        cost,
        rules,
        denied,
        digest,
        policy,
        fetch_policies,
        subjects,
        changes,
        measured,
        record,
    })
}

fn cost_of(
    operations: &Operations,
    document: &ExecutableDocument,
    operation: &ExecutableOperation,
) -> Result<Formula, Refusal> {
    let (formula, problems) = cost::compile(&operations.costs, document, operation);
    if problems.is_empty() || operations.settings.cost.mode == CostMode::Measure {
        return Ok(formula);
    }
    let errors = problems.iter().map(|problem| RequestError::new(ErrorCode::BadUserInput, problem.to_string()));
    Err(Refusal::of_errors(RefusalClass::Operation, errors.take(ERRORS_MAX).collect()))
}

pub(super) fn parse(limits: &OperationLimits, text: &str) -> Result<Document, Refusal> {
    let mut parser = Parser::new().recursion_limit(limits.syntax_depth_max).token_limit(limits.tokens_max);
    let parsed = parser.parse_ast(text, "operation");
    if parser.recursion_reached() > limits.syntax_depth_max {
        let message =
            format!("The document nests more than {} levels deep; ask for less depth.", limits.syntax_depth_max);
        return Err(Refusal::new(RefusalClass::Syntax, ErrorCode::OperationTooDeep, message));
    }
    if parser.tokens_reached() > limits.tokens_max {
        let message = format!("The document has more than {} tokens; ask for less, or in parts.", limits.tokens_max);
        return Err(Refusal::new(RefusalClass::Syntax, ErrorCode::OperationTooComplex, message));
    }
    parsed.map_err(|found| Refusal::of_errors(RefusalClass::Syntax, request_errors(&found.errors)))
}

/// Names that the schema lacks are reported alone: a field without its unknown ones would look empty, and say so first.
fn validate(supergraph: &Supergraph, syntax: &Document) -> Result<Valid<ExecutableDocument>, Refusal> {
    let refused = |found: &DiagnosticList| Refusal::of_errors(RefusalClass::Operation, request_errors(found));
    let schema = supergraph.api_schema();
    let document = syntax.to_executable(schema).map_err(|found| refused(&found.errors))?;
    document.validate(schema).map_err(|found| refused(&found.errors))
}

fn request_errors(found: &DiagnosticList) -> Vec<RequestError> {
    let errors = found.iter().take(ERRORS_MAX).map(|diagnostic| {
        let error = diagnostic.to_json();
        RequestError::new(ErrorCode::BadUserInput, error.message).at(error.locations)
    });
    errors.collect()
}

fn operation_name_of(name: &str) -> Result<Name, Refusal> {
    Name::new(name).map_err(|_| refused(format!("\"operationName\" is `{name}`, which is no GraphQL name.")))
}

fn operation_of<'d>(
    document: &'d ExecutableDocument,
    operation_name: Option<&str>,
) -> Result<&'d ExecutableOperation, Refusal> {
    document.operations.get(operation_name).map(|operation| &**operation).map_err(|_| {
        refused(match operation_name {
            Some(name) => format!("The document has no operation called `{name}`."),
            None => "The document holds several operations, or none; name one in \"operationName\".".to_owned(),
        })
    })
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalClass::Operation, ErrorCode::BadUserInput, message)
}

fn unplannable(error: &PlanningError) -> Refusal {
    let code = match error {
        PlanningError::UnknownOperation { .. } | PlanningError::NoRootType { .. } => ErrorCode::BadUserInput,
        PlanningError::TooDeep { .. } => ErrorCode::OperationTooDeep,
        PlanningError::TooLarge { .. } | PlanningError::BudgetExceeded { .. } | PlanningError::PlanTooLarge { .. } => {
            ErrorCode::OperationTooComplex
        }
        PlanningError::Unresolvable { .. } => {
            tracing::error!(%error, "an operation has no plan; the supergraph should not have composed");
            ErrorCode::Internal
        }
    };
    Refusal::new(RefusalClass::Operation, code, format!("{error}."))
}

fn unprepared(error: &PrepareError) -> Refusal {
    match error {
        PrepareError::UnknownOperation => refused(format!("{error}.")),
        PrepareError::IntrospectionTooDeep(_) => {
            Refusal::new(RefusalClass::Operation, ErrorCode::OperationTooDeep, format!("{error}."))
        }
        PrepareError::FetchDocument { .. } | PrepareError::FetchOrder { .. } => {
            tracing::error!(%error, "the planner made a plan that breaks its own rules");
            Refusal::new(RefusalClass::Operation, ErrorCode::Internal, "The operation cannot be planned.")
        }
    }
}
