//! Sending failures to a server that speaks the protocol of Sentry.
//!
//! Everything is bounded: failures that wait, failures in a minute, the time of a request. Who has no room drops what is to
//! be reported, and counts it in `failures_unreported_total`; the log has it all the same.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use metrics::counter;
use tokio::sync::{mpsc, oneshot};

use super::event::Failure;
use super::{Dsn, DsnError};

/// Failures that wait to be sent.
const WAITING_MAX: usize = 128;
/// Failures that are sent in a minute: what goes wrong for everybody at once need not be told for each.
const PER_MINUTE_MAX: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);
const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);
/// How long nothing is sent when the server wants a pause, and does not say how long.
const PAUSE: Duration = Duration::from_secs(60);
/// Longest pause that a server can ask for.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

static REPORTER: OnceLock<mpsc::Sender<Told>> = OnceLock::new();

/// What the reports say of the process.
#[derive(Debug, Clone)]
pub struct ReportSettings {
    /// Where to.
    pub dsn: Dsn,
    /// The version that runs, such as `lyceum@1.2.0`.
    pub release: String,
    /// Where it runs, such as `production`; nothing for the server's default.
    pub environment: Option<String>,
}

/// Failures of this process are being reported.
#[derive(Debug)]
pub struct Reporting(mpsc::Sender<Told>);

enum Told {
    Failure(Box<Failure>),
    /// All that was told before is to be sent.
    Finish(oneshot::Sender<()>),
}

impl Reporting {
    /// Waits until what has failed so far has been sent, or this time is over.
    pub async fn finish(self, time_max: Duration) {
        let (done, is_done) = oneshot::channel();
        let finish = async {
            if self.0.send(Told::Finish(done)).await.is_ok() {
                let _ = is_done.await;
            }
        };
        let _ = tokio::time::timeout(time_max, finish).await;
    }
}

/// Reports failures of this process from now on. Said once for a process, in its runtime; nothing when it was said before.
///
/// # Errors
/// [`DsnError`] when no connection can be made to such an address at all.
pub fn report_to(settings: ReportSettings) -> Result<Option<Reporting>, DsnError> {
    // An error means that the process has a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(REQUEST_TIME_MAX).build();
    let client = client.map_err(|_| DsnError("this machine cannot make a connection to it"))?;
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    if REPORTER.set(sender.clone()).is_err() {
        return Ok(None);
    }
    tokio::spawn(send_all(client, settings, receiver));
    Ok(Some(Reporting(sender)))
}

/// Hands on a failure, which is made only when it is reported. It never waits.
pub(super) fn report(failure: impl FnOnce() -> Failure) {
    let Some(reporter) = REPORTER.get() else { return };
    match reporter.try_reserve() {
        Ok(place) => place.send(Told::Failure(Box::new(failure()))),
        Err(_) => unreported("queue"),
    }
}

async fn send_all(client: reqwest::Client, settings: ReportSettings, mut receiver: mpsc::Receiver<Told>) {
    let (mut minute, mut in_minute, mut paused_until) = (Instant::now(), 0, None::<Instant>);
    while let Some(told) = receiver.recv().await {
        let failure = match told {
            Told::Failure(failure) => failure,
            Told::Finish(done) => {
                // Who no longer waits has had enough.
                let _ = done.send(());
                continue;
            }
        };
        let now = Instant::now();
        if now.duration_since(minute) >= MINUTE {
            (minute, in_minute) = (now, 0);
        }
        if paused_until.is_some_and(|until| now < until) {
            unreported("paused");
        } else if in_minute >= PER_MINUTE_MAX {
            unreported("rate");
        } else {
            in_minute += 1;
            paused_until = send(&client, &settings, &failure).await.map(|pause| Instant::now() + pause);
        }
    }
}

/// Sends one, and answers how long to pause, if the server wants that.
async fn send(client: &reqwest::Client, settings: &ReportSettings, failure: &Failure) -> Option<Duration> {
    let envelope = failure.envelope(&new_id(), settings);
    let request = client.post(settings.dsn.envelopes().clone()).body(envelope);
    let request = request.header(CONTENT_TYPE, "application/x-sentry-envelope");
    match request.header("x-sentry-auth", settings.dsn.authorization()).send().await {
        Ok(reply) if reply.status().is_success() => None,
        Ok(reply) if reply.status() == StatusCode::TOO_MANY_REQUESTS => {
            unreported("refused");
            let asked = reply.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            Some(asked.map_or(PAUSE, Duration::from_secs).min(PAUSE_MAX))
        }
        Ok(reply) => {
            unreported("refused");
            // No error of its own, which would be reported in its turn.
            tracing::warn!(status = reply.status().as_u16(), "a failure could not be reported");
            None
        }
        Err(error) => {
            unreported("unreachable");
            tracing::warn!(error = %error.without_url(), "a failure could not be reported");
            None
        }
    }
}

fn unreported(reason: &'static str) {
    counter!("failures_unreported_total", "reason" => reason).increment(1);
}

fn new_id() -> String {
    let mut bytes = [0; 16];
    // An id that is not unique loses one report; there is no reason to stop for that.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
