//! The URL of a specification: `https://specs.apollo.dev/federation/v2.5`.

/// Where Apollo publishes its specifications.
pub(crate) const APOLLO: &str = "https://specs.apollo.dev/";

/// A specification and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Specification {
    /// The URL without the version.
    pub(crate) identity: String,
    /// The last part of the identity.
    pub(crate) name: String,
    /// Major and minor version; none when the URL ends without one.
    pub(crate) version: Option<(u32, u32)>,
}

impl Specification {
    /// Reads a URL; none when it is not one of a specification.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !matches!(scheme, "http" | "https") || rest.is_empty() {
            return None;
        }
        let trimmed = url.trim_end_matches('/');
        let (before, last) = trimmed.rsplit_once('/')?;
        let (identity, version) = match version(last) {
            Some(version) => (before, Some(version)),
            None => (trimmed, None),
        };
        let name = identity.rsplit('/').next().filter(|name| !name.is_empty())?;
        Some(Self { identity: identity.to_owned(), name: name.to_owned(), version })
    }

    /// The name of an Apollo specification.
    pub(crate) fn apollo_name(&self) -> Option<&str> {
        self.identity.strip_prefix(APOLLO)
    }

    /// The URL with the version.
    pub(crate) fn url(&self) -> String {
        match self.version {
            Some((major, minor)) => format!("{}/v{major}.{minor}", self.identity),
            None => self.identity.clone(),
        }
    }
}

fn version(part: &str) -> Option<(u32, u32)> {
    let (major, minor) = part.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
