use kit_database::{DatabaseError, in_transaction};
use kit_events::{Event, Origin, outbox};
use kit_testing::{TestDatabase, on_each_database};

use crate::stage::{ARCHIVED, Log, PUBLISHED, Stage, append, new_event};

on_each_database! {
    /// P13
    async fn an_event_vanishes_with_the_transaction_of_its_cause(place: TestDatabase) {
        let stage = Stage::set(&place, Log::Embedded).await;
        let mut transaction = stage.database.begin().await.unwrap();
        outbox::append(&mut transaction, &Origin::new("flow-1", None), new_event("crs_1", PUBLISHED)).await.unwrap();
        transaction.rollback().await.unwrap();
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
        assert_eq!(append(&stage.database, "crs_1", PUBLISHED).await.unwrap().seq, 1);
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 1);
    }

    /// P13
    async fn every_aggregate_counts_its_own_events_without_gaps(place: TestDatabase) {
        let stage = Stage::set(&place, Log::Embedded).await;
        let writers = (0..12).map(|writer| {
            let database = stage.database.clone();
            let subject = format!("crs_{}", writer % 2);
            tokio::spawn(async move { append(&database, &subject, PUBLISHED).await.unwrap() })
        });
        let mut numbers = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            let event = writer.await.unwrap();
            numbers.push((event.subject, event.seq));
        }
        numbers.sort();
        let expected = [("crs_0", 1..=6), ("crs_1", 1..=6)];
        let expected = expected.into_iter().flat_map(|(subject, seqs)| seqs.map(move |seq| (subject.to_owned(), seq)));
        assert_eq!(numbers, expected.collect::<Vec<_>>());
    }

    /// P13, P14
    async fn a_flow_can_be_followed_by_its_correlation_id(place: TestDatabase) {
        let stage = Stage::set(&place, Log::Embedded).await;
        let first = append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
        let caused: Result<Event, DatabaseError> = in_transaction!(stage.database, |transaction| {
            outbox::append(transaction, &first.consequence(), new_event("crs_2", ARCHIVED)).await
        });
        let caused = caused.unwrap();
        assert_eq!(caused.causation_id, Some(first.id.to_string()));
        assert_eq!(outbox::flow(&stage.database, "flow-1").await.unwrap(), [first, caused]);
        assert_eq!(outbox::flow(&stage.database, "flow-2").await.unwrap(), []);
    }
}

/// P13: the document is CloudEvents 1.0 JSON.
#[test]
fn an_event_is_a_cloudevents_document() {
    let document = serde_json::json!({
        "specversion": "1.0",
        "id": "01jbqz8v4x0000000000000000",
        "source": "learning",
        "type": "learning.course.published.v1",
        "subject": "crs_01jb",
        "time": "2026-05-28T20:26:40.000001Z",
        "seq": 3,
        "correlationid": "flow-1",
        "causationid": "01jbqz8v4x0000000000000001",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "replay": true,
        "data": { "title": "Rust" },
    });
    let event: Event = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(event.time, 1_780_000_000_000_001);
    assert_eq!(serde_json::to_value(&event).unwrap(), document);
}
