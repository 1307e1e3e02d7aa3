//! A bucket of an S3-compatible store, and how it is reached.

use std::collections::BTreeMap;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use rusty_s3::{Credentials, UrlStyle};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::StorageError;

/// Where the bucket is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BucketSettings {
    /// The store's origin; nothing for Amazon's own.
    pub(crate) endpoint: Option<String>,
    /// The same for clients, when they reach it under another name.
    pub(crate) public_endpoint: Option<String>,
    pub(crate) bucket: String,
    pub(crate) region: Option<String>,
    /// Whether the bucket stands in the path of addresses; by default when there is an endpoint.
    pub(crate) path_style: Option<bool>,
    /// Whether clients read and write there themselves; else everything passes through the service.
    #[serde(default = "yes")]
    pub(crate) direct: bool,
    /// Variables of the environment that say who the service is, such as `AWS_ACCESS_KEY_ID`.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<String, SecretString>,
}

const fn yes() -> bool {
    true
}

/// How long the store is waited for.
#[derive(Debug, Clone)]
pub(crate) struct Patience {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For the next bytes.
    pub(crate) silence: Duration,
    /// For another try after a failure, in all.
    pub(crate) retries: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), silence: Duration::from_secs(10), retries: Duration::from_secs(15) }
    }
}

/// Another try is made at most so often.
const RETRIES_MAX: usize = 4;

/// A bucket. Clones share its connections.
#[derive(Debug)]
pub(crate) struct Bucket {
    store: AmazonS3,
    pub(super) is_direct: bool,
    /// As clients name it.
    pub(super) public: rusty_s3::Bucket,
}

impl Bucket {
    /// The bucket, without asking whether it is there.
    pub(super) fn open(settings: &BucketSettings, patience: &Patience) -> Result<Self, StorageError> {
        // The process's TLS; another part of it may have chosen it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let region = settings.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = settings.endpoint.clone().unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let named = |endpoint: &str, key: &str| named(settings, endpoint, &region, key);
        let own = named(&endpoint, "endpoint")?;
        let public = match &settings.public_endpoint {
            Some(endpoint) => named(endpoint, "public_endpoint")?,
            None => own.clone(),
        };
        let base = own.base_url().as_str().trim_end_matches('/');
        let client = ClientOptions::new()
            .with_allow_http(own.base_url().scheme() == "http")
            .with_connect_timeout(patience.connect)
            // Whole films pass through one request: not its end is waited for, but its next bytes.
            .with_timeout_disabled()
            .with_read_timeout(patience.silence);
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: RETRIES_MAX,
            retry_timeout: patience.retries,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&region)
            .with_endpoint(base)
            // The base has the bucket in it, in either style.
            .with_virtual_hosted_style_request(true)
            // Not all stores have the other way.
            .with_disable_bulk_delete(true)
            .with_client_options(client)
            .with_retry(retry);
        for (name, value) in &settings.credentials {
            let key: AmazonS3ConfigKey = name.to_ascii_lowercase().parse()?;
            builder = builder.with_config(key, value.expose_secret());
        }
        Ok(Self { store: builder.build()?, is_direct: settings.direct, public })
    }

    pub(super) fn store(&self) -> &AmazonS3 {
        &self.store
    }

    /// Who signs: the credentials of this moment, which may be lent for some hours only.
    pub(super) async fn credentials(&self) -> Result<Credentials, StorageError> {
        let lent = self.store.credentials().get_credential().await?;
        Ok(match &lent.token {
            Some(token) => Credentials::new_with_token(&lent.key_id, &lent.secret_key, token),
            None => Credentials::new(&lent.key_id, &lent.secret_key),
        })
    }
}

fn named(settings: &BucketSettings, endpoint: &str, region: &str, key: &str) -> Result<rusty_s3::Bucket, StorageError> {
    let wrong = |problem: String| {
        StorageError::configured(format!(
            "`{endpoint}` is no address of a store: {problem}; write media.storage.s3.{key} like https://s3.example.com"
        ))
    };
    let is_path = settings.path_style.unwrap_or(settings.endpoint.is_some());
    let style = if is_path { UrlStyle::Path } else { UrlStyle::VirtualHost };
    let url = endpoint.parse().map_err(|error| wrong(format!("{error}")))?;
    rusty_s3::Bucket::new(url, style, settings.bucket.clone(), region.to_owned())
        .map_err(|error| wrong(error.to_string()))
}
