//! The run itself: what is written, who publishes and consumes it, and what goes wrong meanwhile.

mod chance;
mod faults;
mod report;
mod stage;
mod workers;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kit_events::outbox;

use self::chance::Chance;
use self::faults::Faults;
use self::report::Books;
use self::stage::Stage;
use self::workers::{Running, write};

pub(crate) use self::report::{Progress, Report};
pub(crate) use self::stage::Shape;

/// Writers at once. Each writes to aggregates of its own.
const WRITERS: u64 = 4;
/// Events that may wait to take effect. Writers wait beyond that, so that the run measures what all of it can do.
const BEHIND_MAX: u64 = 20_000;
/// How often it looks how far everything is.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long nothing may move at the end before it is said to be lost.
const QUIET_MAX: Duration = Duration::from_secs(90);

/// What to do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Events to write, at least.
    pub(crate) events: u64,
    /// Between two faults.
    pub(crate) fault_every: Duration,
    /// Faults that there are at least: writing goes on until then.
    pub(crate) faults_min: u64,
    /// What the events and the faults are made of.
    pub(crate) seed: u64,
    /// On what.
    pub(crate) shape: Shape,
}

/// Does what is planned, and looks at the books when it is quiet. `show` hears every second how far it is.
///
/// # Errors
/// When a server that it needs is not installed.
pub(crate) async fn run(plan: &Plan, show: impl Fn(&Progress)) -> Result<Report, String> {
    let started = Instant::now();
    let stage = Arc::new(Stage::set(plan.shape).await?);
    let running = Arc::new(Running::default());
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(Arc::clone(&stage), Arc::clone(&running), writer, plan.seed)))
        .collect();
    let mut faults = Faults::begin(Arc::clone(&stage), Arc::clone(&running), Chance(plan.seed)).await;
    let mut next_fault = started + plan.fault_every;
    let mut progress = Progress { planned: plan.events, ..Progress::default() };
    while running.acknowledged.load(Ordering::SeqCst) < plan.events || faults.count() < plan.faults_min {
        if Instant::now() >= next_fault {
            faults.next().await;
            next_fault = Instant::now() + plan.fault_every;
        }
        look(&stage, &running, &faults, &mut progress, started, &show).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
    running.is_over.store(true, Ordering::SeqCst);
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.expect("writers do not panic"));
    }
    become_quiet(&stage, &running, &faults, &mut progress, started, &show).await;
    let taken = faults.end().await;
    let books = Books::of(&stage, &written).await;
    Ok(Report {
        plan: plan.clone(),
        seconds: started.elapsed().as_secs_f64(),
        faults: taken,
        books,
        handled: running.handled.load(Ordering::SeqCst),
    })
}

/// Waits until nothing is on its way any more, or nothing moves.
async fn become_quiet(
    stage: &Stage,
    running: &Running,
    faults: &Faults,
    progress: &mut Progress,
    started: Instant,
    show: &impl Fn(&Progress),
) {
    let mut last_move = (Instant::now(), 0);
    while last_move.0.elapsed() < QUIET_MAX {
        look(stage, running, faults, progress, started, show).await;
        if progress.effects != last_move.1 {
            last_move = (Instant::now(), progress.effects);
        }
        let waits = outbox::backlog(&stage.writing).await.unwrap_or(1);
        let written = stage.written().await.unwrap_or(u64::MAX);
        if waits == 0 && progress.effects >= written && stage.lag().await == Some(0) {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(
    stage: &Stage,
    running: &Running,
    faults: &Faults,
    progress: &mut Progress,
    started: Instant,
    show: &impl Fn(&Progress),
) {
    // A database that is away at this moment says nothing new.
    progress.effects = stage.effects().await.unwrap_or(progress.effects);
    progress.acknowledged = running.acknowledged.load(Ordering::SeqCst);
    progress.faults = faults.count();
    let behind = progress.acknowledged.saturating_sub(progress.effects);
    running.must_wait.store(behind > BEHIND_MAX, Ordering::SeqCst);
    let seconds = started.elapsed().as_secs();
    if seconds > progress.seconds {
        progress.seconds = seconds;
        show(progress);
    }
}
