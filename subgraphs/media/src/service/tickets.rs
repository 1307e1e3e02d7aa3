//! Addresses that carry their own proof (domain 3.4, 4.3): for some minutes, for one file or upload, for one person.
//!
//! A ticket's proof covers everything in its address that means something, as it stands there; what is not covered means
//! nothing. Host, scheme and port are not covered: the same ticket is good behind any name of the same service (PS-16).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_ids::{MediaFileId, PlayableId, UploadId, UserId};
use kit_tickets::{Seal, Sealer, StreamPass};
use kit_viewer::KeyRing;

/// How long a ticket to play or fetch a file is good, in seconds.
pub(crate) const CONTENT_SECONDS: i64 = 10 * 60;
/// How long a ticket to send a file in one piece is good, in seconds.
pub(crate) const UPLOAD_SECONDS: i64 = 15 * 60;
/// How long the tickets to send a file in parts are good: a large file over a slow line.
pub(crate) const PARTS_SECONDS: i64 = 6 * 60 * 60;

/// Marks the subject of somebody who could have every file.
const KEEPER: &str = "*";

/// What a person does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Plays it by byte ranges.
    Play,
    /// Fetches it to keep: it comes as an attachment.
    Download,
    /// Plays it in segments; the proof is part of the path.
    Segments,
}

/// Whom a ticket was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Somebody who may have the file as long as their right to it lasts.
    Person(UserId),
    /// Somebody who could have every file at that time.
    Keeper(UserId),
}

/// A ticket for the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentTicket {
    pub(crate) file: MediaFileId,
    pub(crate) holder: Holder,
    pub(crate) purpose: Use,
    /// In unix seconds.
    pub(crate) expires_at: i64,
}

/// Why an address opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TicketFault {
    /// It is not one that was given out.
    Invalid,
    /// Its time is over.
    Expired,
}

/// Gives out addresses and recognises them.
pub(crate) struct Tickets {
    contents: Sealer,
    uploads: Sealer,
    passes: Sealer,
    /// Scheme and authority of the addresses.
    origin: String,
}

impl Tickets {
    /// Tickets below this origin, such as `https://lyceum.example`.
    pub(crate) fn new(keys: &KeyRing, origin: &str) -> Self {
        Self {
            contents: Sealer::new(keys, "the content of files"),
            uploads: Sealer::new(keys, "sending files"),
            passes: Sealer::new(keys, StreamPass::PURPOSE),
            origin: origin.trim_end_matches('/').to_owned(),
        }
    }

    /// The address of a file that is open to everyone.
    pub(crate) fn public_url(&self, file: MediaFileId) -> String {
        format!("{}/media/v1/files/{file}/content", self.origin)
    }

    /// The address of a file, or of its playlist.
    pub(crate) fn content_url(&self, ticket: &ContentTicket) -> String {
        let Seal { key_id, bytes } = sealed(&self.contents, &ticket.fields());
        let (subject, expires_at) = (ticket.subject(), ticket.expires_at);
        let seal = URL_SAFE_NO_PAD.encode(bytes);
        let (origin, file) = (&self.origin, ticket.file);
        match ticket.purpose {
            Use::Segments => {
                format!("{origin}/media/v1/files/{file}/hls/{expires_at}~{subject}~{key_id}~{seal}/index.m3u8")
            }
            Use::Play | Use::Download => {
                let download = if ticket.purpose == Use::Download { "&dl=1" } else { "" };
                let path = format!("{origin}/media/v1/files/{file}/content");
                format!("{path}?exp={expires_at}&sub={subject}&kid={key_id}&sig={seal}{download}")
            }
        }
    }

    /// The ticket in an address's query.
    pub(crate) fn content(&self, file: MediaFileId, query: &str, now: i64) -> Result<ContentTicket, TicketFault> {
        let parameters = Parameters::read(query)?;
        let purpose = match parameters.download {
            None => Use::Play,
            Some("1") => Use::Download,
            Some(_) => return Err(TicketFault::Invalid),
        };
        let proof = (parameters.expires_at, parameters.subject, parameters.key_id, parameters.seal);
        self.content_of(file, purpose, proof, now)
    }

    /// The ticket in the path of a playlist and its segments.
    pub(crate) fn segments(&self, file: MediaFileId, proof: &str, now: i64) -> Result<ContentTicket, TicketFault> {
        let parts: Vec<&str> = proof.split('~').collect();
        let [expires_at, subject, key_id, seal] = parts[..] else { return Err(TicketFault::Invalid) };
        self.content_of(file, Use::Segments, (expires_at, subject, key_id, seal), now)
    }

    fn content_of(
        &self,
        file: MediaFileId,
        purpose: Use,
        (expires_at, subject, key_id, seal): (&str, &str, &str, &str),
        now: i64,
    ) -> Result<ContentTicket, TicketFault> {
        let expires_at = seconds(expires_at)?;
        let read = |subject: &str| subject.parse().map_err(|_| TicketFault::Invalid);
        let holder = match subject.strip_suffix(KEEPER) {
            Some(subject) => Holder::Keeper(read(subject)?),
            None => Holder::Person(read(subject)?),
        };
        let ticket = ContentTicket { file, holder, purpose, expires_at };
        let seal = URL_SAFE_NO_PAD.decode(seal).map_err(|_| TicketFault::Invalid)?;
        if !recognised(&self.contents, key_id, &seal, &ticket.fields()) {
            return Err(TicketFault::Invalid);
        }
        if now < expires_at.saturating_mul(1_000_000) { Ok(ticket) } else { Err(TicketFault::Expired) }
    }

    /// The address to send a file to, or one of its parts.
    pub(crate) fn upload_url(&self, upload: UploadId, part: Option<i64>, expires_at: i64) -> String {
        let Seal { key_id, bytes } = sealed(&self.uploads, &upload_fields(upload, part, expires_at));
        let path = format!("{}/media/v1/uploads/{upload}", self.origin);
        let path = part.map_or_else(|| path.clone(), |number| format!("{path}/parts/{number}"));
        format!("{path}?exp={expires_at}&kid={key_id}&sig={}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether an address to send something to is one that was given out.
    pub(crate) fn may_send(
        &self,
        upload: UploadId,
        part: Option<i64>,
        query: &str,
        now: i64,
    ) -> Result<(), TicketFault> {
        let parameters = Parameters::read(query)?;
        let expires_at = seconds(parameters.expires_at)?;
        let seal = URL_SAFE_NO_PAD.decode(parameters.seal).map_err(|_| TicketFault::Invalid)?;
        if !recognised(&self.uploads, parameters.key_id, &seal, &upload_fields(upload, part, expires_at)) {
            return Err(TicketFault::Invalid);
        }
        if now < expires_at.saturating_mul(1_000_000) { Ok(()) } else { Err(TicketFault::Expired) }
    }

    /// That somebody may play something, for playback to believe.
    pub(crate) fn pass(&self, user: UserId, playable: PlayableId, expires_at: i64) -> String {
        StreamPass { user, playable, expires_at: expires_at.saturating_mul(1_000_000) }.write(&self.passes)
    }
}

impl ContentTicket {
    /// For whom, as an address spells it.
    fn subject(&self) -> String {
        match self.holder {
            Holder::Person(user) => user.to_string(),
            Holder::Keeper(user) => format!("{user}{KEEPER}"),
        }
    }

    fn fields(&self) -> [String; 4] {
        let purpose = match self.purpose {
            Use::Play => "play",
            Use::Download => "download",
            Use::Segments => "segments",
        };
        [purpose.to_owned(), self.file.to_string(), self.subject(), self.expires_at.to_string()]
    }
}

fn upload_fields(upload: UploadId, part: Option<i64>, expires_at: i64) -> [String; 3] {
    let part = part.map(|number| number.to_string()).unwrap_or_default();
    [upload.to_string(), part, expires_at.to_string()]
}

fn sealed<const COUNT: usize>(sealer: &Sealer, fields: &[String; COUNT]) -> Seal {
    sealer.seal(&fields.each_ref().map(std::string::String::as_bytes))
}

fn recognised<const COUNT: usize>(sealer: &Sealer, key_id: &str, seal: &[u8], fields: &[String; COUNT]) -> bool {
    sealer.recognises(key_id, seal, &fields.each_ref().map(std::string::String::as_bytes))
}

/// A moment as addresses spell it, and no other spelling of it (PS-03).
fn seconds(text: &str) -> Result<i64, TicketFault> {
    let read: i64 = text.parse().map_err(|_| TicketFault::Invalid)?;
    if read >= 0 && read.to_string() == text { Ok(read) } else { Err(TicketFault::Invalid) }
}

/// The parameters that mean something, each at most once; their values need no decoding.
#[derive(Default)]
struct Parameters<'q> {
    expires_at: &'q str,
    subject: &'q str,
    key_id: &'q str,
    seal: &'q str,
    download: Option<&'q str>,
}

impl<'q> Parameters<'q> {
    fn read(query: &'q str) -> Result<Self, TicketFault> {
        let mut seen: [Option<&'q str>; 5] = [None; 5];
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let Some(place) = ["exp", "sub", "kid", "sig", "dl"].iter().position(|known| *known == name) else {
                continue;
            };
            if seen[place].replace(value).is_some() {
                return Err(TicketFault::Invalid);
            }
        }
        let [expires_at, subject, key_id, seal, download] = seen;
        let needed = |value: Option<&'q str>| value.ok_or(TicketFault::Invalid);
        Ok(Self {
            expires_at: needed(expires_at)?,
            subject: subject.unwrap_or_default(),
            key_id: needed(key_id)?,
            seal: needed(seal)?,
            download,
        })
    }
}

#[cfg(test)]
mod tests;
