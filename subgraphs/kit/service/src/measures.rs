//! What a subgraph measures of itself.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use kit_events::{dead_letters, outbox};
use metrics::{Gauge, Histogram, Unit, describe_gauge, describe_histogram, gauge, histogram};

use crate::{ServiceContext, WorkError, Worker};

const REQUEST_DURATION: &str = "subgraph_request_duration_seconds";
const OUTBOX_EVENTS: &str = "events_outbox_depth";
const OUTBOX_AGE: &str = "events_outbox_age_seconds";
const DEAD_LETTERS: &str = "events_dead_letters";
const CONNECTIONS: &str = "db_client_connections";
const CONNECTIONS_MAX: &str = "db_client_connections_max";
const BREAKER: &str = "subgraph_breaker_open";

/// How often it is looked how much waits.
const LOOK_INTERVAL: Duration = Duration::from_secs(15);

/// Tells what the metrics of subgraphs mean. docs/metrics.md is checked against this.
pub(crate) fn describe() {
    kit_database::describe_metrics();
    kit_events::describe_metrics();
    describe_histogram!(REQUEST_DURATION, Unit::Seconds, "Time of requests to a subgraph, by face and status.");
    describe_gauge!(OUTBOX_EVENTS, "Events that a subgraph has written and not yet published.");
    describe_gauge!(
        OUTBOX_AGE,
        Unit::Seconds,
        "Age of the oldest event that a subgraph has not yet published; zero without any."
    );
    describe_gauge!(DEAD_LETTERS, "Events that the consumers of a subgraph have given up, and nobody has settled.");
    describe_gauge!(CONNECTIONS, "Connections to the database of a subgraph, by state: idle or used.");
    describe_gauge!(CONNECTIONS_MAX, "Connections that a subgraph may have to its database.");
    describe_gauge!(BREAKER, "Whether a subgraph leaves a sister alone because she does not answer: 1 or 0.");
}

/// The handles for the requests of one subgraph.
pub(crate) struct RequestMeasures {
    subgraph: &'static str,
    /// Answered with the status 200, as nearly all are.
    graphql: Histogram,
    rest: Histogram,
}

impl RequestMeasures {
    pub(crate) fn new(subgraph: &'static str) -> Self {
        let of = |face| histogram!(REQUEST_DURATION, "subgraph" => subgraph, "face" => face, "status" => "200");
        Self { subgraph, graphql: of("graphql"), rest: of("rest") }
    }

    pub(crate) fn answered(&self, is_graphql: bool, status: StatusCode, elapsed: Duration) {
        let (face, well) = if is_graphql { ("graphql", &self.graphql) } else { ("rest", &self.rest) };
        if status == StatusCode::OK {
            return well.record(elapsed);
        }
        let (subgraph, status) = (self.subgraph, status.as_str().to_owned());
        histogram!(REQUEST_DURATION, "subgraph" => subgraph, "face" => face, "status" => status).record(elapsed);
    }
}

/// The breaker before a sister, as whoever asks her sees it.
pub(crate) fn breaker(subgraph: &'static str, sister: &'static str) -> Gauge {
    gauge!(BREAKER, "subgraph" => subgraph, "sister" => sister)
}

/// Looks again and again how much waits: events on their way out, those given up, and for the database.
pub(crate) struct Looking {
    context: ServiceContext,
    events: Gauge,
    age: Gauge,
    dead_letters: Gauge,
    idle: Gauge,
    used: Gauge,
}

impl Looking {
    pub(crate) fn new(context: ServiceContext) -> Arc<Self> {
        let subgraph = context.name;
        let connections = |state| gauge!(CONNECTIONS, "subgraph" => subgraph, "state" => state);
        gauge!(CONNECTIONS_MAX, "subgraph" => subgraph).set(context.database.connections().max);
        Arc::new(Self {
            events: gauge!(OUTBOX_EVENTS, "subgraph" => subgraph),
            age: gauge!(OUTBOX_AGE, "subgraph" => subgraph),
            dead_letters: gauge!(DEAD_LETTERS, "subgraph" => subgraph),
            idle: connections("idle"),
            used: connections("used"),
            context,
        })
    }
}

#[async_trait]
impl Worker for Looking {
    fn name(&self) -> &'static str {
        "measures"
    }

    fn interval(&self) -> Duration {
        LOOK_INTERVAL
    }

    /// Every replica looks at the same: what waits is of the subgraph, not of the replica.
    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let database = &self.context.database;
        let connections = database.connections();
        self.idle.set(connections.idle);
        self.used.set(connections.open.saturating_sub(connections.idle));
        let waiting = outbox::waiting(database).await?;
        self.events.set(to_f64(waiting.events));
        self.age.set(waiting.since.map_or(0.0, |since| to_f64(now.saturating_sub(since)).max(0.0) / 1_000_000.0));
        self.dead_letters.set(to_f64(dead_letters::count(database).await?));
        Ok(0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers, and 53 bits are enough")]
fn to_f64(value: i64) -> f64 {
    value as f64
}
