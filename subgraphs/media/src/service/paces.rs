//! How often each person may ask for what costs something (AS-011, PS-21).

use kit_ids::UserId;
use kit_service::Pace;

use crate::settings::LimitSettings;

/// The paces of media.
pub(crate) struct Paces {
    /// Of announcing files.
    pub(crate) uploads: Pace<UserId>,
    /// Of addresses to play or fetch files from.
    pub(crate) addresses: Pace<UserId>,
    /// Of fetching by them.
    pub(crate) downloads: Pace<UserId>,
}

impl Paces {
    pub(crate) fn new(limits: LimitSettings) -> Self {
        Self {
            uploads: Pace::per_minute(limits.uploads_per_minute),
            addresses: Pace::per_minute(limits.addresses_per_minute),
            downloads: Pace::per_minute(limits.downloads_per_minute),
        }
    }
}
