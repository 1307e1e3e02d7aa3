//! Spans that wait to be sent.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

use super::OtlpOptions;
use super::exporter::Exporters;
use crate::span::Span;

const DROPPED: &str = "telemetry_spans_dropped_total";
const EXPORTED: &str = "telemetry_spans_exported_total";
/// Between two lines of the log that say the same.
const WARNING_PAUSE: Duration = Duration::from_secs(60);

enum Message {
    Spans(Vec<Span>),
    /// The last one: whoever has sent it waits until everything is sent.
    Stop(oneshot::Sender<()>),
}

/// A queue, and the task that empties it.
#[derive(Debug)]
pub(super) struct Queue {
    /// Not bounded itself: `waiting` is, in spans. Taken away when it stops.
    sender: Mutex<Option<UnboundedSender<Message>>>,
    waiting: Arc<AtomicUsize>,
    spans_max: usize,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Message")
    }
}

impl Queue {
    pub(super) fn start(exporters: Exporters, options: &OtlpOptions) -> Self {
        let (sender, receiver) = unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let sending = Sending {
            exporters,
            receiver,
            waiting: Arc::clone(&waiting),
            batch_spans_max: options.batch_spans_max.max(1),
            interval: options.interval,
            timeout: options.timeout,
            warned: None,
        };
        tokio::spawn(sending.run());
        Self { sender: Mutex::new(Some(sender)), waiting, spans_max: options.queue_spans_max }
    }

    pub(super) fn put(&self, spans: &[Span]) {
        let count = spans.len();
        let waiting = self.waiting.fetch_add(count, Ordering::Relaxed);
        let has_room = waiting + count <= self.spans_max;
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let is_sent =
            has_room && sender.as_ref().is_some_and(|sender| sender.send(Message::Spans(spans.to_vec())).is_ok());
        if !is_sent {
            self.waiting.fetch_sub(count, Ordering::Relaxed);
            counter!(DROPPED, "reason" => "queue").increment(count as u64);
        }
    }

    pub(super) async fn stop(&self, within: Duration) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (done, all_sent) = oneshot::channel();
        if sender.is_some_and(|sender| sender.send(Message::Stop(done)).is_ok())
            && timeout(within, all_sent).await.is_err()
        {
            let left = self.waiting.load(Ordering::Relaxed);
            counter!(DROPPED, "reason" => "stopped").increment(left as u64);
            tracing::warn!(left, "spans could not be sent before the process stops");
        }
    }
}

struct Sending {
    exporters: Exporters,
    receiver: UnboundedReceiver<Message>,
    waiting: Arc<AtomicUsize>,
    batch_spans_max: usize,
    interval: Duration,
    timeout: Duration,
    warned: Option<Instant>,
}

impl Sending {
    async fn run(mut self) {
        while let Some(first) = self.receiver.recv().await {
            let (spans, is_last) = self.gather(first).await;
            self.send(spans).await;
            if let Some(done) = is_last {
                // Nobody may wait any more.
                let _ = done.send(());
                return;
            }
        }
    }

    /// What comes together with the first ones, until there are enough, or they have waited long enough.
    async fn gather(&mut self, first: Message) -> (Vec<Span>, Option<oneshot::Sender<()>>) {
        let until = Instant::now() + self.interval;
        let mut spans = match first {
            Message::Spans(spans) => spans,
            Message::Stop(done) => return (Vec::new(), Some(done)),
        };
        while spans.len() < self.batch_spans_max {
            match timeout_at(until, self.receiver.recv()).await {
                Ok(Some(Message::Spans(more))) => spans.extend(more),
                Ok(Some(Message::Stop(done))) => return (spans, Some(done)),
                Ok(None) | Err(_) => break,
            }
        }
        (spans, None)
    }

    async fn send(&mut self, spans: Vec<Span>) {
        let count = spans.len();
        let mut services: BTreeMap<Arc<str>, Vec<Span>> = BTreeMap::new();
        for span in spans {
            services.entry(Arc::clone(&span.service)).or_default().push(span);
        }
        for (service, spans) in services {
            for spans in spans.chunks(self.batch_spans_max) {
                let sent = timeout(self.timeout, self.exporters.send(&service, spans)).await;
                let failure = match sent {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(error),
                    Err(_) => Some(format!("the collector did not answer within {} ms", self.timeout.as_millis())),
                };
                let outcome = if failure.is_none() { "sent" } else { "failed" };
                counter!(EXPORTED, "outcome" => outcome).increment(spans.len() as u64);
                if let Some(failure) = failure {
                    counter!(DROPPED, "reason" => "export").increment(spans.len() as u64);
                    self.warn(&failure);
                }
            }
        }
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }

    fn warn(&mut self, failure: &str) {
        let now = Instant::now();
        if self.warned.is_none_or(|warned| now - warned >= WARNING_PAUSE) {
            self.warned = Some(now);
            tracing::warn!(failure, "spans could not be sent to the collector, and are dropped");
        }
    }
}
