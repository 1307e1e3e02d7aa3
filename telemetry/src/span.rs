//! A span: one piece of work that has ended (OpenTelemetry specification, Trace API, "Span").

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Names a trace: sixteen bytes of which not all are zero, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// Names a span of a trace: eight bytes of which not all are zero, written as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId([u8; 8]);

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an id: it takes lower-case hexadecimal digits, not all of them zero")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! id {
    ($name:ident, $bytes:literal) => {
        impl $name {
            /// The id of these bytes; nothing when all are zero.
            #[must_use]
            pub fn new(bytes: [u8; $bytes]) -> Option<Self> {
                bytes.iter().any(|byte| *byte != 0).then_some(Self(bytes))
            }

            /// Its bytes.
            #[must_use]
            pub fn bytes(self) -> [u8; $bytes] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let mut bytes = [0; $bytes];
                if text.len() != 2 * bytes.len() {
                    return Err(NotAnId);
                }
                for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    *byte = (digit(digits[0])? << 4) | digit(digits[1])?;
                }
                Self::new(bytes).ok_or(NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(TraceId, 16);
id!(SpanId, 8);

fn digit(character: u8) -> Result<u8, NotAnId> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(NotAnId),
    }
}

/// How a span relates to its neighbours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// Work within a service.
    #[default]
    Internal,
    /// A request that is answered.
    Server,
    /// A request that is made.
    Client,
    /// A message that is sent, and dealt with at some other time.
    Producer,
    /// A message that is dealt with.
    Consumer,
}

/// What became of the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanStatus {
    /// Nobody has said.
    #[default]
    Unset,
    /// Somebody has said that it is well.
    Ok,
    /// It has failed, for this reason.
    Error(Cow<'static, str>),
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(Cow<'static, str>),
    /// Several of them.
    List(Vec<Value>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),*) => { $(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )* };
}

value_from!(bool => Boolean, i64 => Integer, u32 => Integer, f64 => Float, &'static str => Text, String => Text);

/// The attributes of a span or of an event, by OpenTelemetry's names where there are any.
pub type Attributes = Vec<(Cow<'static, str>, Value)>;

/// Something that happened at one moment of a span: an exception, for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanEvent {
    /// What it was.
    pub name: Cow<'static, str>,
    /// When, in nanoseconds since 1970.
    pub at_unix_ns: u64,
    /// More about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Attributes,
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The trace that it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The span that it is a part of; nothing for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SpanId>,
    /// The service that has done the work: `router`, or a subgraph's name.
    pub service: Arc<str>,
    /// What kind of work it is; of few values.
    pub name: Cow<'static, str>,
    /// How it relates to its neighbours.
    #[serde(default)]
    pub kind: SpanKind,
    /// When it began, in nanoseconds since 1970.
    pub begin_unix_ns: u64,
    /// When it ended, in nanoseconds since 1970; never before it began.
    pub end_unix_ns: u64,
    /// What became of it.
    #[serde(default)]
    pub status: SpanStatus,
    /// More about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Attributes,
    /// What happened in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SpanEvent>,
    /// Spans elsewhere that have led to this one, as the sending of a message does to its handling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<(TraceId, SpanId)>,
}

impl Span {
    /// How long it took, in nanoseconds.
    #[must_use]
    pub fn duration_ns(&self) -> u64 {
        self.end_unix_ns.saturating_sub(self.begin_unix_ns)
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    /// Whether it has failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.status, SpanStatus::Error(_))
    }
}

#[cfg(test)]
mod tests {
    use super::{SpanId, TraceId};

    /// W3C Trace Context 3.2.2.3: an id of zeros is none, and only lower-case digits are digits.
    #[test]
    fn an_id_is_read_as_it_is_written_and_nothing_else_is_one() {
        let text = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(text.parse::<TraceId>().unwrap().to_string(), text);
        assert_eq!("00f067aa0ba902b7".parse::<SpanId>().unwrap().to_string(), "00f067aa0ba902b7");
        for bad in ["", "00000000000000000000000000000000", &text.to_uppercase(), &text[1..], &format!("{text}0")] {
            assert!(bad.parse::<TraceId>().is_err(), "{bad}");
        }
    }
}
