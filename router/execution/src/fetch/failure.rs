//! Why a fetch gave nothing.

use std::time::Duration;

use http::StatusCode;

use crate::error::code;
use crate::transport::TransportError;

/// A fetch without a usable reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FetchFailure {
    /// No reply at all.
    Transport(TransportError),
    /// A status other than success, with no GraphQL response in the body.
    Status(StatusCode),
    /// A reply that does not answer the request; the text says what is wrong with it, in the router's own words.
    Invalid(&'static str),
    /// The request could not be written: a fault of the configuration.
    Unsendable(String),
    /// The supergraph of the plan has a subgraph that the executor was not given.
    UnknownSubgraph,
    /// The reply would make the merged data too large.
    TooManyValues,
    /// The request would ask for too many objects.
    TooManyRepresentations,
    /// The time for the whole operation was over.
    OutOfTime { after: Duration, left: LeftUndone },
}

/// What is known of a fetch for which no time was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftUndone {
    /// It has changed nothing, and was not answered.
    Unanswered,
    /// It was to change something, and nobody knows whether it did.
    PerhapsDone,
    /// The subgraph was not asked.
    NotBegun,
}

impl From<TransportError> for FetchFailure {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl FetchFailure {
    /// The stable code for clients.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Transport(TransportError::Unavailable(_)) | Self::UnknownSubgraph => code::SUBGRAPH_UNAVAILABLE,
            Self::Transport(TransportError::Timeout(_)) => code::SUBGRAPH_TIMEOUT,
            Self::Transport(TransportError::TooLarge(_)) | Self::Invalid(_) => code::SUBGRAPH_INVALID_REPLY,
            Self::Status(status) if status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS => {
                code::SUBGRAPH_UNAVAILABLE
            }
            Self::Status(_) => code::SUBGRAPH_INVALID_REPLY,
            Self::Unsendable(_) => code::INTERNAL,
            Self::TooManyValues | Self::TooManyRepresentations => code::RESPONSE_TOO_LARGE,
            Self::OutOfTime { .. } => code::OPERATION_TIMEOUT,
        }
    }

    /// Whether the subgraph, rather than the question, is in trouble: what it answered earlier is better than nothing then.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.code(), code::SUBGRAPH_UNAVAILABLE | code::SUBGRAPH_TIMEOUT | code::OPERATION_TIMEOUT)
    }

    /// The message for clients: what happened and to whom, nothing from inside.
    pub(crate) fn message(&self, subgraph: &str) -> String {
        match self {
            Self::Transport(TransportError::Unavailable(_)) => format!("The subgraph `{subgraph}` cannot be reached."),
            Self::Transport(TransportError::Timeout(after)) => {
                format!("The subgraph `{subgraph}` did not reply within {} ms.", after.as_millis())
            }
            Self::Transport(TransportError::TooLarge(bytes_max)) => {
                format!("The subgraph `{subgraph}` sent a reply larger than {bytes_max} bytes.")
            }
            Self::Status(status) => format!("The subgraph `{subgraph}` replied with HTTP status {}.", status.as_u16()),
            Self::Invalid(what) => format!("The subgraph `{subgraph}` sent an invalid reply: {what}."),
            Self::Unsendable(_) => format!("The request to the subgraph `{subgraph}` could not be written."),
            Self::UnknownSubgraph => format!("The subgraph `{subgraph}` is not configured."),
            Self::TooManyRepresentations => {
                format!(
                    "The subgraph `{subgraph}` would be asked for too many objects: ask for fewer or shorter lists."
                )
            }
            Self::OutOfTime { after, left } => {
                let after = after.as_millis();
                let known = match left {
                    LeftUndone::Unanswered => "this had not been answered by then",
                    LeftUndone::PerhapsDone => "this had not been answered by then, and may have been done",
                    LeftUndone::NotBegun => "this was not begun",
                };
                format!("The operation's time of {after} ms is over; {known}.")
            }
            Self::TooManyValues => "The response holds too much data: ask for fewer or shorter lists.".to_owned(),
        }
    }

    /// What only the operator may read.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Transport(TransportError::Unavailable(detail)) | Self::Unsendable(detail) => Some(detail.clone()),
            _ => None,
        }
    }
}
