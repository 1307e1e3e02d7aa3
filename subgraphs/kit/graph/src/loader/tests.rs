use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use async_graphql::{Context, EmptyMutation, Object, Request};
use kit_viewer::Viewer;

use super::{BatchLoad, Loaders, execute};
use crate::{GraphResult, RequestContext, schema};

/// What was asked for at once, batch by batch.
type Batches = Arc<Mutex<Vec<Vec<i32>>>>;

struct Squares(Batches);

impl BatchLoad for Squares {
    type Key = i32;
    type Value = i32;
    type Error = Infallible;

    async fn load(&self, keys: &[i32]) -> Result<HashMap<i32, i32>, Infallible> {
        let mut batch = keys.to_vec();
        batch.sort_unstable();
        self.0.lock().unwrap().push(batch);
        // Answers late and on another thread, as a database does.
        let keys = keys.to_vec();
        Ok(tokio::spawn(async move { keys.into_iter().map(|key| (key, key * key)).collect() }).await.unwrap())
    }
}

struct Broken;

impl BatchLoad for Broken {
    type Key = i32;
    type Value = i32;
    type Error = std::io::Error;

    async fn load(&self, _: &[i32]) -> Result<HashMap<i32, i32>, std::io::Error> {
        Err(std::io::Error::other("password=hunter2"))
    }
}

struct Number(i32);

#[Object]
impl Number {
    async fn value(&self) -> i32 {
        self.0
    }

    async fn square(&self, ctx: &Context<'_>) -> GraphResult<Option<Number>> {
        Ok(ctx.load::<Squares>(self.0).await?.map(Number))
    }

    async fn broken(&self, ctx: &Context<'_>) -> GraphResult<Option<i32>> {
        ctx.load::<Broken>(self.0).await
    }
}

struct Query;

#[Object]
impl Query {
    async fn numbers(&self) -> Vec<Number> {
        (1..=50).map(Number).collect()
    }
}

async fn run(document: &str) -> (async_graphql::Response, Vec<Vec<i32>>) {
    let batches = Batches::default();
    let loaders = Loaders::new().with(Squares(Arc::clone(&batches))).with(Broken);
    let schema = schema(Query, EmptyMutation).finish();
    let response = execute(&schema, Request::new(document), Viewer::anonymous(), loaders).await;
    let batches = batches.lock().unwrap().clone();
    (response, batches)
}

/// P16: one statement per loader and turn, at every level, although the answers come from another thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_asked_for_in_one_turn_is_read_at_once() {
    for _ in 0..20 {
        let (response, batches) = run("{ numbers { square { square { value } } } }").await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        let first: Vec<i32> = (1..=50).collect();
        // 1, 4, 9, … 49 were read in the first turn, and are not read again.
        let second: Vec<i32> = (1..=50).map(|n| n * n).filter(|n| *n > 50).collect();
        assert_eq!(batches, [first, second]);
    }
}

/// P8: what a loader says when it fails is for the log only.
#[tokio::test]
async fn a_failing_loader_is_masked() {
    let (response, _) = run("{ numbers { broken } }").await;
    let text = serde_json::to_string(&response).unwrap();
    assert!(text.contains(r#""code":"INTERNAL""#) && !text.contains("hunter2"), "{text}");
    let numbers = response.data.into_json().unwrap()["numbers"].clone();
    assert!(numbers.as_array().unwrap().iter().all(|number| number["broken"].is_null()));
}
