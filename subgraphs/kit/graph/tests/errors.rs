use async_graphql::{Request, Response};
use kit_graph::{Loaders, execute, finish_errors, limits};
use kit_ids::UserId;
use kit_viewer::{Role, SignedInUser, Viewer};

use crate::sample::sample;

async fn run_as(viewer: Viewer, document: &str) -> Response {
    let mut response = execute(&sample(), Request::new(document), viewer, Loaders::new()).await;
    finish_errors(&mut response, "sample", Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    response
}

async fn run(document: &str) -> Response {
    run_as(Viewer::anonymous(), document).await
}

/// The one error of a response: its code and its message.
fn error(response: &Response) -> (String, String) {
    assert_eq!(response.errors.len(), 1, "{:?}", response.errors);
    let error = serde_json::to_value(&response.errors[0]).unwrap();
    assert_eq!(error["extensions"]["subgraph"], "sample");
    assert_eq!(error["extensions"]["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    (error["extensions"]["code"].as_str().unwrap().to_owned(), response.errors[0].message.clone())
}

/// P8
#[tokio::test]
async fn an_error_keeps_the_code_that_its_resolver_gave_it() {
    let typed = error(&run(r#"{ fails(how: "typed") }"#).await);
    assert_eq!(typed, ("BAD_USER_INPUT".to_owned(), "seven is too much".to_owned()));
    assert_eq!(error(&run(r#"{ fails(how: "refused") }"#).await).0, "FORBIDDEN");
}

/// P8: INTERNAL never leaks text.
#[tokio::test]
async fn an_error_without_a_code_is_masked() {
    for how in ["untyped", "by text"] {
        let response = run(&format!(r#"{{ fails(how: "{how}") }}"#)).await;
        let (code, message) = error(&response);
        assert_eq!(code, "INTERNAL");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

/// P8: what cannot be parsed, validated or read is bad input, and says where.
#[tokio::test]
async fn a_request_that_cannot_be_understood_is_bad_user_input() {
    for document in ["{", "{ nothing }", "{ sold }", r#"{ course(id: "usr_01jb5v6xk4r8w2n3p7q9s0t1ya") { id } }"#] {
        let (code, message) = error(&run(document).await);
        assert_eq!(code, "BAD_USER_INPUT", "{document}: {message}");
    }
    let (_, message) = error(&run(r#"{ course(id: "usr_01jb5v6xk4r8w2n3p7q9s0t1ya") { id } }"#).await);
    assert!(message.contains("this is the id of a User, and a Course is needed"), "{message}");
}

fn nested(depth: usize) -> String {
    "{ ofType ".repeat(depth) + "{ name }" + &" }".repeat(depth)
}

/// P8: both limits, one step beyond each.
#[tokio::test]
async fn an_operation_beyond_the_limits_is_refused() {
    let fields: String = (0..=limits::COMPLEXITY_MAX).map(|n| format!("f{n}: sold(window: DAY) ")).collect();
    assert_eq!(error(&run(&format!("{{ {fields} }}")).await).0, "OPERATION_TOO_COMPLEX");
    let deep = format!("{{ __schema {{ queryType {} }} }}", nested(limits::DEPTH_MAX));
    assert_eq!(error(&run(&deep).await).0, "OPERATION_TOO_DEEP");
}

/// P10, P11: guards tell "nobody" from "not you", and the rest of the response stays.
#[tokio::test]
async fn guards_refuse_with_the_right_code() {
    let course = r#"{ course(id: "crs_01jb5v6xk4r8w2n3p7q9s0t1ya") { id paid } }"#;
    let sold = "{ sold(window: WEEK) }";
    let user = || SignedInUser::new(UserId::from_bytes([1; 16]));
    let anonymous = run(course).await;
    assert_eq!(error(&anonymous).0, "UNAUTHENTICATED");
    let data = anonymous.data.into_json().unwrap();
    assert_eq!(data["course"]["id"], "crs_01jb5v6xk4r8w2n3p7q9s0t1ya");
    assert!(data["course"]["paid"].is_null());
    assert!(run_as(Viewer::signed_in(user()), course).await.errors.is_empty());

    assert_eq!(error(&run(sold).await).0, "UNAUTHENTICATED");
    assert_eq!(error(&run_as(Viewer::signed_in(user()), sold).await).0, "FORBIDDEN");
    assert!(run_as(Viewer::signed_in(user().with_role(Role::Ops)), sold).await.errors.is_empty());
}

/// P7: refusals of a mutation are data.
#[tokio::test]
async fn a_refused_mutation_answers_with_user_errors() {
    let document = r#"mutation { renameCourse(input: {
        id: "crs_01jb5v6xk4r8w2n3p7q9s0t1ya", title: "taken", clientMutationId: "m1"
    }) { course { id } userErrors { code message path } clientMutationId } }"#;
    let response = run(document).await;
    assert!(response.errors.is_empty());
    let payload = response.data.into_json().unwrap()["renameCourse"].clone();
    let expected = r#"{"course":null,"userErrors":[{"code":"TITLE_TAKEN","message":"another course is called that",
        "path":["input","title"]}],"clientMutationId":"m1"}"#;
    assert_eq!(payload, serde_json::from_str::<serde_json::Value>(expected).unwrap());
}

/// P9: an entity that does not exist is null, and costs no other.
#[tokio::test]
async fn a_missing_entity_is_null() {
    let document = r#"{ _entities(representations: [
        { __typename: "Course", id: "crs_01jb5v6xk4r8w2n3p7q9s0t1ya" }
        { __typename: "Course", id: "crs_00000000000000000000000001" }
    ]) { ... on Course { id publishedAt } } }"#;
    let response = run(document).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let data = response.data.into_json().unwrap();
    assert_eq!(data["_entities"][0]["publishedAt"], "2026-01-31T09:30:00.123Z");
    assert!(data["_entities"][1].is_null());
}

/// P4: the header is as strict as the strictest field, for entities, too.
#[tokio::test]
async fn the_cache_policy_is_that_of_the_strictest_field() {
    let of = async |fields: &str| {
        let viewer = Viewer::signed_in(SignedInUser::new(UserId::from_bytes([1; 16])));
        let id = r#"id: "crs_01jb5v6xk4r8w2n3p7q9s0t1ya""#;
        let field = run_as(viewer.clone(), &format!("{{ course({id}) {{ {fields} }} }}")).await;
        let entities = format!(
            r#"{{ _entities(representations: [{{ __typename: "Course", {id} }}]) {{ ... on Course {{ {fields} }} }} }}"#
        );
        let entity = run_as(viewer, &entities).await;
        assert_eq!(field.cache_control, entity.cache_control);
        field.cache_control.value()
    };
    assert_eq!(of("id").await.as_deref(), Some("max-age=120"));
    assert_eq!(of("id paid").await.as_deref(), Some("no-cache, private"));
}
