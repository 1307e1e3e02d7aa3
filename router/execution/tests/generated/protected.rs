//! Graphs whose types and fields not everybody may see: the federated answer is that of one server that judges each
//! field of each object by itself, and nothing is asked of a subgraph that only a better viewer would see.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::ast::DirectiveList as FieldDirectives;
use apollo_compiler::executable::{self, SelectionSet};
use apollo_compiler::schema::{Component, Directive, DirectiveList, ExtendedType};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use router_execution::{
    Executor, FieldGuard, FieldRefusal, JsonMap, NoForwarding, PreparedOperation, RequestContext, coerce_variables,
};
use router_planning::PlanningOptions;
use router_planning::authorization::{barred_selections, rules_of_operation};
use router_planning::plan::QueryPlan;
use router_schema::{FieldId, RuleId, RuleSet, Supergraph, TypeKind};
use serde_json::Value;

use super::random::Random;
use super::{compose, number, operation, schema};
use crate::federated::{World, executor, monolith_answer};

const GRAPHS: u64 = 24;
const OPERATIONS_PER_GRAPH: usize = 20;
const CODE: &str = "MAY_NOT_SEE";

const DEFINITIONS: &str = r#"
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
extend schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
"#;

/// FED-19, FED-21, FED-23, FED-26: whatever aliases, fragments, interfaces and interface objects the operation goes
/// through, and whatever joins fetch for themselves.
#[tokio::test]
async fn a_viewer_sees_what_one_server_would_show_and_nothing_else_is_fetched() {
    let first = number("LYCEUM_DIFFERENTIAL_SEED").unwrap_or(1);
    let graphs = number("LYCEUM_DIFFERENTIAL_GRAPHS").unwrap_or(GRAPHS);
    let mut found = Found::default();
    for seed in first..first + graphs {
        let files = schema::subgraphs(seed);
        let Some(supergraph) = compose(&files) else { continue };
        let mut random = Random::new(seed ^ 0xa117);
        let protected = protected(&mut random, &supergraph);
        let parsed = Supergraph::parse(&protected).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{protected}"));
        let world = Arc::new(World::new(parsed, &files));
        let executor = executor(&world);
        for _ in 0..OPERATIONS_PER_GRAPH {
            compare(seed, &world, &executor, &mut random, &mut found).await;
        }
    }
    println!("{found:?}");
    if graphs >= GRAPHS {
        assert!(found.compared > 300 && found.with_denials > 120 && found.joins_fetched > 20, "{found:?}");
    }
}

#[derive(Debug, Default)]
struct Found {
    compared: usize,
    with_denials: usize,
    /// Documents with a field that joins need and the viewer may not see.
    joins_fetched: usize,
}

async fn compare(seed: u64, world: &Arc<World>, executor: &Executor, random: &mut Random, found: &mut Found) {
    let graph = &world.supergraph;
    let (text, sent) = operation::operation(random, graph.api_schema());
    let Ok(document) = ExecutableDocument::parse_and_validate(graph.api_schema(), &text, "q") else { return };
    let percent = [20, 50, 100][random.below(3)];
    let unmet: RuleSet =
        (0..graph.authorization().rules().len()).map(RuleId).filter(|_| random.percent(percent)).collect();
    let options = PlanningOptions { unmet_rules: unmet.clone(), ..PlanningOptions::default() };
    let place = || format!("seed {seed}\n{text}\nvariables {sent}\nunmet {unmet:?}");
    let plan = router_planning::plan_with_options(graph, &document, None, &options)
        .unwrap_or_else(|error| panic!("{error}\n{}", place()));
    found.joins_fetched += check_documents(world, &plan, &unmet, &place());

    let rules = rules_of_operation(graph, &document, None, &options).unwrap();
    let barred = barred_selections(graph, &document, None, &options, usize::MAX).unwrap();
    assert!(barred.is_empty() || rules.intersects(&unmet), "{}", place());

    let shown = plan.display(graph);
    let operation = PreparedOperation::new(document.clone(), None, plan).unwrap();
    let guard = Guard { world: Arc::clone(world), unmet: unmet.clone() };
    let operation = operation.with_guard(Arc::new(guard));
    let sent: JsonMap = serde_json::from_value(sent.clone()).unwrap();
    let variables = coerce_variables(graph.api_schema(), operation.operation(), &sent).unwrap();
    // Once for a viewer who sees everything, so that the subgraphs know which objects stand around an entity.
    world.set_unmet_rules(&RuleSet::new());
    monolith_answer(world, &document, &variables);
    world.set_unmet_rules(&unmet);
    let expected = monolith_answer(world, &document, &variables);
    let context = RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
    let reply = executor.execute(&operation, &variables, &context).await;
    let reply: Value = serde_json::from_slice(&reply.to_bytes()).unwrap();
    assert_eq!(reply["data"], expected["data"], "{}\n{shown}\n{reply}\n{expected}", place());

    let (ours, theirs) = (errors(&reply), errors(&expected));
    assert!(ours.iter().all(|error| error["extensions"]["code"] == CODE), "{}\n{reply}", place());
    let paths =
        |errors: &[Value]| -> BTreeSet<String> { errors.iter().map(|error| error["path"].to_string()).collect() };
    assert!(paths(&ours).is_subset(&paths(&theirs)), "{}\n{reply}\n{expected}", place());
    assert_eq!(ours.is_empty(), theirs.is_empty(), "{}\n{reply}\n{expected}", place());
    let selections: BTreeSet<String> =
        ours.iter().map(|error| format!("{} {}", error["message"], without_indices(&error["path"]))).collect();
    assert_eq!(selections.len(), ours.len(), "a selection is reported twice: {}\n{reply}", place());
    let named: BTreeSet<String> = barred.iter().map(|selection| format!("{:?}", selection.path)).collect();
    for error in &ours {
        let path = without_indices(&error["path"]);
        assert!(named.contains(&path), "{path} is not among {named:?}: {}", place());
    }
    found.compared += 1;
    found.with_denials += usize::from(!ours.is_empty());
}

fn errors(reply: &Value) -> Vec<Value> {
    reply["errors"].as_array().cloned().unwrap_or_default()
}

fn without_indices(path: &Value) -> String {
    let keys: Vec<&str> = path.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!("{keys:?}")
}

#[derive(Debug)]
struct Guard {
    world: Arc<World>,
    unmet: RuleSet,
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("World")
    }
}

impl FieldGuard for Guard {
    fn refuses(&self, parent_type: &str, field: &str) -> bool {
        let graph = &self.world.supergraph;
        let field = graph.field_id(graph.type_id(parent_type).unwrap(), field).unwrap();
        !graph.barring_rules(field, &self.unmet).is_empty()
    }

    fn refusal(&self, parent_type: &str, field: &str) -> FieldRefusal {
        let extensions = JsonMap::from_iter([("code".into(), CODE.into())]);
        FieldRefusal { message: format!("{parent_type}.{field}"), extensions }
    }
}

/// The supergraph with rules here and there.
fn protected(random: &mut Random, supergraph: &str) -> String {
    let mut schema = Schema::builder()
        .parse(supergraph, "supergraph.graphql")
        .parse(DEFINITIONS, "rules.graphql")
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let is_own =
        |name: &Name| !name.contains("__") && !matches!(name.as_str(), "Int" | "String" | "Boolean" | "Float" | "ID");
    for (name, ty) in schema.types.iter_mut().filter(|(name, _)| is_own(name)) {
        let percent = if matches!(name.as_str(), "Query" | "Mutation") { 2 } else { 12 };
        let rule = random.percent(percent).then(|| rule(random));
        match ty {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                add_to_type(&mut object.directives, rule);
                object.fields.values_mut().for_each(|field| add(random, &mut field.make_mut().directives, 20));
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                add_to_type(&mut interface.directives, rule);
                interface.fields.values_mut().for_each(|field| add(random, &mut field.make_mut().directives, 5));
            }
            ExtendedType::Enum(enumeration) => add_to_type(&mut enumeration.make_mut().directives, rule),
            _ => {}
        }
    }
    schema.to_string()
}

fn add_to_type(directives: &mut DirectiveList, rule: Option<Directive>) {
    directives.0.extend(rule.map(Component::new));
}

fn add(random: &mut Random, directives: &mut FieldDirectives, percent: usize) {
    if random.percent(percent) {
        let rule = rule(random);
        directives.0.push(Node::new(rule));
    }
}

fn rule(random: &mut Random) -> Directive {
    let text = *random.pick(&[
        "@authenticated",
        r#"@requiresScopes(scopes: [["a"]])"#,
        r#"@requiresScopes(scopes: [["b", "c"], ["d"]])"#,
    ]);
    let schema =
        Schema::parse(format!("type T {text} {{ x: Int }}"), "rule.graphql").unwrap_or_else(|error| panic!("{error}"));
    schema.get_object("T").unwrap().directives.iter().next().map(|applied| (***applied).clone()).unwrap()
}

/// No document asks for a field of an object that the viewer may not see, but for the joins' own needs. Gives how many ask
/// for such.
fn check_documents(world: &World, plan: &QueryPlan, unmet: &RuleSet, place: &str) -> usize {
    let mut for_joins = 0;
    for fetch in &plan.fetches {
        let subgraph = &world.supergraph.subgraph(fetch.subgraph).name;
        let document = ExecutableDocument::parse_and_validate(world.served(subgraph), &fetch.document.text, "fetch")
            .unwrap_or_else(|error| panic!("{}", error.errors));
        let operation = document.operations.get(None).unwrap();
        let mut asked = Vec::new();
        add_fields(world, &operation.selection_set, &document, &mut asked);
        let barred: Vec<FieldId> =
            asked.into_iter().filter(|field| is_barred(&world.supergraph, *field, unmet)).collect();
        for field in &barred {
            let field = world.supergraph.field(*field);
            let parent = &world.supergraph.type_definition(field.parent).name;
            assert!(
                world.is_input(&field.name),
                "{parent}.{} is fetched: {place}\n{}",
                field.name,
                fetch.document.text
            );
        }
        for_joins += usize::from(!barred.is_empty());
    }
    for_joins
}

fn add_fields(world: &World, set: &SelectionSet, document: &ExecutableDocument, asked: &mut Vec<FieldId>) {
    for selection in &set.selections {
        match selection {
            executable::Selection::Field(field) => {
                let parent = world.supergraph.type_id(&set.ty);
                asked.extend(parent.and_then(|parent| world.supergraph.field_id(parent, &field.name)));
                add_fields(world, &field.selection_set, document, asked);
            }
            executable::Selection::InlineFragment(inline) => add_fields(world, &inline.selection_set, document, asked),
            executable::Selection::FragmentSpread(spread) => {
                add_fields(world, &spread.fragment_def(document).unwrap().selection_set, document, asked);
            }
        }
    }
}

/// Of an interface's field: on all objects. A join may know that there are only others.
fn is_barred(graph: &Supergraph, field: FieldId, unmet: &RuleSet) -> bool {
    let definition = graph.field(field);
    let parent = graph.type_definition(definition.parent);
    let is_barred = |field| !graph.barring_rules(field, unmet).is_empty();
    if parent.kind != TypeKind::Interface {
        return is_barred(field);
    }
    let mut on_objects = parent.possible_types.iter().filter_map(|ty| graph.field_id(ty, &definition.name)).peekable();
    on_objects.peek().is_some() && on_objects.all(is_barred)
}
