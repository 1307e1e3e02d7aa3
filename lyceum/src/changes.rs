//! Tells the router what has changed in its subgraphs, from the event log, so that it forgets what it keeps of that.
//!
//! Each event outdates what is about its aggregate, and about everything whose id stands in its data; and, since the
//! aggregate may be new, the lists of things of its type.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_events::{Event, EventLog};
use kit_ids::Prefix;
use router_server::CacheInvalidation;
use serde_json::Value;

use crate::following::{Following, Listener, Reader};
use crate::platform;

/// Reads the log as long as it lives.
#[derive(Debug)]
pub struct Changes {
    _following: Following,
}

impl Changes {
    /// Follows the events of all subgraphs of the platform, from now on: what was answered before it began the router does
    /// not keep.
    #[must_use]
    pub fn follow(log: Arc<dyn EventLog>, invalidation: CacheInvalidation) -> Self {
        let reader = Reader::new(log, platform::names(), Duration::ZERO, Outdating { invalidation });
        Self { _following: reader.start() }
    }
}

/// Tells the router of each event.
struct Outdating {
    invalidation: CacheInvalidation,
}

#[async_trait]
impl Listener for Outdating {
    // What is kept ends with its time, whatever is heard of it.
    const PURPOSE: &'static str = "for changes";

    async fn hear(&mut self, events: &[Event]) {
        let mut touched = Touched::default();
        events.iter().for_each(|event| touched.add(event));
        let (types, ids) = (touched.types.iter().copied(), touched.ids.iter().map(String::as_str));
        self.invalidation.outdate(types, ids).everywhere().await;
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
