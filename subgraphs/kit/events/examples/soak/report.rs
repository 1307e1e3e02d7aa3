//! What came of it.

use std::collections::BTreeMap;
use std::fmt;

use super::Plan;
use super::stage::Stage;
use super::workers::Written;

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) planned: u64,
    pub(crate) seconds: u64,
    pub(crate) acknowledged: u64,
    pub(crate) effects: u64,
    pub(crate) faults: u64,
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { planned, seconds, acknowledged, effects, faults } = self;
        write!(formatter, "{seconds:>6} s  {acknowledged} of {planned} events written, {effects} have taken effect, ")?;
        write!(formatter, "{}/s, {faults} faults", effects / (*seconds).max(1))
    }
}

/// What the tables say, beside what the writers know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    /// Events in the outbox.
    pub(crate) written: u64,
    /// Events that writers know to be written.
    pub(crate) acknowledged: u64,
    /// Events that were acknowledged and are not in the outbox, or never took effect.
    pub(crate) lost: u64,
    /// Events that are in the outbox although nobody wrote them.
    pub(crate) phantoms: u64,
    /// Effects beyond the first one of an event.
    pub(crate) doubled: u64,
    /// Events that took effect before an earlier one of their aggregate.
    pub(crate) inversions: u64,
    pub(crate) dead_letters: u64,
}

impl Books {
    /// Reads them, when it is quiet.
    pub(crate) async fn of(stage: &Stage, known: &[Written]) -> Self {
        let mut books = Self::default();
        for Written { subject, acknowledged, unknown } in known {
            let written = number(
                stage,
                true,
                "SELECT COALESCE(MAX(last_seq), 0) FROM event_sequences WHERE subject = ?",
                subject,
            )
            .await;
            let events = number(stage, false, "SELECT events FROM projections WHERE subject = ?", subject).await;
            let total = number(stage, false, "SELECT total FROM projections WHERE subject = ?", subject).await;
            books.inversions +=
                number(stage, false, "SELECT inversions FROM projections WHERE subject = ?", subject).await;
            books.written += written;
            books.acknowledged += acknowledged;
            books.lost += acknowledged.saturating_sub(written) + written.saturating_sub(events);
            books.phantoms += written.saturating_sub(acknowledged + unknown);
            books.doubled += events.saturating_sub(written);
            if events == written && total != written * (written + 1) / 2 {
                // As many as there should be, and not the right ones.
                books.lost += 1;
                books.doubled += 1;
            }
        }
        let letters =
            kit_events::dead_letters::count(&stage.counting).await.expect("the database answers when it is quiet");
        books.dead_letters = u64::try_from(letters).unwrap_or_default();
        books
    }
}

async fn number(stage: &Stage, of_writing: bool, sql: &'static str, subject: &str) -> u64 {
    let database = if of_writing { &stage.writing } else { &stage.counting };
    let row = database.query(sql).bind(subject).fetch_one().await.expect("the database answers when it is quiet");
    let number: i64 = row.get(0).expect("the columns are numbers");
    u64::try_from(number).unwrap_or_default()
}

/// The end of a run.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) plan: Plan,
    pub(crate) seconds: f64,
    /// How many faults of each kind there were.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) books: Books,
    /// How often a consumer was given an event.
    pub(crate) handled: u64,
}

impl Report {
    /// Whether every event took effect once, in its order.
    pub(crate) fn is_clean(&self) -> bool {
        let Books { lost, phantoms, doubled, inversions, dead_letters, .. } = self.books;
        lost + phantoms + doubled + inversions + dead_letters == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, seconds, faults, books, handled } = self;
        let Books { written, acknowledged, lost, phantoms, doubled, inversions, dead_letters } = books;
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let per_second = *written as f64 / seconds;
        writeln!(formatter, "seed {}, {:?}, {seconds:.0} s, {per_second:.0} events/s", plan.seed, plan.shape)?;
        writeln!(formatter, "written          {written}, of which {acknowledged} were acknowledged")?;
        writeln!(formatter, "lost             {lost}")?;
        writeln!(formatter, "phantoms         {phantoms}")?;
        writeln!(formatter, "doubled effects  {doubled}")?;
        writeln!(formatter, "inversions       {inversions}")?;
        writeln!(formatter, "dead letters     {dead_letters}")?;
        writeln!(formatter, "undone attempts  {}", handled.saturating_sub(*written))?;
        write!(formatter, "faults           {}", faults.values().sum::<u64>())?;
        for (fault, count) in faults {
            write!(formatter, "\n  {count:>6}  {fault}")?;
        }
        Ok(())
    }
}
