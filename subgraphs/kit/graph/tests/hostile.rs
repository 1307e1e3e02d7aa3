//! Values and operations that are not meant well.

use async_graphql::{EmptyMutation, MergedObject, Object, Request, Response, SimpleObject, TypeName, Value, Variables};
use kit_graph::{Date, DateTime, GridPoint, Loaders, Long, TimeWindow, URL_LENGTH_MAX, Url, execute, limits, schema};
use kit_ids::CourseId;
use kit_viewer::Viewer;
use serde_json::json;

use crate::sample::sample;

struct Query;

/// One field for each type of the kit that can be given, and what a resolver should not answer.
#[Object]
impl Query {
    async fn id(&self, value: CourseId) -> String {
        value.to_string()
    }

    async fn date(&self, value: Date) -> Date {
        value
    }

    async fn date_time(&self, value: DateTime) -> DateTime {
        value
    }

    async fn long(&self, value: Long) -> Long {
        value
    }

    async fn url(&self, value: Url) -> Url {
        value
    }

    async fn window(&self, value: TimeWindow) -> TimeWindow {
        value
    }

    async fn number(&self, value: f64) -> f64 {
        value
    }

    async fn small(&self, value: i32) -> i32 {
        value
    }

    async fn no_number(&self) -> Vec<Option<f64>> {
        vec![Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(0.5)]
    }
}

async fn run(document: &str, variables: Variables) -> Response {
    let schema = schema(Query, EmptyMutation).finish();
    let request = Request::new(document).variables(variables);
    let mut response = execute(&schema, request, Viewer::anonymous(), Loaders::new()).await;
    kit_graph::finish_errors(&mut response, "sample", None);
    response
}

/// OW-01: values of the wrong type, beyond the range, too long, and what is no number, as literals and as variables: each is
/// refused as bad input, and none is read as something else.
#[tokio::test]
async fn no_value_is_taken_for_another() {
    let types = [
        ("id", "ID"),
        ("date", "Date"),
        ("dateTime", "DateTime"),
        ("long", "Long"),
        ("url", "URL"),
        ("window", "TimeWindow"),
        ("number", "Float"),
        ("small", "Int"),
    ];
    let long = "9".repeat(4 * URL_LENGTH_MAX);
    let bad = [
        json!(true),
        json!("NaN"),
        json!("Infinity"),
        json!("-Infinity"),
        json!(""),
        json!("\u{0}"),
        json!("day"),
        json!(long),
        json!({ "value": 1 }),
        json!(["DAY", "WEEK"]),
        json!(null),
    ];
    for (field, kind) in types {
        let document = format!("query($value: {kind}!) {{ {field}(value: $value) }}");
        let mut bad = bad.to_vec();
        if field != "number" {
            bad.extend([json!(1.5), json!(1e300), json!(u64::MAX), json!(i64::MIN)]);
        }
        for value in bad {
            let by_variable = run(&document, Variables::from_json(json!({ "value": value }))).await;
            let value = Value::from_json(value).unwrap();
            let by_literal = run(&format!("{{ {field}(value: {value}) }}"), Variables::default()).await;
            for response in [by_variable, by_literal] {
                let answer = serde_json::to_value(&response).unwrap();
                assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{field}({value}): {answer}");
                assert!(answer["data"].is_null(), "{field}({value}): {answer}");
            }
        }
        for literal in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "0x7f"] {
            let answer =
                serde_json::to_value(run(&format!("{{ {field}(value: {literal}) }}"), Variables::default()).await);
            let answer = answer.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{field}({literal}): {answer}");
        }
    }
}

/// ADV-33: a resolver that answers what JSON has no number for answers nothing there, and takes nobody down.
#[tokio::test]
async fn what_is_no_number_is_null() {
    let answer = serde_json::to_value(run("{ noNumber }", Variables::default()).await).unwrap();
    assert_eq!(answer, json!({ "data": { "noNumber": [null, null, null, 0.5] } }));
}

/// ADV-29, AMP-09: directives by the thousand on one field are refused by every schema of the kit.
#[tokio::test]
async fn directives_are_bounded() {
    let with = |count: usize| format!("{{ number(value: 1) {} }}", "@include(if: true)".repeat(count));
    for count in [limits::DIRECTIVES_MAX + 1, 10_000] {
        let refused = run(&with(count), Variables::default()).await;
        assert!(!refused.errors.is_empty() && refused.data == Value::Null, "{count}: {refused:?}");
    }
    let mixed = "@skip(if: false) @include(if: true)";
    let allowed = run(&format!("{{ number(value: 1) {mixed} }}"), Variables::default()).await;
    assert!(allowed.errors.is_empty(), "{:?}", allowed.errors);
}

/// ADV-35: `__typename` is answered where introspection is not.
#[tokio::test]
async fn the_name_of_a_type_needs_no_introspection() {
    let id = r#"id: "crs_01jb5v6xk4r8w2n3p7q9s0t1ya""#;
    let document = format!(
        "{{ __typename course({id}) {{ __typename listPrice {{ __typename }} }}
           _entities(representations: [{{ __typename: \"Course\", {id} }}]) {{ __typename }} }}"
    );
    let request = Request::new(document).disable_introspection();
    let response = execute(&sample(), request, Viewer::anonymous(), Loaders::new()).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let expected = json!({
        "__typename": "Query",
        "course": { "__typename": "Course", "listPrice": { "__typename": "Money" } },
        "_entities": [{ "__typename": "Course" }],
    });
    assert_eq!(response.data.into_json().unwrap(), expected);
}

#[derive(Default)]
struct Part<const NUMBER: usize>;

impl<const NUMBER: usize> TypeName for Part<NUMBER> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("Part{NUMBER}").into()
    }
}

/// A part of a query.
#[Object(name_type)]
impl<const NUMBER: usize> Part<NUMBER> {
    async fn shared(&self) -> usize {
        NUMBER
    }
}

#[derive(Default, SimpleObject)]
struct Last {
    last: Deep,
}

/// Something below itself.
#[derive(Default)]
struct Deep;

#[Object]
impl Deep {
    async fn deep(&self) -> Self {
        Self
    }

    async fn place(&self) -> Option<GridPoint> {
        None
    }
}

macro_rules! merged {
    ($($number:literal)*) => {
        #[derive(Default, MergedObject)]
        struct Many($(Part<$number>,)* Last);
    };
}

merged! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
}

/// ADV-37: a query merged of 17 types, more than any subgraph's, asked as deep as the limit allows on a stack of 2 MiB.
#[test]
fn many_merged_types_fit_a_small_stack() {
    let ask = || {
        let depth = limits::DEPTH_MAX - 2;
        let document = format!(
            "{{ shared last {{ {} place {{ __typename }} {} }} }}",
            "deep { ".repeat(depth - 1),
            "}".repeat(depth - 1)
        );
        let schema = schema(Many::default(), EmptyMutation).finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(execute(&schema, Request::new(document), Viewer::anonymous(), Loaders::new()));
        assert!(response.errors.is_empty(), "{:?}", response.errors);
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(ask).unwrap().join().unwrap();
}
