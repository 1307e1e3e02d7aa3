//! Where failures are reported to.

use std::fmt;

use reqwest::Url;
use thiserror::Error;

/// An address as Sentry gives it to a project: `https://KEY@HOST/PROJECT`. Its key lets anybody report, so it is shown to
/// nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn {
    envelopes: Url,
    key: String,
}

/// A text is no such address. It does not repeat the text, which may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is not a DSN: {0}; write it like https://KEY@errors.example/PROJECT")]
pub struct DsnError(pub(super) &'static str);

impl Dsn {
    /// Reads one.
    ///
    /// # Errors
    /// [`DsnError`] when it is not one.
    pub fn parse(text: &str) -> Result<Self, DsnError> {
        let mut url = Url::parse(text).map_err(|_| DsnError("it is no address"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(DsnError("it is neither http nor https"));
        }
        let key = url.username().to_owned();
        if key.is_empty() {
            return Err(DsnError("it has no key before the host"));
        }
        let path = url.path().trim_end_matches('/');
        let (before, project) = path.rsplit_once('/').unwrap_or_default();
        if project.is_empty() {
            return Err(DsnError("it has no project at its end"));
        }
        let path = format!("{before}/api/{project}/envelope/");
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        let without = url.set_username("").and_then(|()| url.set_password(None));
        without.map_err(|()| DsnError("it has no host"))?;
        Ok(Self { envelopes: url, key })
    }

    /// Where envelopes are sent to.
    pub(super) fn envelopes(&self) -> &Url {
        &self.envelopes
    }

    /// The header that lets them in.
    pub(super) fn authorization(&self) -> String {
        let Self { key, .. } = self;
        format!("Sentry sentry_version=7, sentry_client=lyceum/{}, sentry_key={key}", env!("CARGO_PKG_VERSION"))
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dsn({})", self.envelopes.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Dsn;

    #[test]
    fn an_address_is_read_as_sentry_gives_it() {
        let dsn = Dsn::parse("https://abc@o1.errors.example/42").unwrap();
        assert_eq!(dsn.envelopes().as_str(), "https://o1.errors.example/api/42/envelope/");
        assert!(dsn.authorization().ends_with("sentry_key=abc"));
        // Servers of one's own may stand below a path; the older form has a secret, which nobody needs any more.
        let dsn = Dsn::parse("http://abc:secret@127.0.0.1:9000/errors/7").unwrap();
        assert_eq!(dsn.envelopes().as_str(), "http://127.0.0.1:9000/errors/api/7/envelope/");
        assert!(!format!("{dsn:?}").contains("abc"));
    }

    #[test]
    fn what_is_none_is_refused_without_its_key() {
        for bad in ["", "abc", "ftp://abc@errors.example/1", "https://errors.example/1", "https://abc@errors.example"] {
            let error = Dsn::parse(bad).unwrap_err().to_string();
            assert!(error.contains("https://KEY@") && !error.contains("abc"), "{bad}: {error}");
        }
    }
}
