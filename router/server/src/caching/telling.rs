//! Tells the shared cache what has changed, in the order in which it did, until it has heard of it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use super::shared::{SharedCache, SharedSubject};
use crate::telemetry;

/// The pause after a change that could not be told, at first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// More subjects than that are told as a change of everything.
const SUBJECTS_MAX: usize = 20_000;

/// Tells one change after the other; those that come while one is told are told together.
///
/// Of what cannot be told it need not be remembered what it was: everything has changed then.
#[derive(Debug)]
pub(super) struct Teller {
    shared: Arc<Shared>,
    telling: AbortHandle,
}

#[derive(Debug, Default)]
struct Shared {
    untold: Mutex<Untold>,
    more: Notify,
}

/// What has changed here and is not known to be known there.
#[derive(Debug, Default)]
struct Untold {
    subjects: HashSet<SharedSubject>,
    everything: bool,
    is_being_told: bool,
    /// Nothing can be told for the time being: nobody waits for it.
    is_failing: bool,
    /// Who waits until it is told.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Teller {
    /// Begins; needs a runtime.
    pub(super) fn new(cache: Arc<dyn SharedCache>) -> Self {
        let shared = Arc::new(Shared::default());
        let telling = tokio::spawn(tell(Arc::clone(&shared), cache)).abort_handle();
        Self { shared, telling }
    }

    /// Has it told; what is given back resolves when it is, or fails when that may take long. No subjects: everything.
    pub(super) fn outdate(&self, subjects: Option<impl IntoIterator<Item = SharedSubject>>) -> oneshot::Receiver<()> {
        let mut untold = self.shared.untold();
        match subjects {
            Some(subjects) if !untold.everything => untold.subjects.extend(subjects),
            Some(_) => {}
            None => untold.everything = true,
        }
        untold.everything |= untold.is_failing || untold.subjects.len() > SUBJECTS_MAX;
        if untold.everything {
            untold.subjects = HashSet::new();
        }
        let (told, waiting) = oneshot::channel();
        if !untold.is_failing {
            untold.waiting.push(told);
        }
        drop(untold);
        self.shared.more.notify_one();
        waiting
    }

    /// Whether all of it is told: as long as it is not, what is kept there is not to be believed here.
    pub(super) fn has_told_all(&self) -> bool {
        let untold = self.shared.untold();
        untold.waiting.is_empty() && !untold.everything && !untold.is_being_told
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.telling.abort();
    }
}

impl Shared {
    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tell(shared: Arc<Shared>, cache: Arc<dyn SharedCache>) {
    let mut pause = PAUSE_MIN;
    loop {
        let (subjects, waiting) = {
            let mut untold = shared.untold();
            untold.is_being_told = untold.everything || !untold.waiting.is_empty();
            let all = std::mem::take(&mut untold.subjects);
            let everything = std::mem::take(&mut untold.everything);
            let subjects = (!everything).then(|| all.into_iter().collect::<Vec<_>>());
            (subjects, std::mem::take(&mut untold.waiting))
        };
        if subjects.is_some() && waiting.is_empty() {
            shared.more.notified().await;
            continue;
        }
        let told = cache.outdate(subjects.as_deref()).await;
        telemetry::count_shared_change(told.is_ok());
        {
            let mut untold = shared.untold();
            untold.is_being_told = false;
            untold.is_failing = told.is_err();
            if told.is_err() {
                untold.everything = true;
                untold.subjects = HashSet::new();
                // Neither do those who have come meanwhile wait for that.
                untold.waiting = Vec::new();
            }
        }
        if told.is_ok() {
            for waiting in waiting {
                // Most do not wait for it.
                let _is_heard = waiting.send(());
            }
            pause = PAUSE_MIN;
            continue;
        }
        drop(waiting);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
