//! The command line: help, configuration, composing, planning, migrating and seeding.

use std::process::{Command, Output};

use crate::product::{Process, lyceum};

fn run(mut command: Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn run_in(folder: &std::path::Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = lyceum(folder);
    command.args(arguments);
    run(command)
}

/// design.md, "The command": help names every command and every common option with its environment variable.
#[test]
fn the_help_names_every_command_and_option() {
    let folder = tempfile::tempdir().unwrap();
    let (success, help, _) = run_in(folder.path(), &["--help"]);
    assert!(success);
    for word in ["up", "router", "subgraph", "compose", "plan", "migrate", "seed", "config"] {
        assert!(help.contains(&format!("  {word} ")), "{word} is missing from:\n{help}");
    }
    for option in ["config", "data-dir", "listen", "ops-listen", "seed-profile", "log"] {
        assert!(help.contains(&format!("--{option}")), "--{option} is missing from:\n{help}");
        let variable = format!("LYCEUM_{}", option.to_uppercase().replace('-', "_"));
        assert!(help.contains(&variable), "{variable} is missing from:\n{help}");
    }
}

/// Wrong configuration names the file, the line, the key and the remedy.
#[test]
fn a_wrong_key_in_the_configuration_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("wrong.yaml"),
        "subgraphs:\n  identity:\n    urll: http://127.0.0.1:4101/graphql\n",
    )
    .unwrap();
    let (success, _, error) = run_in(folder.path(), &["config", "check", "--config", "wrong.yaml"]);
    assert!(!success);
    for part in ["wrong.yaml", "3", "urll", "url"] {
        assert!(error.contains(part), "{part} is missing from:\n{error}");
    }
}

/// Every option also by an environment variable: those of the router go before the file, and a wrong one is named.
#[test]
fn a_wrong_variable_of_the_environment_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |value: &str| {
        let mut command = lyceum(folder.path());
        command.args(["config", "check"]).env("LYCEUM_ROUTER__OPERATIONS__LIMITS__DEPTH_MAX", value);
        run(command)
    };
    assert!(check("20").0);
    let (success, _, error) = check("deep");
    assert!(!success && error.contains("LYCEUM_ROUTER__OPERATIONS__LIMITS__DEPTH_MAX"), "{error}");
}

/// A configuration file that is not there is an error that says what to do.
#[test]
fn a_missing_configuration_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (success, _, error) = run_in(folder.path(), &["config", "check", "--config", "absent.yaml"]);
    assert!(!success);
    assert!(error.contains("absent.yaml") && error.contains("--config"), "{error}");
}

/// The JSON Schema of the configuration is JSON, and knows the subgraphs.
#[test]
fn the_configuration_has_a_json_schema() {
    let folder = tempfile::tempdir().unwrap();
    let (success, schema, _) = run_in(folder.path(), &["config", "schema"]);
    assert!(success);
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert!(schema["properties"]["subgraphs"].is_object(), "{schema:#}");
}

/// Composing prints a supergraph that planning takes, and composing twice prints the same.
#[test]
fn a_composed_supergraph_plans_an_operation() {
    let folder = tempfile::tempdir().unwrap();
    let (success, supergraph, error) = run_in(folder.path(), &["compose"]);
    assert!(success, "{error}");
    assert!(supergraph.contains("@join__graph(name: \"enrollment\""), "{supergraph}");
    assert_eq!(run_in(folder.path(), &["compose"]).1, supergraph);

    std::fs::write(folder.path().join("supergraph.graphql"), supergraph).unwrap();
    std::fs::write(
        folder.path().join("query.graphql"),
        "{ courses(first: 1) { edges { node { viewerPrice { reason } instructors { handle } } } } }",
    )
    .unwrap();
    let (success, plan, error) =
        run_in(folder.path(), &["plan", "query.graphql", "--supergraph", "supergraph.graphql"]);
    assert!(success, "{error}");
    let place = |name: &str| plan.find(name).unwrap_or_else(|| panic!("{name} is not asked:\n{plan}"));
    assert!(place("learning") < place("enrollment") && place("learning") < place("identity"), "{plan}");

    let (success, json, error) = run_in(folder.path(), &["plan", "query.graphql", "--json"]);
    assert!(success, "{error}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["kind"], "QueryPlan");
}

/// A deferred part of an operation has fetches of its own.
#[test]
fn a_deferred_fragment_is_planned_apart() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{ me { displayName ... @defer(label: \"later\") { enrollments(first: 1) { totalCount } } } }";
    std::fs::write(folder.path().join("query.graphql"), text).unwrap();
    let (success, plan, error) = run_in(folder.path(), &["plan", "query.graphql"]);
    assert!(success, "{error}");
    assert!(plan.contains("enrollment after #0 later \"later\" at me"), "{plan}");
}

/// An operation that does not fit the schema is refused with its place.
#[test]
fn planning_an_invalid_operation_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("query.graphql"), "{\n  me {\n    nonsense\n  }\n}\n").unwrap();
    let (success, _, error) = run_in(folder.path(), &["plan", "query.graphql"]);
    assert!(!success);
    for part in ["query.graphql:3", "nonsense"] {
        assert!(error.contains(part), "{part} is missing from:\n{error}");
    }
}

/// Subgraphs that do not compose: the code, the subgraph's file and the line.
#[test]
fn a_composition_error_names_code_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n";
    std::fs::write(
        folder.path().join("one.graphql"),
        format!("{link}type Query {{ thing: Thing }}\ntype Thing @key(fields: \"id\") {{ id: ID! size: Int }}\n"),
    )
    .unwrap();
    std::fs::write(
        folder.path().join("two.graphql"),
        format!("{link}type Thing @key(fields: \"id\") {{ id: ID! size: Int }}\n"),
    )
    .unwrap();
    let configuration = "subgraphs:\n  one:\n    url: http://127.0.0.1:1/graphql\n    schema: one.graphql\n  two:\n    url: http://127.0.0.1:2/graphql\n    schema: two.graphql\n";
    std::fs::write(folder.path().join("graph.yaml"), configuration).unwrap();
    let (success, _, error) = run_in(folder.path(), &["compose", "--config", "graph.yaml"]);
    assert!(!success);
    for part in ["INVALID_FIELD_SHARING", "one.graphql", "two.graphql", "@shareable"] {
        assert!(error.contains(part), "{part} is missing from:\n{error}");
    }
}

/// P12: a contract shows what carries its tags; one that cannot be made says why.
#[test]
fn a_contract_shows_partners_their_part() {
    let folder = tempfile::tempdir().unwrap();
    let (success, partners, error) = run_in(
        folder.path(),
        &["compose", "--public", "--contract", "include=partner", "--contract", "exclude=internal"],
    );
    assert!(success, "{error}");
    assert!(partners.contains("courses(") && partners.contains("type Course "), "{partners}");
    for hidden in ["type Mutation", "email", "viewerEnrollment", "entitlements"] {
        assert!(!partners.contains(hidden), "{hidden} is shown:\n{partners}");
    }
    let (success, supergraph, error) = run_in(folder.path(), &["compose", "--contract", "include=partner"]);
    assert!(success && supergraph.contains("@inaccessible"), "{error}");
    for (rule, reason) in [("include=nobody", "nobody"), ("partner", "include=TAG")] {
        let (success, _, error) = run_in(folder.path(), &["compose", "--contract", rule]);
        assert!(!success && error.contains(reason), "{rule}: {error}");
    }
}

/// A watch composes again after each change; what does not compose leaves the file as it was.
#[test]
fn a_watch_composes_again_after_each_change() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let supergraph = || std::fs::read_to_string(folder.path().join("supergraph.graphql")).unwrap();
    write("graph.yaml", "subgraphs:\n  one: { url: \"http://127.0.0.1:1/graphql\", schema: one.graphql }\n");
    write("one.graphql", "type Query { first: Int }");
    let mut command = lyceum(folder.path());
    command.args(["compose", "--config", "graph.yaml", "--output", "supergraph.graphql", "--watch"]);
    let mut watch = Process::start("lyceum compose --watch", command);
    let composed = |watch: &Process| watch.wait_for(|line| line.starts_with("composed").then_some(()));
    composed(&watch);
    assert!(supergraph().contains("first: Int"));

    let before = supergraph();
    write("one.graphql", "type Query { first: Missing }");
    watch.wait_for_log("INVALID_GRAPHQL");
    assert_eq!(supergraph(), before);
    write("one.graphql", "type Query { second: Int }");
    composed(&watch);
    assert!(supergraph().contains("second: Int"));
    assert!(watch.interrupt().success(), "{}", watch.log());
}

/// S4-OPS-6: a check says what breaks for clients, and with their operations whom it breaks.
#[test]
fn a_check_names_what_breaks_and_whose_operations() {
    let folder = tempfile::tempdir().unwrap();
    let (_, public, _) = run_in(folder.path(), &["compose", "--public"]);
    std::fs::write(folder.path().join("same.graphql"), &public).unwrap();
    let (success, report, error) = run_in(folder.path(), &["compose", "--check", "same.graphql"]);
    assert!(success && report.contains("nothing changes"), "{report}{error}");

    // Earlier there was one field more, and one that never was null.
    let earlier = public.replace("type Course ", "type Lost { id: ID! }\n\ntype Course ");
    let earlier = earlier.replacen("type Query {\n", "type Query {\n  lost: Lost!\n", 1);
    assert_ne!(earlier, public);
    std::fs::write(folder.path().join("earlier.graphql"), earlier).unwrap();
    let (success, report, error) = run_in(folder.path(), &["compose", "--check", "earlier.graphql"]);
    assert!(!success && error.contains("break clients"), "{report}{error}");
    assert!(report.contains("breaking   Query.lost: the field was removed (FIELD_REMOVED)"), "{report}");

    let operations = folder.path().join("operations");
    std::fs::create_dir(&operations).unwrap();
    let check = || run_in(folder.path(), &["compose", "--check", "earlier.graphql", "--operations", "operations"]);
    assert!(check().2.contains("there is no .graphql file"));
    std::fs::write(operations.join("fine.graphql"), "{ courses(first: 1) { totalCount } }").unwrap();
    let (success, report, error) = check();
    assert!(success, "{report}{error}");
    std::fs::write(operations.join("gone.graphql"), "{ lost { id } }").unwrap();
    let (success, report, error) = check();
    assert!(!success && error.contains("1 of 2 documents"), "{report}{error}");
    assert!(report.contains("gone.graphql breaks:") && !report.contains("fine.graphql"), "{report}");

    let (_, json, _) = run_in(folder.path(), &["compose", "--check", "earlier.graphql", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(
        json["changes"].as_array().is_some_and(|changes| changes.iter().any(|one| one["code"] == "FIELD_REMOVED")),
        "{json:#}"
    );
}

/// FED-41: a rule that is gone fails the check, whoever's operations go on working; unless that is meant.
#[test]
fn a_check_names_what_is_less_protected() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("supergraph.yaml", "subgraphs:\n  one: { url: \"http://one.invalid\", schema: one.graphql }\n");
    let schema = |rule: &str| {
        let link =
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.6\", import: [\"@authenticated\"])";
        write("one.graphql", &format!("{link} type Query {{ a: Int b: Int {rule} }}"));
    };
    schema("@authenticated");
    let (success, supergraph, error) = run_in(folder.path(), &["compose"]);
    assert!(success, "{error}");
    write("earlier.graphql", &supergraph);
    let (success, report, error) = run_in(folder.path(), &["compose", "--check", "earlier.graphql"]);
    assert!(success && report == "nothing changes for clients\n", "{report}{error}");
    schema("");
    let check = ["compose", "--check", "earlier.graphql"];
    let (success, report, error) = run_in(folder.path(), &check);
    assert!(!success && error.contains("1 fields are less protected than before"), "{report}{error}");
    assert!(report.contains("breaking   Query.b: everybody may see it now; before it took a token"), "{report}");
    std::fs::create_dir(folder.path().join("operations")).unwrap();
    write("operations/fine.graphql", "{ b }");
    let (success, report, _) = run_in(folder.path(), &[&check[..], &["--operations", "operations"]].concat());
    assert!(!success && !report.contains("fine.graphql breaks"), "{report}");
    let (success, report, error) = run_in(folder.path(), &[&check[..], &["--accept-weaker-authorization"]].concat());
    assert!(success && report.contains("AUTHORIZATION_REMOVED"), "{report}{error}");
    let (_, json, _) = run_in(folder.path(), &[&check[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["protection"][0]["coordinate"], "Query.b");
    // A public schema does not say what was protected.
    let (_, public, _) = run_in(folder.path(), &["compose", "--public"]);
    write("public.graphql", &public);
    let (success, report, error) = run_in(folder.path(), &["compose", "--check", "public.graphql"]);
    assert!(success && report.contains("were not compared"), "{report}{error}");
}

/// What composes may deserve a look: on the error stream, so that the supergraph can be piped.
#[test]
fn hints_go_to_the_error_stream() {
    let folder = tempfile::tempdir().unwrap();
    let one = "type Query { thing: Thing }\ntype Thing @key(fields: \"id\") { id: ID! }\nenum Size { S M }\n";
    let two = "type Thing @key(fields: \"id\") { id: ID! sized(size: Size): Int }\nenum Size { S L }\n";
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n";
    std::fs::write(folder.path().join("one.graphql"), format!("{link}{one}")).unwrap();
    std::fs::write(folder.path().join("two.graphql"), format!("{link}{two}")).unwrap();
    let configuration = "subgraphs:\n  one: { url: \"http://127.0.0.1:1/graphql\", schema: one.graphql }\n  two: { url: \"http://127.0.0.1:2/graphql\", schema: two.graphql }\n";
    std::fs::write(folder.path().join("graph.yaml"), configuration).unwrap();
    let compose = |hints: &str| run_in(folder.path(), &["compose", "--config", "graph.yaml", "--hints", hints]);
    let (success, supergraph, error) = compose("warning");
    assert!(success && supergraph.starts_with("schema"), "{error}");
    assert!(error.contains("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM") && error.contains("graphql:4:"), "{error}");
    assert!(!compose("none").2.contains("INCONSISTENT"));
}

/// Migrating twice and seeding twice change nothing the second time.
#[test]
fn migrating_and_seeding_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["migrate", "learning"], ["seed", "learning"], ["migrate", "learning"], ["seed", "learning"]] {
        let (success, _, error) = run_in(folder.path(), &arguments);
        assert!(success, "{arguments:?}: {error}");
    }
}

/// An unknown subgraph is refused with the names there are.
#[test]
fn an_unknown_subgraph_is_refused_with_the_known_names() {
    let folder = tempfile::tempdir().unwrap();
    let (success, _, error) = run_in(folder.path(), &["subgraph", "astronomy"]);
    assert!(!success);
    assert!(error.contains("astronomy") && error.contains("identity, learning, enrollment"), "{error}");
}
