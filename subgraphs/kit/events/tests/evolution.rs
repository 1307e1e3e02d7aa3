//! Events of other times: newer publishers, and clocks that are wrong.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kit_database::{Transaction, in_transaction};
use kit_events::{Consumer, Event, EventId, HandlerError, NewEvent, Origin, Watermark, dead_letters, outbox};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::stage::{Counting, PUBLISHED, Stage};

/// Reads of the data what it knows.
#[derive(Default)]
struct Reading {
    titles: Mutex<Vec<String>>,
}

#[derive(Deserialize)]
struct CourseData {
    title: String,
}

#[async_trait]
impl Consumer for Reading {
    fn name(&self) -> &'static str {
        "reading"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == PUBLISHED
    }

    async fn handle(&self, event: &Event, _: &mut Transaction) -> Result<(), HandlerError> {
        let data: CourseData = event.data()?;
        self.titles.lock().unwrap().push(data.title);
        Ok(())
    }
}

/// An event as a publisher of tomorrow writes it.
fn of_tomorrow(kind: &'static str, data: Value) -> Event {
    let time = 1_780_000_000_000_000;
    let new = NewEvent { kind, subject: "crs_1".to_owned(), time, data };
    let event = Event::new(EventId::mint(time), "learning", 1, new, Origin::new("flow-1", None));
    let mut document = serde_json::to_value(&event).unwrap();
    document["partitionkey"] = json!("an extension of CloudEvents");
    document["dataschema"] = json!("https://lyceum.example/schemas/course/2");
    serde_json::from_value(document).unwrap()
}

on_each_log! {
    /// EB-17: what a consumer does not know it passes over, whether a member, a field or a type; what it needs and does not
    /// find makes a dead letter at once, and holds up nobody.
    async fn an_old_consumer_understands_what_it_knows_of_newer_events(stage: Stage) {
        let events = [
            of_tomorrow(PUBLISHED, json!({ "title": "Rust", "subtitle": { "ko": "러스트" }, "price": null })),
            of_tomorrow("learning.course.sung.v7", json!({ "title": "not for this one" })),
            of_tomorrow(PUBLISHED, json!({ "name": "renamed" })),
            of_tomorrow(PUBLISHED, json!({ "title": 7 })),
            of_tomorrow(PUBLISHED, json!({ "title": "Axum" })),
        ];
        stage.log.publish("learning", &events, Watermark { remembered: 0, raised: 5 }).await.unwrap();
        let consumer = Arc::new(Reading::default());
        assert_eq!(stage.runner(consumer.clone()).deliver_all().await.unwrap(), 5);
        assert_eq!(*consumer.titles.lock().unwrap(), ["Rust", "Axum"]);
        let letters = dead_letters::list(&stage.database).await.unwrap();
        let mut reasons: Vec<(u32, bool)> =
            letters.iter().map(|letter| (letter.attempts, letter.error.starts_with("rejected: the data of"))).collect();
        reasons.sort_unstable();
        assert_eq!(reasons, [(1, true), (1, true)]);
        assert_eq!(stage.log.lag("reading").await.unwrap(), 0);
    }

    /// EB-12: the time of an event decides nothing: not its order, and not whether it is delivered.
    async fn a_clock_that_jumps_changes_no_order(stage: Stage) {
        const HOUR_US: i64 = 3_600_000_000;
        for jump in [0, HOUR_US, -HOUR_US, 5 * HOUR_US, -1_780_000_000_000_000, 1] {
            let time = 1_780_000_000_000_000 + jump;
            let written: Result<Event, kit_database::DatabaseError> = in_transaction!(stage.database, |transaction| {
                let event = NewEvent { kind: PUBLISHED, subject: "crs_1".to_owned(), time, data: json!({}) };
                outbox::append(transaction, &Origin::new("flow-1", None), event).await
            });
            written.unwrap();
        }
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        stage.wait_for_effects(6).await;
    }
}
