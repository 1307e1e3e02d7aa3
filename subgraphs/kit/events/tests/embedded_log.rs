use std::time::Duration;

use kit_events::{Event, EventId, EventLog, Origin, Watermark};

use crate::stage::{PUBLISHED, new_event, open_embedded};

const FIRST: Watermark = Watermark { remembered: 0, raised: 3 };

fn event(subject: &str, seq: i64) -> Event {
    let new = new_event(subject, PUBLISHED);
    Event::new(EventId::mint(new.time), "learning", seq, new, Origin::new("flow-1", None))
}

/// P13
#[tokio::test]
async fn what_was_published_is_there_after_a_restart_and_offsets_too() {
    let folder = tempfile::tempdir().unwrap();
    let events = [event("crs_1", 1), event("crs_1", 2), event("crs_1", 3)];
    let shard = kit_events::shard_of("crs_1");
    let log = open_embedded(folder.path()).await;
    log.publish("learning", &events, FIRST).await.unwrap();
    log.join("enrollment").await.unwrap();
    let first = log.read("enrollment", shard, 1).await.unwrap();
    log.acknowledge("enrollment", shard, &first).await.unwrap();
    log.close().await;

    let log = open_embedded(folder.path()).await;
    let rest = log.read("enrollment", shard, 10).await.unwrap();
    assert_eq!(rest.into_iter().map(|delivery| delivery.event).collect::<Vec<_>>(), events[1..]);
    assert_eq!(log.lag("enrollment").await.unwrap(), 2);
}

/// P13
#[tokio::test]
async fn every_group_gets_every_event() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_embedded(folder.path()).await;
    log.publish("learning", &[event("crs_1", 1)], FIRST).await.unwrap();
    let shard = kit_events::shard_of("crs_1");
    for group in ["enrollment", "media"] {
        log.join(group).await.unwrap();
        let read = log.read(group, shard, 10).await.unwrap();
        log.acknowledge(group, shard, &read).await.unwrap();
        assert_eq!((read.len(), log.lag(group).await.unwrap()), (1, 0));
    }
}

/// In the distributed shape on one host every process opens the same file.
#[tokio::test]
async fn another_process_hears_of_what_this_one_publishes() {
    let folder = tempfile::tempdir().unwrap();
    let (publisher, listener) = tokio::join!(open_embedded(folder.path()), open_embedded(folder.path()));
    let mut revisions = listener.revisions();
    publisher.publish("learning", &[event("crs_1", 1)], FIRST).await.unwrap();
    let heard = revisions.wait_for(|revision| *revision > 0);
    assert_eq!(*tokio::time::timeout(Duration::from_secs(60), heard).await.unwrap().unwrap(), 1);
}

/// A later acknowledgement never goes back, whichever comes last.
#[tokio::test]
async fn an_old_acknowledgement_does_not_bring_events_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_embedded(folder.path()).await;
    log.publish("learning", &[event("crs_1", 1), event("crs_1", 2)], FIRST).await.unwrap();
    let shard = kit_events::shard_of("crs_1");
    log.join("enrollment").await.unwrap();
    let both = log.read("enrollment", shard, 10).await.unwrap();
    log.acknowledge("enrollment", shard, &both).await.unwrap();
    log.acknowledge("enrollment", shard, &both[..1]).await.unwrap();
    assert_eq!(log.lag("enrollment").await.unwrap(), 0);
}
