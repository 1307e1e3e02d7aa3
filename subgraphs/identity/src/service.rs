//! The use cases: one function per mutation and per authentication path. They own transactions and publish events.

pub(crate) mod access_tokens;
pub(crate) mod accounts;
pub(crate) mod administration;
pub(crate) mod attempts;
pub(crate) mod avatars;
pub(crate) mod change;
pub(crate) mod directory;
pub(crate) mod erasing;
pub(crate) mod error;
pub(crate) mod keys;
pub(crate) mod loaders;
pub(crate) mod mail;
pub(crate) mod moving;
pub(crate) mod notifying;
pub(crate) mod partners;
pub(crate) mod passwords;
pub(crate) mod profiles;
pub(crate) mod resetting;
pub(crate) mod sessions;
pub(crate) mod sms;
pub(crate) mod verifying;

pub(crate) use access_tokens::AccessTokens;
pub(crate) use accounts::{Accounts, Registration};
pub(crate) use administration::Administration;
pub(crate) use change::{ChangeError, ChangeResult};
pub(crate) use directory::{Directory, DirectoryError};
pub(crate) use erasing::Erasing;
pub(crate) use error::AuthError;
pub(crate) use keys::Keys;
pub(crate) use notifying::Notifications;
pub(crate) use partners::{PartnerError, Partners};
pub(crate) use passwords::Passwords;
pub(crate) use profiles::Profiles;
pub(crate) use resetting::Resetting;
pub(crate) use sessions::{Sessions, TokenPair};
pub(crate) use verifying::Verifying;
