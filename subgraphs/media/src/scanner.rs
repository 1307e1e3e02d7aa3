//! The scanner of files, behind HTTP: `POST` of the bytes, answered with `200` or `204` when they are clean, and with `406`
//! and what was found when they are not. Any other answer is none.

use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Deserialize;
use thiserror::Error;

use crate::domain::{Verdict, finding};
use crate::storage::ByteStream;

/// How much is read of what a scanner says, in bytes.
const SAID_BYTES_MAX: usize = 4 * 1024;
/// How long a connection to it may take.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// Where the scanner is, and how long it may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScannerSettings {
    pub(crate) url: String,
    #[serde(default = "ScannerSettings::default_timeout_seconds")]
    pub(crate) timeout_seconds: u64,
}

impl ScannerSettings {
    const fn default_timeout_seconds() -> u64 {
        300
    }
}

/// The scanner did not say anything; it can be asked again.
#[derive(Debug, Error)]
#[error("the scanner gave no verdict: {0}")]
pub(crate) struct ScannerError(String);

/// A scanner behind HTTP.
pub(crate) struct Scanner {
    client: reqwest::Client,
    url: String,
    time_max: Duration,
}

impl Scanner {
    pub(crate) fn open(settings: &ScannerSettings) -> Result<Self, ScannerError> {
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = &settings.url;
        reqwest::Url::parse(url).map_err(|error| ScannerError(format!("`{url}` is no address: {error}")))?;
        let time_max = Duration::from_secs(settings.timeout_seconds);
        let builder = reqwest::Client::builder().timeout(time_max).connect_timeout(CONNECT_TIME_MAX);
        let client = builder.redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let client = client.map_err(|error| ScannerError(error.to_string()))?;
        Ok(Self { client, url: url.clone(), time_max })
    }

    /// The longest time of one verdict.
    pub(crate) const fn time_max(&self) -> Duration {
        self.time_max
    }

    /// Asks about these bytes.
    pub(crate) async fn ask(&self, bytes: ByteStream, byte_size: i64) -> Result<Verdict, ScannerError> {
        let request = self.client.post(&self.url).header(CONTENT_TYPE, "application/octet-stream");
        let request = request.header(CONTENT_LENGTH, byte_size).body(reqwest::Body::wrap_stream(bytes));
        let failed = |error: reqwest::Error| ScannerError(error.without_url().to_string());
        let mut response = request.send().await.map_err(failed)?;
        match response.status() {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(Verdict::Clean),
            StatusCode::NOT_ACCEPTABLE => {
                let mut said = Vec::new();
                while let Some(bytes) = response.chunk().await.map_err(failed)? {
                    let left = SAID_BYTES_MAX - said.len();
                    said.extend(bytes.iter().take(left));
                    if said.len() == SAID_BYTES_MAX {
                        break;
                    }
                }
                Ok(Verdict::Infected(finding(&String::from_utf8_lossy(&said))))
            }
            status => Err(ScannerError(format!("it says {status}"))),
        }
    }
}
