//! Why the store failed, and what to do about it.

use object_store::Error;
use thiserror::Error as ErrorText;

const CREDENTIALS: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this service a role, and let it read, \
                           write, list and delete in the bucket of media.storage.s3";
const BUCKET: &str = "create the bucket that media.storage.s3.bucket names, or correct the name";
const REACH: &str = "see that the store runs, and that media.storage.s3.endpoint and region are its own";

/// The store failed. The text is for logs and for whoever runs the service; no secret is in it.
#[derive(Debug, ErrorText)]
#[error("the file store failed: {problem}{}", remedy(.problem).map(|text| format!("; remedy: {text}")).unwrap_or_default())]
pub(crate) struct StorageError {
    #[from]
    #[source]
    problem: Error,
}

impl StorageError {
    /// Reading broke off.
    pub(crate) fn broken(error: std::io::Error) -> Self {
        Error::Generic { store: "file store", source: Box::new(error) }.into()
    }

    /// What was said of the store cannot be meant.
    pub(super) fn configured(problem: String) -> Self {
        Error::Generic { store: "media.storage.s3", source: problem.into() }.into()
    }

    /// Whether the store has nothing under the key, or no such upload.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.problem, Error::NotFound { .. })
    }

    /// Whether the key was written before.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self.problem, Error::AlreadyExists { .. })
    }

    /// Whether the store calls the request itself wrong, so that another try would not help.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(&self.problem, Error::Generic { source, .. } if source.to_string().contains("400 Bad Request"))
    }
}

fn remedy(problem: &Error) -> Option<&'static str> {
    // Not every request has an error of its own for each of these.
    let says = |texts: &[&str]| texts.iter().any(|text| problem.to_string().contains(text));
    match problem {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Some(CREDENTIALS),
        Error::Generic { store: "S3", .. } | Error::NotFound { .. } if says(&["NoSuchBucket"]) => Some(BUCKET),
        Error::Generic { store: "S3", .. } if says(&["403 Forbidden", "401 Unauthorized"]) => Some(CREDENTIALS),
        // Where credentials come from fails so, too.
        Error::Generic { store: "S3", .. } if says(&["AccessKey", "Credential", "/latest/", "sts"]) => {
            Some(CREDENTIALS)
        }
        Error::Generic { store: "S3", .. } => Some(REACH),
        _ => None,
    }
}
