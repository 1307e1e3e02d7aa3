//! What operators see of the events between subgraphs, and do about them (domain.md 4.4, P13, P14).

use std::time::Duration;

use kit_events::{Event, EventId, NewEvent, Origin, Watermark};
use serde_json::json;

use crate::product::{Client, Product, Reply, Shape};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// An event that learning would never write: its readers give it up.
async fn publish_nonsense(product: &Product) -> Event {
    let time = 1_790_000_000_000_000;
    let kind = "learning.course.published.v1";
    let new = NewEvent { kind, subject: "crs_01jbqz8v4x0000000000000000".to_owned(), time, data: json!({}) };
    let event = Event::new(EventId::mint(time), "learning", 1, new, Origin::new("flow-of-nonsense", None));
    let watermark = Watermark { remembered: 0, raised: 0 };
    product.event_log().await.publish("learning", std::slice::from_ref(&event), watermark).await.unwrap();
    event
}

async fn wait_for_dead_letter(operator: &Client, event: &Event) -> Reply {
    let given_up = async {
        loop {
            let listed = operator.get("/ops/dead-letters").await;
            assert_eq!(listed.status, 200, "{listed:#?}");
            if listed.at("/subgraphs/enrollment/letters/0/id") == &json!(event.id.to_string()) {
                return listed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, given_up).await.expect("the event is given up")
}

async fn dead_letters_are_listed_and_replayed(shape: Shape) -> (Product, Event) {
    let product = tokio::task::spawn_blocking(move || Product::start(shape)).await.unwrap();
    let on_operations = Client::new(&product.ops_url);
    let operator = on_operations.with_token(product.signed_in("ops").await.token());
    let admin = on_operations.with_token(product.signed_in("admin").await.token());
    let anybody = on_operations.with_token(product.signed_in("learner_lee").await.token());
    for path in ["/ops/outbox", "/ops/dead-letters", "/ops/flow/flow-of-nonsense"] {
        assert_eq!(on_operations.get(path).await.status, 401, "{path}");
        assert_eq!(anybody.get(path).await.status, 403, "{path}");
        assert_eq!(product.client().with_token(admin.token()).get(path).await.status, 404, "{path} is public");
    }

    let event = publish_nonsense(&product).await;
    let listed = wait_for_dead_letter(&operator, &event).await;
    let letter = listed.at("/subgraphs/enrollment/letters/0");
    assert!(letter["reason"].as_str().unwrap().starts_with("rejected: "), "{letter:#}");
    assert_eq!((&letter["attempts"], &letter["event"]["correlationid"]), (&json!(1), &json!("flow-of-nonsense")));
    let outbox = operator.get("/ops/outbox").await;
    assert_eq!(outbox.at("/subgraphs/enrollment/deadLetters"), &json!(1), "{outbox:#?}");
    assert_eq!(outbox.at("/unavailable"), &json!([]));
    for subgraph in crate::product::SUBGRAPHS {
        assert!(outbox.at(&format!("/subgraphs/{subgraph}/unpublished")).is_i64(), "{subgraph}: {outbox:#?}");
    }

    let replay = format!("/ops/dead-letters/{}/replay", event.id);
    assert_eq!(operator.post(&replay, &json!({})).await.status, 403, "reading is not replaying");
    let again = admin.post(&replay, &json!({})).await;
    assert_eq!(again.at("/subgraphs/enrollment/replays/0/outcome"), "failed", "{again:#?}");
    let all = admin.post("/ops/dead-letters/replay", &json!({})).await;
    assert_eq!(all.at("/subgraphs/enrollment/replays/0/id"), &json!(event.id.to_string()), "{all:#?}");
    let unknown = admin.post("/ops/dead-letters/01jbqz8v4x0000000000000000/replay", &json!({})).await;
    assert_eq!(unknown.status, 404, "{unknown:#?}");
    (product, event)
}

/// P13, EB-14: in one process; and by the command, beside the running process.
#[tokio::test]
async fn dead_letters_of_one_process_are_listed_and_replayed() {
    let (product, event) = dead_letters_are_listed_and_replayed(Shape::OneProcess).await;
    let run = async |arguments: &[&str]| {
        let mut command = product.command();
        command.args(["events"]).args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let id = event.id.to_string();
    let (code, listed, error) = run(&["dead-letters", "list", "--subgraph", "enrollment"]).await;
    assert!(code == Some(0) && listed.contains(&id) && listed.contains("after 1 attempts"), "{listed}{error}");
    let (code, listed, _) = run(&["dead-letters", "list", "--format", "json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((code, &listed["enrollment"]["letters"][0]["id"]), (Some(0), &json!(id)));
    for replay in [["dead-letters", "replay", &id], ["dead-letters", "replay", "--all"]] {
        let (code, said, error) = run(&replay).await;
        assert_eq!(code, Some(1), "{said}{error}");
        assert!(said.contains("failed again: rejected") && error.contains("remedy"), "{said}{error}");
    }
    let (code, _, error) = run(&["dead-letters", "replay", "01jbqz8v4x0000000000000000"]).await;
    assert!(code == Some(1) && error.contains("no consumer has given up"), "{error}");
    let (code, outbox, _) = run(&["outbox"]).await;
    assert!(code == Some(0) && outbox.contains("enrollment: 0 unpublished; 1 given up"), "{outbox}");
}

/// P13, EB-14: a process for each part.
#[tokio::test]
async fn dead_letters_of_all_processes_are_listed_and_replayed() {
    dead_letters_are_listed_and_replayed(Shape::Distributed).await;
}
