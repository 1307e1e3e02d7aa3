//! Tells the router what has changed in its subgraphs, from the event log, so that it forgets what it keeps of that.
//!
//! Each event outdates what is about its aggregate, and about everything whose id stands in its data; and, since the
//! aggregate may be new, the lists of things of its type.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kit_events::{Bookmark, Event, EventLog, EventLogError};
use kit_ids::Prefix;
use router_server::CacheInvalidation;
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::platform;

/// How long a change takes at most to reach a router whose log answers, if the announcement of it is lost.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Events read at once.
const BATCH_MAX: usize = 500;
/// How far clocks may be apart. What was answered before this router began it does not keep.
const CLOCK_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Reads the log as long as it lives.
#[derive(Debug)]
pub struct Changes(AbortHandle);

impl Changes {
    /// Follows the events of all subgraphs of the platform, from now on.
    #[must_use]
    pub fn follow(log: Arc<dyn EventLog>, invalidation: CacheInvalidation) -> Self {
        let sources = platform::names().into_iter().map(|name| (name, beginning())).collect();
        Self(tokio::spawn(Reader { sources, log, invalidation }.read_on()).abort_handle())
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn beginning() -> Bookmark {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Bookmark::since(i64::try_from(now.saturating_sub(CLOCK_MARGIN).as_micros()).unwrap_or(i64::MAX))
}

struct Reader {
    sources: Vec<(&'static str, Bookmark)>,
    log: Arc<dyn EventLog>,
    invalidation: CacheInvalidation,
}

impl Reader {
    async fn read_on(mut self) {
        let mut revisions = self.log.revisions();
        loop {
            if let Err(error) = self.read_to_end().await {
                // What is missed is read later; until then what is kept ends with its time.
                tracing::warn!(%error, "the event log cannot be read for changes; trying again");
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
            tokio::select! {
                changed = revisions.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
        }
    }

    async fn read_to_end(&mut self) -> Result<(), EventLogError> {
        for (source, bookmark) in &mut self.sources {
            loop {
                let events = self.log.read_behind(bookmark, source, BATCH_MAX).await?;
                if events.is_empty() {
                    break;
                }
                let mut touched = Touched::default();
                events.iter().for_each(|event| touched.add(event));
                let (types, ids) = (touched.types.iter().copied(), touched.ids.iter().map(String::as_str));
                self.invalidation.outdate(types, ids).everywhere().await;
            }
        }
        Ok(())
    }
}

/// What some events are about.
#[derive(Debug, Default, PartialEq, Eq)]
struct Touched {
    types: BTreeSet<&'static str>,
    ids: BTreeSet<String>,
}

impl Touched {
    fn add(&mut self, event: &Event) {
        if let Some(prefix) = Prefix::of(&event.subject) {
            self.types.insert(prefix.type_name);
        }
        self.ids.insert(event.subject.clone());
        self.add_ids(&event.data);
    }

    fn add_ids(&mut self, value: &Value) {
        match value {
            Value::String(text) if Prefix::of(text).is_some() => drop(self.ids.insert(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| self.add_ids(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.add_ids(field)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use kit_events::{EventId, NewEvent, Origin};
    use serde_json::json;

    use super::*;

    /// P4: an event outdates by node id.
    #[test]
    fn an_event_touches_its_aggregate_and_whatever_it_names() {
        let mut touched = Touched::default();
        let data =
            json!({ "courseId": "crs_01jb", "of": [{ "userId": "usr_01jb" }], "note": "a word_of it", "count": 3 });
        let event =
            NewEvent { kind: "enrollment.enrollment.created.v1", subject: "enr_01jb".to_owned(), time: 0, data };
        touched.add(&Event::new(EventId::mint(0), "enrollment", 1, event, Origin::new("flow".to_owned(), None)));
        assert_eq!(touched.types.iter().copied().collect::<Vec<_>>(), ["Enrollment"]);
        let ids: Vec<&str> = touched.ids.iter().map(String::as_str).collect();
        assert_eq!(ids, ["crs_01jb", "enr_01jb", "usr_01jb"]);
    }
}
