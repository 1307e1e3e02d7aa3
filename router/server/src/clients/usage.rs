//! What clients have asked for, in bounded memory: since this router has started, and of this router only.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ::telemetry::metrics::bounded;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::telemetry::{self, ClientSlot, RequestOutcome};

/// Whatever has no place of its own is counted under this name, which no client can have.
const OTHERS: &str = "(others)";

/// How much is remembered, at most.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    clients: usize,
    /// Of all clients together: about 200 bytes each.
    operations: usize,
}

const BOUNDS: Bounds = Bounds { clients: 10_000, operations: 100_000 };

/// What clients have asked for.
#[derive(Debug)]
pub(crate) struct Usage {
    clock: Arc<dyn Clock>,
    since_ms: u64,
    store: Mutex<Store>,
}

#[derive(Debug)]
struct Store {
    bounds: Bounds,
    clients: HashMap<String, ClientUse>,
    operations: usize,
}

#[derive(Debug)]
struct ClientUse {
    counts: Counts,
    refusals: BTreeMap<String, u64>,
    operations: BTreeMap<String, OperationUse>,
    measured: Arc<ClientSlot>,
}

#[derive(Debug, Default)]
struct OperationUse {
    name: Option<String>,
    counts: Counts,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    operations: u64,
    errors: u64,
    cost: u64,
    last_ms: u64,
}

impl Counts {
    fn add(&mut self, cost: u64, has_errors: bool, now_ms: u64) {
        self.operations += 1;
        self.errors += u64::from(has_errors);
        self.cost = self.cost.saturating_add(cost);
        self.last_ms = now_ms;
    }

    fn shown(&self, now_ms: u64) -> Value {
        json!({
            "operations": self.operations, "errors": self.errors, "cost": self.cost,
            "lastUsedSecondsAgo": now_ms.saturating_sub(self.last_ms) / 1000,
        })
    }
}

impl Usage {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self::bounded(clock, BOUNDS)
    }

    fn bounded(clock: Arc<dyn Clock>, bounds: Bounds) -> Self {
        let store = Mutex::new(Store { bounds, clients: HashMap::new(), operations: 0 });
        Self { since_ms: clock.now_unix_ms(), clock, store }
    }

    pub(super) fn count_answered(
        &self,
        client: &str,
        operation: (String, Option<String>),
        cost: u64,
        has_errors: bool,
    ) {
        let now_ms = self.clock.now_unix_ms();
        let outcome = if has_errors { RequestOutcome::Errors } else { RequestOutcome::Answered };
        self.with_client(client, |found, room| {
            found.counts.add(cost, has_errors, now_ms);
            telemetry::count_client(&found.measured, outcome, cost);
            let (id, name) = operation;
            let is_known = found.operations.contains_key(&id);
            let has_place = is_known || *room > 0;
            *room -= usize::from(has_place && !is_known);
            let (id, name) = if has_place { (id, name) } else { (OTHERS.to_owned(), None) };
            let used = found.operations.entry(id).or_insert_with(|| OperationUse { name, counts: Counts::default() });
            used.counts.add(cost, has_errors, now_ms);
        });
    }

    pub(super) fn count_refused(&self, client: &str, code: &str) {
        let now_ms = self.clock.now_unix_ms();
        self.with_client(client, |found, _| {
            *found.refusals.entry(code.to_owned()).or_default() += 1;
            found.counts.last_ms = now_ms;
            telemetry::count_client(&found.measured, RequestOutcome::Refused, 0);
        });
    }

    /// Everything, or what one client has asked for.
    pub(super) fn shown(&self, only: Option<&str>) -> Value {
        let now_ms = self.clock.now_unix_ms();
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = store.clients.iter().filter(|(name, _)| only.is_none_or(|only| only == *name));
        let clients: BTreeMap<&String, Value> = clients.map(|(name, used)| (name, used.shown(now_ms))).collect();
        json!({ "sinceSeconds": now_ms.saturating_sub(self.since_ms) / 1000, "clients": clients })
    }

    /// Does something with what is counted of a client, and with how many more operations can be told apart.
    fn with_client(&self, client: &str, count: impl FnOnce(&mut ClientUse, &mut usize)) {
        // A thread that panicked here has left numbers, and those are sound.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = &mut *store;
        let known = store.clients.len();
        let name = if known < store.bounds.clients || store.clients.contains_key(client) { client } else { OTHERS };
        if !store.clients.contains_key(name) {
            store.clients.insert(name.to_owned(), ClientUse::new(name));
        }
        let mut room = store.bounds.operations.saturating_sub(store.operations);
        let before = room;
        if let Some(found) = store.clients.get_mut(name) {
            count(found, &mut room);
        }
        store.operations += before - room;
    }
}

impl ClientUse {
    fn new(name: &str) -> Self {
        // Those without a place here have none among the metrics, either.
        let measured = telemetry::client_slot(if name == OTHERS { bounded::OTHER } else { name });
        Self { counts: Counts::default(), refusals: BTreeMap::new(), operations: BTreeMap::new(), measured }
    }

    fn shown(&self, now_ms: u64) -> Value {
        let mut shown = self.counts.shown(now_ms);
        let operations = self.operations.iter().map(|(id, used)| {
            let mut each = used.counts.shown(now_ms);
            each["name"] = json!(used.name);
            (id, each)
        });
        shown["byOperation"] = json!(operations.collect::<BTreeMap<_, _>>());
        shown["refusals"] = json!(self.refusals.values().sum::<u64>());
        shown["refusalsByCode"] = json!(self.refusals);
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    /// AMP-22: any number of clients and operations take a bounded number of places, and nothing goes uncounted.
    #[test]
    fn what_has_no_place_is_counted_together() {
        let usage = Usage::bounded(Arc::new(SystemClock), Bounds { clients: 2, operations: 3 });
        for client in 0..4 {
            for operation in 0..3 {
                let operation = (format!("op{operation}"), Some("Name".to_owned()));
                usage.count_answered(&format!("client{client}"), operation, 2, client == 1);
            }
        }
        usage.count_refused("client9", "RATE_LIMITED");
        let shown = usage.shown(None);
        let of = |client: &str, what: &str| shown["clients"][client][what].clone();
        assert_eq!(shown["clients"].as_object().unwrap().len(), 3, "{shown:#}");
        assert_eq!((of("client0", "operations"), of("client0", "cost")), (json!(3), json!(6)));
        assert_eq!((of("client1", "errors"), of(OTHERS, "operations")), (json!(3), json!(6)));
        assert_eq!(of(OTHERS, "refusalsByCode"), json!({ "RATE_LIMITED": 1 }));
        assert_eq!(of("client0", "byOperation")["op2"]["name"], "Name");
        assert_eq!(of("client1", "byOperation")[OTHERS]["operations"], 3);
        assert_eq!(usage.shown(Some("client1"))["clients"].as_object().unwrap().len(), 1);
        assert_eq!(usage.shown(Some("nobody"))["clients"], json!({}));
    }
}
