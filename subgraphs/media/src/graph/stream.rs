//! An address to play from, or why there is none.

use async_graphql::{ID, SimpleObject, Union};
use kit_graph::{DateTime, Long, Url};

use super::file::MediaFile;
use super::values::{AccessDeniedReason, StreamProtocol};
use crate::domain::Denial;
use crate::service::downloading::Issued;
use crate::service::tickets::Use;

/// An address to play from, or why there is none.
#[derive(Union)]
pub(crate) enum StreamResult {
    Ticket(Box<StreamTicket>),
    Denied(AccessDenied),
}

/// An address to fetch a file from, for a short time.
#[derive(SimpleObject)]
pub(crate) struct StreamTicket {
    /// The ticket, to start a playback session with.
    id: ID,
    /// The address.
    url: Url,
    /// When it stops working.
    expires_at: DateTime,
    /// How to play.
    protocol: StreamProtocol,
    /// The media type.
    content_type: String,
    /// The size in bytes.
    byte_size: Long,
    /// The file.
    file: MediaFile,
}

/// Why the viewer may not play.
#[derive(SimpleObject)]
pub(crate) struct AccessDenied {
    /// The reason, for a program.
    reason: AccessDeniedReason,
    /// The reason and the remedy, for a person.
    message: String,
}

impl StreamTicket {
    /// An address that was given out.
    pub(crate) fn of(issued: Issued) -> Self {
        let (protocol, content_type) = match issued.purpose {
            Use::Segments => (StreamProtocol::Hls, "application/vnd.apple.mpegurl".to_owned()),
            Use::Play | Use::Download => (StreamProtocol::Progressive, issued.file.content_type.clone()),
        };
        Self {
            id: ID(issued.pass),
            url: Url::trusted(issued.url),
            expires_at: issued.expires_at.into(),
            protocol,
            content_type,
            byte_size: Long::from(issued.file.byte_size),
            file: MediaFile(issued.file),
        }
    }
}

impl AccessDenied {
    /// What to tell the viewer.
    pub(crate) fn of(denial: Denial, protocol: StreamProtocol) -> Self {
        let (reason, message) = match denial {
            Denial::SignInRequired => (AccessDeniedReason::SignInRequired, "Sign in to play this."),
            Denial::NotEnrolled => {
                (AccessDeniedReason::NotEnrolled, "Enrol in the course, or become a member, to play this.")
            }
            Denial::SubscriptionExpired => {
                (AccessDeniedReason::SubscriptionExpired, "Your membership is over; renew it to play this.")
            }
            Denial::NotPublished => (AccessDeniedReason::NotPublished, "This is not open."),
            Denial::NoMedia if protocol == StreamProtocol::Hls => {
                (AccessDeniedReason::NoMedia, "There is no segmented film for this; ask for PROGRESSIVE.")
            }
            Denial::NoMedia => (AccessDeniedReason::NoMedia, "There is nothing to play yet."),
            Denial::NotKnown => (
                AccessDeniedReason::NotEnrolled,
                "Whether you may play this cannot be found out now; try again in a moment.",
            ),
        };
        Self { reason, message: message.to_owned() }
    }
}
