//! playback's share of the demonstration world: sittings of people with lessons, and all that playback's own rules make
//! of them; and its replica of what learning publishes.

mod replay;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{BulkInsert, DemonstrationError, Progress, Seeder, Table, Viewing, World, row};
use kit_ids::UserId;
use kit_names::Named;

use self::replay::{Replay, events};
use self::tables::{
    COUNTED_VIEWS, PLAYABLE_META, PLAYBACK_EVENTS, PLAYBACK_SESSIONS, RETENTION, TABLES, VIEW_STATS, WATCH_PROGRESS,
    WATCH_TIME, WATCHERS,
};
use crate::domain::{DAY_US, Session};

const NAME: &str = "playback";
const LESSON: &str = "les";
/// Replicas begin before the first event of an aggregate, so that any event replaces them.
const BEFORE_EVENTS: i64 = 0;

/// Replays the sittings of the world, and writes what comes of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaybackSeeder;

#[async_trait]
impl Seeder for PlaybackSeeder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        lengths(world, database, progress).await?;
        let People { mut sessions, hours } = lessons(world, database, progress).await?;
        // In the order of their ids, which is the order of time: so each goes behind the ones before.
        sessions.sort_unstable_by_key(|session| session.id.to_bytes());
        write_sessions(&sessions, database, progress).await?;
        write_events(world, database, progress).await?;
        write_people(&sessions, &hours, database, progress).await
    }
}

/// What sittings leave behind beside what belongs to one lesson.
struct People {
    sessions: Vec<Session>,
    /// How long each person watched, by hour.
    hours: BTreeMap<(UserId, i64), i64>,
}

async fn lengths(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.lessons();
    let mut insert = BulkInsert::new(database, PLAYABLE_META, progress.table(NAME, PLAYABLE_META.name(), rows.len()));
    for lesson in rows {
        let (length, course) = (lesson.duration_seconds, lesson.course_id);
        insert.push(row![lesson.id, LESSON, length, None::<i64>, course, false, BEFORE_EVENTS]).await?;
    }
    insert.finish().await
}

/// Replays lesson by lesson, because nothing that is counted spans two of them but people's hours.
async fn lessons(world: &World, database: &Database, progress: &Progress) -> Result<People, DemonstrationError> {
    let mut order: Vec<&Viewing> = world.viewings().iter().collect();
    order.sort_unstable_by_key(|viewing| (viewing.lesson_row, viewing.started_at, viewing.row));
    let mut people = People { sessions: Vec::with_capacity(order.len()), hours: BTreeMap::new() };
    let mut writing = Writing::new(database, progress, order.len());
    for viewings in order.chunk_by(|one, next| one.lesson_row == next.lesson_row) {
        let lesson = &world.lessons()[viewings[0].lesson_row];
        let mut replay = Replay::of(lesson);
        for viewing in viewings {
            let session = replay.sitting(viewing, &events(world, viewing), &mut people.hours);
            people.sessions.push(session);
        }
        writing.write(&replay, world.key().anchor.micros()).await?;
    }
    writing.finish().await?;
    Ok(people)
}

/// The tables that belong to one lesson at a time.
struct Writing<'a> {
    progress: BulkInsert<'a, 9>,
    stats: BulkInsert<'a, 8>,
    views: BulkInsert<'a, 4>,
    retention: BulkInsert<'a, 4>,
}

impl<'a> Writing<'a> {
    /// The numbers of rows are not known before: each is told as about as many as there are sittings.
    fn new(database: &'a Database, progress: &Progress, sittings: usize) -> Self {
        let bar = |table: Table| progress.table(NAME, table.name(), sittings);
        Self {
            progress: BulkInsert::new(database, WATCH_PROGRESS, bar(WATCH_PROGRESS)),
            stats: BulkInsert::new(database, VIEW_STATS, bar(VIEW_STATS)),
            views: BulkInsert::new(database, COUNTED_VIEWS, bar(COUNTED_VIEWS)),
            retention: BulkInsert::new(database, RETENTION, bar(RETENTION)),
        }
    }

    async fn write(&mut self, replay: &Replay, now: i64) -> Result<(), DemonstrationError> {
        let lesson = replay.lesson;
        for (user, record) in &replay.records {
            let row = row![
                *user,
                lesson,
                LESSON,
                record.position_ms,
                record.seconds.as_bytes().to_vec(),
                record.watched_seconds,
                record.completed_at,
                record.left_bucket,
                record.updated_at,
            ];
            self.progress.push(row).await?;
        }
        for (day, grown) in &replay.days {
            let growth = grown.growth;
            let uniques = grown.uniques.as_ref().map(|uniques| uniques.as_bytes().to_vec());
            let row =
                row![lesson, *day, LESSON, growth.views, growth.begun, growth.completions, growth.watched_ms, uniques];
            self.stats.push(row).await?;
        }
        for (user, counted) in &replay.views {
            // Older ones are forgotten.
            for at in counted.iter().filter(|at| **at > now - DAY_US) {
                self.views.push(row![lesson, *user, *at, LESSON]).await?;
            }
        }
        for (bucket, part) in &replay.retention {
            self.retention.push(row![lesson, *bucket, part.viewers, part.drop_offs]).await?;
        }
        Ok(())
    }

    async fn finish(self) -> Result<(), DemonstrationError> {
        self.progress.finish().await?;
        self.stats.finish().await?;
        self.views.finish().await?;
        self.retention.finish().await
    }
}

async fn write_sessions(
    sessions: &[Session],
    database: &Database,
    progress: &Progress,
) -> Result<(), DemonstrationError> {
    let bar = progress.table(NAME, PLAYBACK_SESSIONS.name(), sessions.len());
    let mut insert = BulkInsert::new(database, PLAYBACK_SESSIONS, bar);
    for session in sessions {
        let row = row![
            session.id,
            session.user_id,
            session.playable.to_bytes().to_vec(),
            session.playable.prefix(),
            session.started_at,
            session.last_activity_at,
            session.end.map(|(at, _)| at),
            session.end.map(|(_, reason)| reason.name()),
            session.position_ms,
            session.last_seq(),
            session.last.map_or(0, |last| last.at),
            session.last.is_some_and(|last| last.is_playing),
            session.event_count,
            session.watched_ms,
            session.view_settled,
            session.device.clone(),
        ];
        insert.push(row).await?;
    }
    insert.finish().await
}

async fn write_events(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let mut order: Vec<&Viewing> = world.viewings().iter().collect();
    order.sort_unstable_by_key(|viewing| viewing.id.to_bytes());
    let count = order.iter().map(|viewing| viewing.event_count).sum();
    let mut insert = BulkInsert::new(database, PLAYBACK_EVENTS, progress.table(NAME, PLAYBACK_EVENTS.name(), count));
    for viewing in order {
        for event in events(world, viewing) {
            let kind = event.kind.name();
            insert.push(row![viewing.id, event.seq, kind, event.position_ms, event.at, event.detail]).await?;
        }
    }
    insert.finish().await
}

async fn write_people(
    sessions: &[Session],
    hours: &BTreeMap<(UserId, i64), i64>,
    database: &Database,
    progress: &Progress,
) -> Result<(), DemonstrationError> {
    let mut begun: BTreeMap<UserId, i64> = BTreeMap::new();
    for session in sessions {
        *begun.entry(session.user_id).or_default() += 1;
    }
    let mut watchers = BulkInsert::new(database, WATCHERS, progress.table(NAME, WATCHERS.name(), begun.len()));
    for (user, sessions) in begun {
        watchers.push(row![user, sessions]).await?;
    }
    watchers.finish().await?;
    let mut insert = BulkInsert::new(database, WATCH_TIME, progress.table(NAME, WATCH_TIME.name(), hours.len()));
    for ((user, hour), watched_ms) in hours {
        insert.push(row![*user, *hour, *watched_ms]).await?;
    }
    insert.finish().await
}
