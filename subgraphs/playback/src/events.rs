//! What playback publishes and hears (domain 3.5). No event tells on what somebody watches.

mod files;
mod lessons;
mod people;
#[cfg(test)]
mod tests;

use kit_events::NewEvent;
use kit_names::Named;
use serde_json::json;

pub(crate) use self::files::FileLengths;
pub(crate) use self::lessons::LessonLengths;
pub(crate) use self::people::Departures;
use crate::domain::{EndReason, Session};

/// Somebody began to play something.
pub(crate) fn session_started(session: &Session) -> NewEvent {
    let data = json!({ "id": session.id, "userId": session.user_id, "playableId": session.playable });
    let (subject, time) = (session.id.to_string(), session.started_at);
    NewEvent { kind: "playback.session.started.v1", subject, time, data }
}

/// A session is over.
pub(crate) fn session_ended(session: &Session, reason: EndReason, time: i64) -> NewEvent {
    let data = json!({
        "id": session.id, "userId": session.user_id, "playableId": session.playable,
        "reason": reason.name(), "positionSeconds": session.position_ms / 1_000,
        "watchedSeconds": session.watched_ms / 1_000,
    });
    NewEvent { kind: "playback.session.ended.v1", subject: session.id.to_string(), time, data }
}

/// Somebody has watched 90 percent of something; told once of each person and thing.
pub(crate) fn playable_completed(session: &Session, watched_seconds: i64, time: i64) -> NewEvent {
    let playable = session.playable;
    let data = json!({ "userId": session.user_id, "playableId": playable, "watchedSeconds": watched_seconds });
    NewEvent { kind: "playback.playable.completed.v1", subject: playable.to_string(), time, data }
}

/// Somebody has watched enough of something for a view; told once of each person, thing and day.
pub(crate) fn view_counted(session: &Session, time: i64) -> NewEvent {
    let playable = session.playable;
    let data = json!({ "userId": session.user_id, "playableId": playable, "sessionId": session.id });
    NewEvent { kind: "playback.view.counted.v1", subject: playable.to_string(), time, data }
}
