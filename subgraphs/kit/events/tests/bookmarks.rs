//! Readers that belong to no group: the router's, of sessions that have ended.

use kit_events::{Bookmark, Event, EventId, Origin, Watermark};

use crate::stage::{PUBLISHED, Stage, new_event};

/// Before everything.
const BEGINNING: i64 = 0;

async fn publish(stage: &Stage, source: &str, subject: &str, seq: i64) -> Event {
    let new = new_event(subject, PUBLISHED);
    let event = Event::new(EventId::mint(new.time), source, seq, new, Origin::new("flow-1", None));
    let watermark = Watermark { remembered: 0, raised: seq };
    stage.log.publish(source, std::slice::from_ref(&event), watermark).await.unwrap();
    event
}

on_each_log! {
    /// P13, RT-16: every reader reads everything of one subgraph, once, whatever groups have acknowledged.
    async fn a_reader_without_a_group_reads_on_from_its_bookmark(stage: Stage) {
        let mut bookmark = Bookmark::since(BEGINNING);
        assert_eq!(stage.log.read_behind(&mut bookmark, "identity", 100).await.unwrap(), []);
        let first = publish(&stage, "identity", "ses_1", 1).await;
        publish(&stage, "learning", "crs_1", 1).await;
        let second = publish(&stage, "identity", "ses_1", 2).await;
        let other = stage.open_log().await;
        assert_eq!(other.read_behind(&mut bookmark, "identity", 100).await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(other.read_behind(&mut bookmark, "identity", 100).await.unwrap(), []);
        let third = publish(&stage, "identity", "ses_2", 1).await;
        assert_eq!(stage.log.read_behind(&mut bookmark, "identity", 100).await.unwrap(), [third]);

        let mut another = Bookmark::since(BEGINNING);
        assert_eq!(stage.log.read_behind(&mut another, "identity", 100).await.unwrap().len(), 3);
        let mut late = Bookmark::since(i64::MAX / 2);
        assert_eq!(stage.log.read_behind(&mut late, "identity", 100).await.unwrap(), []);
    }

    /// P13: however few are read at once, all of them are read, each aggregate in order.
    async fn a_reader_reads_all_in_small_steps(stage: Stage) {
        for seq in 1..=20 {
            for subject in ["ses_1", "ses_2", "ses_3"] {
                publish(&stage, "identity", subject, seq).await;
            }
        }
        let (mut bookmark, mut read) = (Bookmark::since(BEGINNING), Vec::new());
        loop {
            let events = stage.log.read_behind(&mut bookmark, "identity", 7).await.unwrap();
            if events.is_empty() {
                break;
            }
            read.extend(events);
        }
        assert_eq!(read.len(), 60);
        for subject in ["ses_1", "ses_2", "ses_3"] {
            let of_subject = read.iter().filter(|event| event.subject == subject).map(|event| event.seq);
            assert_eq!(of_subject.collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>(), "{subject}");
        }
    }
}
