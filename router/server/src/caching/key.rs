//! For whom something is kept.

use sha2::{Digest, Sha256};

use crate::identity::Viewer;

/// Stands for a viewer, or for all viewers to whom the same may be shown.
pub(super) type ViewerKey = [u8; 32];

/// The keys of one viewer. A name of another kind never makes the same key: each begins with its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewerKeys {
    /// What is for everybody, as far as they have the same rights: a subgraph may show those who have more of them more.
    pub(super) shared: ViewerKey,
    /// What is for this viewer alone. Nobody who has not said who they are has any (CC-07).
    pub(super) own: Option<ViewerKey>,
}

impl ViewerKeys {
    /// `headers` stands for what else subgraphs are told of the request.
    pub(super) fn new(viewer: &Viewer, headers: Option<[u8; 32]>) -> Self {
        let headers = headers.as_ref().map_or(&[][..], |digest| digest);
        let Viewer::Authenticated(claims) = viewer else {
            return Self { shared: digest([b"anonymous", headers]), own: None };
        };
        let sorted = |names: &[String]| {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.dedup();
            names.join(" ")
        };
        let (roles, scopes) = (sorted(&claims.roles), sorted(&claims.scopes));
        let rights = [claims.issuer.as_bytes(), roles.as_bytes(), scopes.as_bytes(), headers];
        let own = [claims.issuer.as_bytes(), claims.subject.as_bytes(), roles.as_bytes(), scopes.as_bytes(), headers];
        Self {
            shared: digest([&b"rights"[..]].into_iter().chain(rights)),
            own: Some(digest([&b"viewer"[..]].into_iter().chain(own))),
        }
    }
}

/// Who has changed something: whatever rights the next token grants, it is the same viewer.
pub(super) fn person(viewer: &Viewer) -> Option<ViewerKey> {
    let claims = viewer.claims()?;
    Some(digest([b"person", claims.issuer.as_bytes(), claims.subject.as_bytes()]))
}

/// Parts have lengths, so that no two lists of them are written alike (CC-09).
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
