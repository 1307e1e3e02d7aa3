//! Faults that administrators put in the way of requests to subgraphs, to see what a graph does when one is slow or away
//! (S1-DEMO-1, S1-FLOW-3).
//!
//! A fault stands for a while, or is ordered for one request by its header `x-fault`. It is put in the way where the router
//! meets the network, so that everything else happens as it would with a subgraph that is slow. Where the settings do not
//! allow faults, none of this is there.

use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ::telemetry::TraceId;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use router_execution::transport::{StreamedBody, Transport, TransportError};
use serde::{Deserialize, Serialize};

use crate::identity::Viewer;

/// The header by which an administrator orders faults for one request: `media;delay=300ms, learning;error=unavailable`.
pub(crate) const FAULT: HeaderName = HeaderName::from_static("x-fault");
/// No request is held up for longer.
pub(crate) const DELAY_MAX: Duration = Duration::from_secs(10);
/// No fault stands for longer, in seconds.
pub(crate) const SECONDS_MAX: u64 = 600;
/// Faults that one request may order.
const ORDERS_MAX: usize = 16;
/// Traces that are noted to have met a fault, until their requests end.
const MET_MAX: usize = 10_000;
/// Who has it administers.
const SCOPE: &str = "admin";

/// What a subgraph seems to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// It answers so much later.
    pub(crate) delay: Option<Duration>,
    /// It does not answer.
    pub(crate) failure: Option<Failure>,
}

/// How a subgraph does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Failure {
    /// It cannot be reached.
    Unavailable,
    /// It takes longer than it may.
    Timeout,
}

/// A fault that stands for a while.
#[derive(Debug, Clone)]
pub(crate) struct StandingFault {
    pub(crate) fault: Fault,
    /// The share of requests that meet it.
    pub(crate) share: f64,
    until: Instant,
    /// The same moment, in milliseconds since 1970.
    pub(crate) until_ms: u64,
    /// Who has ordered it.
    pub(crate) by: String,
}

impl StandingFault {
    pub(crate) fn new(fault: Fault, share: f64, lasts: Duration, until_ms: u64, by: String) -> Self {
        Self { fault, share, until: Instant::now() + lasts, until_ms, by }
    }
}

/// The faults that stand.
#[derive(Debug)]
pub(crate) struct Faults {
    by_subgraph: RwLock<BTreeMap<String, StandingFault>>,
    /// Traces of requests that have met one.
    met: Mutex<HashSet<TraceId>>,
    /// Goes before an order on its way through the router: nobody else can give one, whatever headers are forwarded.
    secret: String,
}

impl Default for Faults {
    fn default() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("invariant: the operating system gives random bytes");
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        Self { by_subgraph: RwLock::default(), met: Mutex::default(), secret }
    }
}

impl Faults {
    pub(crate) fn order(&self, subgraph: &str, fault: StandingFault) {
        let mut standing = self.by_subgraph.write().unwrap_or_else(PoisonError::into_inner);
        standing.insert(subgraph.to_owned(), fault);
    }

    pub(crate) fn lift(&self, subgraph: &str) {
        self.by_subgraph.write().unwrap_or_else(PoisonError::into_inner).remove(subgraph);
    }

    /// Those that stand now.
    pub(crate) fn standing(&self) -> Vec<(String, StandingFault)> {
        let now = Instant::now();
        let standing = self.by_subgraph.read().unwrap_or_else(PoisonError::into_inner);
        let standing = standing.iter().filter(|(_, fault)| fault.until > now);
        standing.map(|(subgraph, fault)| (subgraph.clone(), fault.clone())).collect()
    }

    /// What a request orders by its header, if its viewer may. The header goes no further, in any case.
    pub(crate) fn ordered(faults: Option<&Self>, headers: &mut HeaderMap, viewer: &Viewer) -> Option<Arc<FaultOrder>> {
        let header = headers.remove(FAULT)?;
        let may = viewer.claims().is_some_and(|claims| claims.scopes.iter().any(|scope| scope == SCOPE));
        let order = FaultOrder::read(&header, &faults.filter(|_| may)?.secret);
        (!order.0.is_empty()).then(|| Arc::new(order))
    }

    /// Whether the request of a trace has met a fault. It ends: nobody asks again.
    pub(crate) fn was_met(&self, trace: TraceId) -> bool {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).remove(&trace)
    }

    fn note_met(&self, headers: &HeaderMap) {
        let parent = headers.get("traceparent").and_then(|parent| parent.to_str().ok());
        if let Some(trace) = parent.and_then(|parent| parent.split('-').nth(1)?.parse().ok()) {
            let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
            if met.len() >= MET_MAX {
                met.clear();
            }
            met.insert(trace);
        }
    }

    /// The fault that one request to a subgraph meets.
    fn standing_for(&self, subgraph: &str) -> Option<Fault> {
        let standing = self.by_subgraph.read().unwrap_or_else(PoisonError::into_inner);
        let standing = standing.get(subgraph).filter(|fault| fault.until > Instant::now())?;
        is_drawn(standing.share).then_some(standing.fault)
    }
}

/// Whether one of so large a share.
fn is_drawn(share: f64) -> bool {
    if share >= 1.0 {
        return true;
    }
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).is_ok() && f64::from(u32::from_le_bytes(bytes)) < share * f64::from(u32::MAX)
}

/// Faults that one request has ordered, by subgraph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FaultOrder(Vec<(String, HeaderValue)>);

impl FaultOrder {
    /// Reads the header; what is no fault in it is left out.
    fn read(header: &HeaderValue, secret: &str) -> Self {
        let text = header.to_str().unwrap_or_default();
        let orders = text.split(',').take(ORDERS_MAX).filter_map(|order| {
            let (subgraph, fault) = order.trim().split_once(';')?;
            let fault = fault.trim();
            Fault::from_str(fault).ok()?;
            Some((subgraph.trim().to_owned(), HeaderValue::from_str(&format!("{secret};{fault}")).ok()?))
        });
        Self(orders.collect())
    }

    /// What the request to a subgraph carries up to where its fault is put in the way, and no further.
    pub(crate) fn header(&self, subgraph: &str) -> Option<HeaderValue> {
        self.0.iter().find(|(name, _)| name == subgraph).map(|(_, fault)| fault.clone())
    }
}

/// A text that is no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoFault;

impl FromStr for Fault {
    type Err = NoFault;

    fn from_str(text: &str) -> Result<Self, NoFault> {
        let mut fault = Self::default();
        for part in text.split(';') {
            match part.trim().split_once('=') {
                Some(("delay", delay)) => {
                    let delay = delay.strip_suffix("ms").ok_or(NoFault)?.parse().map_err(|_| NoFault)?;
                    fault.delay = Some(Duration::from_millis(delay).min(DELAY_MAX));
                }
                Some(("error", "unavailable")) => fault.failure = Some(Failure::Unavailable),
                Some(("error", "timeout")) => fault.failure = Some(Failure::Timeout),
                _ => return Err(NoFault),
            }
        }
        Ok(fault)
    }
}

/// A transport in whose way faults are put.
#[derive(Debug)]
pub(crate) struct FaultyTransport {
    subgraph: String,
    inner: Arc<dyn Transport>,
    faults: Arc<Faults>,
}

impl FaultyTransport {
    pub(crate) fn new(subgraph: String, inner: Arc<dyn Transport>, faults: Arc<Faults>) -> Self {
        Self { subgraph, inner, faults }
    }

    /// Takes the order from a request, and waits or fails as it or a standing fault says. Gives the time that is left.
    async fn meet(&self, headers: &mut HeaderMap, timeout: Duration) -> Result<Duration, TransportError> {
        let ordered = headers.remove(FAULT);
        let ordered = ordered.as_ref().and_then(|order| {
            let order = order.to_str().ok()?.strip_prefix(self.faults.secret.as_str())?;
            order.strip_prefix(';')?.parse().ok()
        });
        let Some(fault) = ordered.or_else(|| self.faults.standing_for(&self.subgraph)) else { return Ok(timeout) };
        self.faults.note_met(headers);
        let delay = match fault.failure {
            Some(Failure::Timeout) => timeout,
            _ => fault.delay.unwrap_or_default().min(timeout),
        };
        tokio::time::sleep(delay).await;
        match fault.failure {
            Some(Failure::Unavailable) => Err(TransportError::Unavailable("a fault was put in the way".to_owned())),
            Some(Failure::Timeout) => Err(TransportError::Timeout(timeout)),
            None if delay >= timeout => Err(TransportError::Timeout(timeout)),
            None => Ok(timeout - delay),
        }
    }
}

/// A stream may take as long as it likes; a fault that never ends would not help.
const STREAM_TIMEOUT: Duration = Duration::from_secs(30);

#[async_trait]
impl Transport for FaultyTransport {
    async fn send(
        &self,
        mut request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let left = self.meet(request.headers_mut(), timeout).await?;
        self.inner.send(request, left).await
    }

    async fn stream(
        &self,
        mut request: http::Request<StreamedBody>,
    ) -> Result<http::Response<StreamedBody>, TransportError> {
        self.meet(request.headers_mut(), STREAM_TIMEOUT).await?;
        self.inner.stream(request).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::{Failure, Fault, FaultOrder, NoFault};

    #[test]
    fn a_fault_is_read_as_it_is_ordered() {
        let fault = |text: &str| text.parse::<Fault>();
        let delay = |ms| Some(Duration::from_millis(ms));
        assert_eq!(fault("delay=300ms"), Ok(Fault { delay: delay(300), failure: None }));
        assert_eq!(
            fault("delay=5ms; error=unavailable"),
            Ok(Fault { delay: delay(5), failure: Some(Failure::Unavailable) })
        );
        assert_eq!(fault("delay=99999999ms").unwrap().delay, delay(10_000), "bounded");
        for bad in ["", "delay=300", "delay=-1ms", "error=explode", "nonsense"] {
            assert_eq!(fault(bad), Err(NoFault), "{bad}");
        }
        let header = HeaderValue::from_static("media;delay=300ms, learning;error=timeout, nonsense");
        let order = FaultOrder::read(&header, "secret");
        assert_eq!(order.header("media").unwrap(), "secret;delay=300ms");
        assert_eq!(order.header("learning").unwrap(), "secret;error=timeout");
        assert_eq!(order.header("identity"), None);
    }
}
