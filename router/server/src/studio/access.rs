//! Who may look.
//!
//! Who asks from the machine itself is let in without a token where the settings say so, if nothing speaks against it: a
//! proxy before the router would make everybody come from there, and a page of another site could have its name resolved to
//! this machine's address (DNS rebinding). A browser says which page asks; only the studio's own may.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::Door;
use crate::configuration::StudioAccess;
use crate::identity::Viewer;
use crate::operators::{operator, require_scope};
use crate::problem::Problem;

/// The scope that changes something takes, besides that of all operators.
const CHANGING_SCOPE: &str = "admin";
/// Headers that proxies set.
const OF_PROXIES: [&str; 9] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
];

/// Who looks.
#[derive(Debug)]
pub(super) enum Asker {
    /// Somebody on this machine.
    Loopback,
    /// Somebody with a token.
    Token(Viewer),
}

/// Who asks, who may look.
///
/// # Errors
/// When they may not, or a page of another site asks.
pub(super) async fn asker(door: &Door, peer: Option<IpAddr>, head: &Parts) -> Result<Asker, Problem> {
    refuse_other_sites(&head.headers, &head.uri)?;
    let is_local = door.access == StudioAccess::Loopback
        && peer.is_some_and(|peer| peer.to_canonical().is_loopback())
        && !OF_PROXIES.iter().any(|name| head.headers.contains_key(*name))
        && is_named_locally(&head.headers, &head.uri);
    if is_local && !head.headers.contains_key(header::AUTHORIZATION) {
        return Ok(Asker::Loopback);
    }
    operator(&door.identity, &head.headers).await.map(Asker::Token)
}

impl Asker {
    /// Refuses who may not change anything: whoever has no token that says so.
    pub(super) fn require_change(&self) -> Result<&Viewer, Problem> {
        match self {
            Self::Token(viewer) => require_scope(viewer, CHANGING_SCOPE).map(|()| viewer),
            Self::Loopback => Err(forbidden(format!(
                "To change something takes a token with the scope `{CHANGING_SCOPE}`, from wherever it is asked."
            ))),
        }
    }
}

/// Fetch Metadata, and `Origin` for browsers that do not have it.
fn refuse_other_sites(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_foreign = site.is_some_and(|site| site != b"same-origin" && site != b"none");
    let origin = headers.get(header::ORIGIN);
    let is_foreign = is_foreign
        || origin.is_some_and(|origin| {
            let host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
            host.is_none_or(|host| {
                !hosts(headers, uri).any(|own| own.is_some_and(|own| own.eq_ignore_ascii_case(host)))
            })
        });
    if is_foreign {
        return Err(forbidden("A page of another site may not ask here.".to_owned()));
    }
    Ok(())
}

/// The names by which the router was asked: that of HTTP/1 and that of HTTP/2. `None` for one that is no text.
fn hosts<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> impl Iterator<Item = Option<&'r str>> {
    let of_headers = headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
    of_headers.chain(uri.authority().map(|authority| Some(authority.as_str())))
}

/// Whether it was asked by a name that is always this machine.
fn is_named_locally(headers: &HeaderMap, uri: &Uri) -> bool {
    let mut hosts = hosts(headers, uri).peekable();
    hosts.peek().is_some()
        && hosts.all(|host| {
            let Some(Ok(host)) = host.map(str::parse::<http::uri::Authority>) else { return false };
            let name = host.host().trim_start_matches('[').trim_end_matches(']');
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        })
}

fn forbidden(detail: String) -> Problem {
    Problem { status: StatusCode::FORBIDDEN, slug: "forbidden", code: "FORBIDDEN", title: "The viewer may not", detail }
}
