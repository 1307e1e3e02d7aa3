//! What media publishes and hears (domain 3.4). No event carries an address with a ticket in it.

mod departures;
mod learning;
mod memberships;
mod places;

use kit_events::NewEvent;
use kit_ids::UserId;
use kit_names::Named;
use serde_json::{Value, json};

pub(crate) use self::departures::Departures;
pub(crate) use self::learning::{Courses, Lessons};
pub(crate) use self::memberships::Memberships;
pub(crate) use self::places::Places;
use crate::domain::MediaFile;

/// A file is verified, or a verified one belongs to something from now on.
pub(crate) fn file_ready(file: &MediaFile, time: i64) -> NewEvent {
    of_file("media.file.ready.v1", file, time)
}

/// What was announced did not come, or is not what was announced.
pub(crate) fn file_failed(file: &MediaFile, reason: &str, time: i64) -> NewEvent {
    let mut event = of_file("media.file.failed.v1", file, time);
    event.data["reason"] = Value::from(reason);
    event
}

/// A file was deleted.
pub(crate) fn file_deleted(file: &MediaFile, time: i64) -> NewEvent {
    of_file("media.file.deleted.v1", file, time)
}

fn of_file(kind: &'static str, file: &MediaFile, time: i64) -> NewEvent {
    let data = json!({
        "id": file.id, "ownerId": file.owner, "kind": file.kind.name(), "contentType": file.content_type,
        "byteSize": file.byte_size, "durationSeconds": file.duration_seconds,
    });
    NewEvent { kind, subject: file.id.to_string(), time, data }
}

/// Somebody was given an address to fetch a file from, by asking for one.
pub(crate) fn stream_issued(file: &MediaFile, user: UserId, expires_at_seconds: i64, time: i64) -> NewEvent {
    let data = json!({ "id": file.id, "userId": user, "expiresAt": expires_at_seconds });
    NewEvent { kind: "media.stream.issued.v1", subject: file.id.to_string(), time, data }
}

/// Somebody has another picture, or none.
pub(crate) fn avatar_changed(user: UserId, url: Option<&str>, time: i64) -> NewEvent {
    let data = json!({ "userId": user, "url": url });
    NewEvent { kind: "media.avatar.changed.v1", subject: user.to_string(), time, data }
}
