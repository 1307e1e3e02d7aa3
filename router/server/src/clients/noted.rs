//! What becomes known of a request on its way: for the metrics, for the log, for its trace, and for the counters of whoever asks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use router_registry::id_of_text;
use tracing::Span;

use super::Usage;
use crate::admission::Asked;
use crate::endpoint::Endpoint;
use crate::identity::{AccessClaims, Viewer};
use crate::operation::Operation;
use crate::recording::{Recorder, Tracer};
use crate::refusal::{ErrorCode, Refusal};
use crate::reply;
use crate::telemetry::{self, OperationSlot, RequestOutcome};

/// What is known of a request so far.
#[derive(Debug)]
pub(crate) struct Noted {
    /// Where it is noted for traces.
    pub(crate) recorder: Recorder,
    /// The kind of operation.
    pub(crate) kind: Option<&'static str>,
    begin: Instant,
    /// Where the operation is measured.
    measured: Option<Arc<OperationSlot>>,
    has_errors: bool,
    /// What became of the operation, and how long that took.
    became: Option<(RequestOutcome, Duration)>,
    asking: Option<Asking>,
}

/// What a client of its own asks for.
#[derive(Debug)]
struct Asking {
    claims: Arc<AccessClaims>,
    /// The id it has sent, or that of the text.
    id: Option<String>,
    name: Option<String>,
    cost: u64,
}

impl Noted {
    /// Nothing is known yet.
    pub(crate) fn new(recorder: Recorder) -> Self {
        let begin = Instant::now();
        Self { recorder, kind: None, begin, measured: None, has_errors: false, became: None, asking: None }
    }

    /// Who asks.
    pub(crate) fn viewer(&mut self, endpoint: &Endpoint, viewer: &Viewer, tracer: &Tracer) {
        let client = endpoint.own_client(viewer);
        let lines = Span::current();
        if let (false, Viewer::Authenticated(claims)) = (lines.is_disabled(), viewer) {
            match client {
                Some(_) => lines.record("client", claims.subject.as_str()),
                None => lines.record("viewer", &*tracer.viewer(&claims.subject)),
            };
        }
        self.recorder.viewer(viewer, client.is_some());
        if let (Some(_), Viewer::Authenticated(claims)) = (client, viewer) {
            let claims = Arc::clone(claims);
            self.asking = Some(Asking { claims, id: None, name: None, cost: 0 });
        }
    }

    /// The request is a list of operations, each of which is noted by itself.
    pub(crate) fn several(&mut self) {
        (self.kind, self.measured, self.asking) = (Some("batch"), None, None);
    }

    /// For what.
    pub(crate) fn asked(&mut self, asked: &Asked) {
        if let Some(asking) = &mut self.asking {
            asking.id = Some(match asked {
                Asked::Id(reference, _) => reference.id().to_owned(),
                Asked::Text(text) => id_of_text(text),
            });
        }
    }

    /// What that is.
    pub(crate) fn found(&mut self, operation: &Operation) {
        self.kind = Some(reply::kind_name(operation.kind));
        self.measured = Some(Arc::clone(&operation.measured));
        self.recorder.found(&operation.record);
        if let Some(name) = &operation.record.name {
            Span::current().record("operation", name.as_str());
        }
        if let Some(asking) = &mut self.asking {
            asking.name = operation.prepared.operation().name.as_ref().map(ToString::to_string);
        }
    }

    /// What it may cost.
    pub(crate) fn cost(&mut self, cost: u64) {
        self.recorder.cost(cost);
        if let Some(asking) = &mut self.asking {
            asking.cost = cost;
        }
    }

    /// Whether the reply has errors.
    pub(crate) fn executed(&mut self, has_errors: bool) {
        self.has_errors = has_errors;
    }

    /// Counts a request that was answered.
    pub(crate) fn count_answered(&mut self, usage: &Usage) {
        self.became(if self.has_errors { RequestOutcome::Errors } else { RequestOutcome::Answered });
        if let Some(asking) = self.asking.take() {
            let operation = (asking.id.unwrap_or_default(), asking.name);
            usage.count_answered(&asking.claims.subject, operation, asking.cost, self.has_errors);
        }
    }

    /// Counts and logs a request that was refused, where clients are known by their tokens. The log holds no token, and
    /// nothing that a person may have written.
    pub(crate) fn count_refused(&mut self, usage: &Usage, endpoint: &Endpoint, refusal: &Refusal) {
        self.became(RequestOutcome::Refused);
        self.recorder.refused(refusal);
        if endpoint.operations.client_role.is_none() {
            return;
        }
        let error = refusal.errors.first();
        let code = error.and_then(|error| error.extensions.get("code")?.as_str()).unwrap_or_default();
        let is_quoting = code == ErrorCode::BadUserInput.as_str();
        let reason = error.filter(|_| !is_quoting).map_or("", |error| error.message.as_str());
        let asking = self.asking.take();
        let client = asking.as_ref().map(|asking| asking.claims.subject.as_str());
        let operation = asking.as_ref().and_then(|asking| asking.id.as_deref());
        tracing::warn!(
            endpoint = endpoint.path,
            client = client.unwrap_or("(none)"),
            operation = operation.unwrap_or("(none)"),
            code,
            reason,
            "a client's request is refused"
        );
        if let Some(client) = client {
            usage.count_refused(client, code);
        }
    }

    fn became(&mut self, outcome: RequestOutcome) {
        self.became = Some((outcome, self.begin.elapsed()));
    }

    /// How long it has been known of.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    /// Measures the operation, where one was found and it is known what became of it: once.
    pub(crate) fn measure(&mut self) {
        if let (Some(measured), Some((outcome, elapsed))) = (self.measured.take(), self.became) {
            telemetry::count_operation(&measured, outcome, elapsed);
        }
    }
}
