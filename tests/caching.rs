//! What is kept of the platform's own graph, and that nobody sees of it what is no longer so (docs/caching.md).

use std::time::Duration;

use serde_json::{Value, json};

use crate::product::{Client, in_both_shapes};

const CATALOGUE: &str = "{ courses(first: 40) { edges { node { id title } } } }";

fn title_of(catalogue: &Value, course: &Value) -> Value {
    let edges = catalogue["courses"]["edges"].as_array().unwrap();
    let found = edges.iter().find(|edge| edge["node"]["id"] == *course);
    found.map_or(Value::Null, |edge| edge["node"]["title"].clone())
}

async fn course(client: &Client, id: &Value) -> Value {
    let reply = client.operation("query($id: ID!) { course(id: $id) { title version } }", json!({ "id": id })).await;
    reply.data()["course"].clone()
}

/// Waits until the client sees what it is to see.
async fn until(what: &str, mut sees: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if sees().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}");
}

in_both_shapes! {
    /// P4, CC-01, CC-02, CC-04: the catalogue is everybody's for a minute, what is of a viewer is nobody else's.
    async fn replies_say_how_long_they_may_be_kept(product: &Product) {
        let (anonymous, lee) = (product.client(), product.signed_in("learner_lee").await);
        let public = anonymous.query("{ categories { name } }").await;
        assert_eq!(public.headers["cache-control"], "public, max-age=3600", "{public:#?}");
        let catalogue = anonymous.query("{ courses(first: 3) { edges { node { title } } } }").await;
        assert_eq!(catalogue.headers["cache-control"], "public, max-age=60");
        let own = lee.query("{ courses(first: 3) { edges { node { title } } } }").await;
        assert_eq!(own.headers["cache-control"], "private, max-age=60");
        let private = lee.query("{ me { displayName enrollments(first: 1) { totalCount } } }").await;
        assert!(!private.headers["cache-control"].to_str().unwrap().contains("public"), "{private:#?}");
        // Asked again, it is the same reply, and older; unless something has changed in between.
        until("a reply is kept", async || {
            let again = anonymous.query("{ categories { name } }").await;
            assert_eq!(again.body, public.body);
            again.headers.contains_key("age")
        })
        .await;
    }

    /// CC-12, P4: whoever changes a course sees the change at once; everybody else as soon as the router has heard of it, long
    /// before the catalogue's minute is over.
    async fn a_change_is_seen_by_its_author_at_once_and_by_others_soon(product: &Product) {
        let (admin, anonymous) = (product.signed_in("admin").await, product.client());
        let catalogue = anonymous.query(CATALOGUE).await.data().clone();
        let id = catalogue["courses"]["edges"][7]["node"]["id"].clone();
        let before = title_of(&catalogue, &id);
        for round in 0..3 {
            // Everybody has it, and so has the router.
            title_of(admin.query(CATALOGUE).await.data(), &id);
            let version = course(&admin, &id).await["version"].clone();
            let renamed = json!(format!("{} {round}", before.as_str().unwrap()));
            let input = json!({ "courseId": id, "expectedVersion": version, "title": renamed });
            admin.change("updateCourse", "course { version }", input).await;
            assert_eq!(course(&admin, &id).await["title"], renamed);
            assert_eq!(title_of(admin.query(CATALOGUE).await.data(), &id), renamed);
            let begin = std::time::Instant::now();
            until("others see the change", async || {
                let seen = title_of(anonymous.query(CATALOGUE).await.data(), &id);
                seen == renamed && course(&anonymous, &id).await["title"] == renamed
            })
            .await;
            assert!(begin.elapsed() < Duration::from_secs(50), "only when its time was over: {:?}", begin.elapsed());
        }
        let version = course(&admin, &id).await["version"].clone();
        admin.change("updateCourse", "course { version }", json!({ "courseId": id, "expectedVersion": version, "title": before })).await;
    }
}
