//! The tables that playback's share of the demonstration world fills.

use kit_demonstration::{Table, table};

pub(super) const PLAYABLE_META: Table = table! {
    playable_meta
    key { playable_id: Bytes }
    columns {
        playable_kind: Text, duration_seconds: Integer, media_seconds: Integer, course_id: Bytes, is_removed: Integer,
        seq: Integer
    }
};
pub(super) const PLAYBACK_SESSIONS: Table = table! {
    playback_sessions
    key { id: Bytes }
    columns {
        user_id: Bytes, playable_id: Bytes, playable_kind: Text, started_at: Integer, last_activity_at: Integer,
        ended_at: Integer, end_reason: Text, last_position_ms: Integer, last_seq: Integer, last_event_at: Integer,
        is_playing: Integer, event_count: Integer, watched_ms: Integer, view_settled: Integer, device: Text
    }
};
pub(super) const PLAYBACK_EVENTS: Table = table! {
    playback_events
    key { session_id: Bytes, seq: Integer }
    columns { kind: Text, position_ms: Integer, happened_at: Integer, detail: Text }
};
pub(super) const WATCH_PROGRESS: Table = table! {
    watch_progress
    key { user_id: Bytes, playable_id: Bytes }
    columns {
        playable_kind: Text, position_ms: Integer, watched_bitmap: Bytes, watched_seconds: Integer,
        completed_at: Integer, left_bucket: Integer, updated_at: Integer
    }
};
pub(super) const VIEW_STATS: Table = table! {
    view_stats
    key { playable_id: Bytes, day: Integer }
    columns {
        playable_kind: Text, views: Integer, begun: Integer, completions: Integer, watched_ms: Integer,
        uniques_hll: Bytes
    }
};
pub(super) const COUNTED_VIEWS: Table = table! {
    counted_views
    key { playable_id: Bytes, user_id: Bytes, counted_at: Integer }
    columns { playable_kind: Text }
};
pub(super) const RETENTION: Table = table! {
    retention
    key { playable_id: Bytes, bucket: Integer }
    columns { viewers: Integer, drop_offs: Integer }
};
pub(super) const WATCHERS: Table = table! {
    watchers
    key { user_id: Bytes }
    columns { sessions: Integer }
};
pub(super) const WATCH_TIME: Table = table! {
    watch_time
    key { user_id: Bytes, hour_start: Integer }
    columns { watched_ms: Integer }
};

/// Sessions before their events, which refer to them.
pub(super) const TABLES: &[Table] = &[
    PLAYABLE_META,
    WATCH_PROGRESS,
    VIEW_STATS,
    COUNTED_VIEWS,
    RETENTION,
    PLAYBACK_SESSIONS,
    PLAYBACK_EVENTS,
    WATCHERS,
    WATCH_TIME,
];
