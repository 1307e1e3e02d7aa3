//! A failing part costs its own fields only (P9, S4-ISO-1).

use serde_json::Value;

use crate::product::{Client, Product, SUBGRAPHS, Shape};

/// A query over all three subgraphs, every field of which may be null.
const QUERY: &str = "{ me { displayName enrollments(first: 1) { edges { node { course { title } } } } } plans { name } \
    course(slug: \"$SLUG\") { title enrollmentCount viewerProgress { percent } instructors { displayName } } }";

async fn query(client: &Client, slug: &str) -> crate::product::Reply {
    client.query(&QUERY.replace("$SLUG", slug)).await
}

/// P9, S4-CTX-2: subgraphs are stopped one after the other; the fields of the others stay, and each error names the
/// subgraph and the trace. The router stays up, and says that it is degraded.
#[tokio::test]
async fn a_stopped_subgraph_costs_only_its_own_fields() {
    let mut product = tokio::task::spawn_blocking(|| Product::start_keeping_nothing(Shape::Distributed)).await.unwrap();
    let client = product.signed_in("learner_lee").await;
    let slug = client.query("{ courses(first: 1) { edges { node { slug } } } }").await.data()["courses"]["edges"][0]["node"]["slug"]
        .as_str()
        .unwrap()
        .to_owned();
    let whole = query(&client, &slug).await.data().clone();

    let (_, mut enrollment) =
        product.subgraphs.remove(SUBGRAPHS.iter().position(|name| *name == "enrollment").unwrap());
    enrollment.kill();
    let without_enrollment = query(&client, &slug).await;
    assert_eq!(without_enrollment.status, 200);
    assert_eq!(without_enrollment.at("/data/me/displayName"), &whole["me"]["displayName"]);
    assert_eq!(without_enrollment.at("/data/me/enrollments"), &Value::Null);
    assert_eq!(without_enrollment.at("/data/plans"), &Value::Null);
    assert_eq!(without_enrollment.at("/data/course/title"), &whole["course"]["title"]);
    assert_eq!(without_enrollment.at("/data/course/instructors"), &whole["course"]["instructors"]);
    assert_eq!(without_enrollment.at("/data/course/enrollmentCount"), &Value::Null);
    assert_eq!(without_enrollment.at("/data/course/viewerProgress"), &Value::Null);
    assert_each_error_names(&without_enrollment, "enrollment");

    let (_, mut learning) = product.subgraphs.remove(SUBGRAPHS.iter().position(|name| *name == "learning").unwrap());
    learning.kill();
    let only_identity = query(&client, &slug).await;
    assert_eq!(only_identity.at("/data/me/displayName"), &whole["me"]["displayName"]);
    assert_eq!(only_identity.at("/data/course"), &Value::Null);
    let ready = Client::new(&product.ops_url).get("/health/ready").await;
    assert_eq!((ready.status, ready.at("/status").as_str()), (200, Some("degraded")), "{ready:#?}");
    assert_eq!(ready.at("/subgraphs/learning"), "down");
    assert_eq!(Client::new(&product.ops_url).get("/health/live").await.status, 200);
}

/// One error for each failed fetch, and in each which subgraph and which trace.
fn assert_each_error_names(reply: &crate::product::Reply, subgraph: &str) {
    let errors = reply.at("/errors").as_array().expect("errors").clone();
    assert_eq!(errors.len(), 3, "one for the root's field, one for the user's, one for the course's: {errors:#?}");
    for error in &errors {
        assert_eq!(error["extensions"]["code"], "SUBGRAPH_UNAVAILABLE", "{error:#?}");
        assert_eq!(error["extensions"]["subgraph"], subgraph, "{error:#?}");
        assert_eq!(error["extensions"]["traceId"].as_str().map(str::len), Some(32), "{error:#?}");
        assert!(error["path"].is_array(), "{error:#?}");
    }
}
