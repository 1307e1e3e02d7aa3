//! When loaders read: after every resolver that can go on has gone on.
//!
//! A loader that waits for a fixed time reads too early when the machine is busy, and too late when it is not. Here the
//! resolvers of a request and its loaders take turns in one task: the resolvers run until none of them can go on, and
//! then the loaders read what has been asked for. So one turn needs one statement per loader, however slow the machine.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;

/// The loaders' work that has been asked for since the last turn.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Turns {
    /// Puts work off to the end of the turn.
    pub(super) fn add(&self, work: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the resolvers of one request, and the work that they put off.
    pub(super) async fn drive<T>(self, resolvers: impl Future<Output = T>) -> T {
        let mut resolvers = pin!(resolvers);
        let mut loading = FuturesUnordered::new();
        let progress = Arc::new(Progress { is_possible: AtomicBool::new(true), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&progress));
        poll_fn(|context| {
            progress.task.register(context.waker());
            loop {
                if progress.take() {
                    if let Poll::Ready(outcome) = resolvers.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Poll::Ready(outcome);
                    }
                    // A long list of resolvers pauses now and then for the sake of other tasks: the turn goes on later.
                    if progress.is_possible() {
                        return Poll::Pending;
                    }
                }
                loading.extend(self.take());
                // Everything that has been read by now is handed out before the resolvers go on, so that those who
                // waited for it ask their next questions in one turn, too.
                while let Poll::Ready(Some(())) = loading.poll_next_unpin(context) {}
                if !progress.is_possible() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

/// Whether a resolver can go on.
struct Progress {
    is_possible: AtomicBool,
    task: AtomicWaker,
}

impl Progress {
    fn take(&self) -> bool {
        self.is_possible.swap(false, Ordering::AcqRel)
    }

    fn is_possible(&self) -> bool {
        self.is_possible.load(Ordering::Acquire)
    }
}

impl Wake for Progress {
    fn wake(self: Arc<Self>) {
        self.is_possible.store(true, Ordering::Release);
        self.task.wake();
    }
}
