//! The event itself, as CloudEvents 1.0 writes it in JSON (<https://github.com/cloudevents/spec>, JSON event format).

use std::fmt;

use kit_database::{ColumnValue, FromColumn, Mismatch, ToColumn, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{HandlerError, Origin};

/// Something that has happened to an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The version of CloudEvents.
    #[serde(default)]
    specversion: SpecVersion,
    /// Its identity: two deliveries with one id are one event.
    pub id: EventId,
    /// The subgraph that published it.
    pub source: String,
    /// `<subgraph>.<aggregate>.<verb>.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The node id of the aggregate.
    pub subject: String,
    /// When it happened, in UTC microseconds; RFC 3339 in JSON.
    #[serde(with = "crate::time")]
    pub time: i64,
    /// The place among the events of its aggregate, from 1 on without gaps.
    pub seq: i64,
    /// The flow that it belongs to (P14).
    #[serde(rename = "correlationid")]
    pub correlation_id: String,
    /// The event that caused it, if one did.
    #[serde(rename = "causationid", default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// W3C trace context of its cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Whether it tells again what is long done; see [`Origin::replay`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replay: bool,
    /// What the type of event says about it.
    pub data: serde_json::Value,
}

impl Event {
    /// The event with the place that its aggregate gives it.
    #[must_use]
    pub fn new(id: EventId, source: &str, seq: i64, event: NewEvent, origin: Origin) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id,
            source: source.to_owned(),
            kind: event.kind.to_owned(),
            subject: event.subject,
            time: event.time,
            seq,
            correlation_id: origin.correlation_id,
            causation_id: origin.causation_id,
            traceparent: origin.traceparent,
            replay: origin.replay,
            data: event.data,
        }
    }

    /// Reads the data as what the type of event promises.
    ///
    /// # Errors
    /// [`HandlerError::Rejected`]: trying again would not help.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        T::deserialize(&self.data)
            .map_err(|error| HandlerError::Rejected(format!("the data of {}: {error}", self.kind)))
    }

    /// The origin of what a consumer does because of this event: the same flow, with this event as cause.
    #[must_use]
    pub fn consequence(&self) -> Origin {
        Origin {
            correlation_id: self.correlation_id.clone(),
            causation_id: Some(self.id.to_string()),
            traceparent: self.traceparent.clone(),
            replay: self.replay,
        }
    }
}

/// What a service says about an event; the outbox adds the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// `<subgraph>.<aggregate>.<verb>.v1`.
    pub kind: &'static str,
    /// The node id of the aggregate. 64 bytes at most.
    pub subject: String,
    /// When it happened, in UTC microseconds.
    pub time: i64,
    /// What there is to say, as the type of event promises.
    pub data: serde_json::Value,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum SpecVersion {
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// The id of an event: a ULID, lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(Ulid);

impl EventId {
    /// A new id. `time` is in UTC microseconds.
    ///
    /// # Panics
    /// When the operating system has no random bytes to give.
    #[must_use]
    pub fn mint(time: i64) -> Self {
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("invariant: an operating system that runs a server gives random bytes");
        let time_ms = u64::try_from(time / 1_000).unwrap_or_default();
        Self(Ulid::from_parts(time_ms, u128::from_le_bytes(random)))
    }

    /// Reads the 26 characters, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Ulid::from_string(text).ok().map(Self)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_string().to_ascii_lowercase())
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("an event id is a ULID of 26 characters"))
    }
}

impl ToColumn for EventId {
    fn to_column(self) -> Value {
        self.0.to_bytes().to_column()
    }
}

impl FromColumn for EventId {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        <[u8; 16]>::from_column(value).map(|bytes| Self(Ulid::from_bytes(bytes)))
    }
}
