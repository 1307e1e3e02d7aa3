use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// What the router lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdmissionSettings {
    /// The longest request body, in bytes; a longer one is 413. Default 262144 (256 KiB), several times the largest
    /// operation one writes by hand. `LYCEUM_ROUTER__ADMISSION__BODY_BYTES_MAX`
    pub body_bytes_max: usize,
    /// How long a body may take to arrive, in milliseconds; a slower one is 408. Default 10000.
    /// `LYCEUM_ROUTER__ADMISSION__BODY_TIMEOUT_MS`
    pub body_timeout_ms: u64,
    /// The longest path and query, in bytes; a longer one is 414. Default 16384.
    /// `LYCEUM_ROUTER__ADMISSION__URL_BYTES_MAX`
    pub url_bytes_max: usize,
    /// How bodies may be compressed (`content-encoding`); once, and unpacked they are bounded as others are. Default all four;
    /// an empty list for none. `LYCEUM_ROUTER__ADMISSION__ENCODINGS`
    pub encodings: Vec<ContentEncoding>,
    /// Which status codes answer a request that cannot be executed. Default `audited`.
    /// `LYCEUM_ROUTER__ADMISSION__STATUS_RULES`
    pub status_rules: StatusRules,
}

/// A way to compress a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContentEncoding {
    /// RFC 1952.
    Gzip,
    /// Brotli, RFC 7932.
    Br,
    /// RFC 8878.
    Zstd,
    /// The zlib format, RFC 1950.
    Deflate,
}

impl ContentEncoding {
    /// As in headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Br => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }
}

/// The two readings of GraphQL over HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusRules {
    /// As the public audit suite of GraphQL over HTTP wants it: 400, and 200 for `application/json` once the request is
    /// well formed.
    #[default]
    Audited,
    /// As the specification's draft of August 2026 wants it: 422, for both media types, and 294 for partial data.
    Draft2026,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self {
            body_bytes_max: 256 * 1024,
            body_timeout_ms: 10_000,
            url_bytes_max: 16 * 1024,
            encodings: vec![
                ContentEncoding::Gzip,
                ContentEncoding::Br,
                ContentEncoding::Zstd,
                ContentEncoding::Deflate,
            ],
            status_rules: StatusRules::Audited,
        }
    }
}

impl AdmissionSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.body_bytes_max == 0 || self.body_timeout_ms == 0 {
            return Err(SettingsError::new(
                "admission",
                "body_bytes_max and body_timeout_ms must be above zero",
                "leave them out for the defaults",
            ));
        }
        Ok(())
    }
}
