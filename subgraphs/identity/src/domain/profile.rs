//! What people say about themselves, and its rules.

use kit_ids::CategoryId;

use super::User;

/// How long a handle stays after it was changed: 30 days, in microseconds (domain.md 3.1).
const HANDLE_COOLDOWN_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;
/// Longest name, in characters, as its column holds it.
const DISPLAY_NAME_CHARACTERS_MAX: usize = 100;
/// Longest text about oneself, in characters.
const BIO_CHARACTERS_MAX: usize = 2_000;
/// Most interests: their ids fit their column.
const INTERESTS_MAX: usize = 50;

/// A handle that keeps its rule: `^[a-z0-9_]{3,24}$`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handle(String);

/// The text breaks the rule of handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HandleFault;

impl Handle {
    /// Reads a handle.
    pub(crate) fn parse(text: &str) -> Result<Self, HandleFault> {
        let is_plain = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if is_plain && (3..=24).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(HandleFault) }
    }

    /// The handle of a new account: what its address allows, and digits against collisions.
    pub(crate) fn for_new_account(local_part: &str, digits: u64) -> Self {
        let start: String =
            local_part.chars().filter(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_')).take(12).collect();
        let start = if start.is_empty() { "user".to_owned() } else { start };
        Self(format!("{start}_{:08}", digits % 100_000_000))
    }

    /// The handle.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A field of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileField {
    Handle,
    DisplayName,
    Bio,
    Interests,
}

/// Why a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileFault {
    /// A field breaks its rule.
    Invalid(ProfileField),
    /// The handle was changed too recently.
    HandleCooldown,
}

/// What is to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProfileChange {
    pub(crate) handle: Option<String>,
    pub(crate) display_name: Option<String>,
    /// An empty text removes it.
    pub(crate) bio: Option<String>,
    pub(crate) interests: Option<Vec<CategoryId>>,
}

impl ProfileChange {
    /// The user after the change, or all reasons against it.
    pub(crate) fn apply(self, mut user: User, now: i64) -> Result<User, Vec<ProfileFault>> {
        let mut faults = Vec::new();
        if let Some(handle) = self.handle {
            match handle_change(&user, &handle, now) {
                Ok(None) => {}
                Ok(Some(handle)) => {
                    user.handle = handle.as_str().to_owned();
                    user.handle_changed_at = Some(now);
                }
                Err(fault) => faults.push(fault),
            }
        }
        if let Some(name) = self.display_name {
            match check_display_name(&name) {
                Some(name) => user.display_name = name,
                None => faults.push(ProfileFault::Invalid(ProfileField::DisplayName)),
            }
        }
        if let Some(bio) = self.bio {
            let bio = bio.trim();
            if bio.chars().count() > BIO_CHARACTERS_MAX {
                faults.push(ProfileFault::Invalid(ProfileField::Bio));
            }
            user.bio = (!bio.is_empty()).then(|| bio.to_owned());
        }
        if let Some(interests) = self.interests {
            let is_repeated = |(place, id): (usize, &CategoryId)| interests[..place].contains(id);
            if interests.len() > INTERESTS_MAX || interests.iter().enumerate().any(is_repeated) {
                faults.push(ProfileFault::Invalid(ProfileField::Interests));
            }
            user.interests = interests;
        }
        user.version += 1;
        if faults.is_empty() { Ok(user) } else { Err(faults) }
    }
}

/// The new handle of the user; nothing when it is the present one.
fn handle_change(user: &User, handle: &str, now: i64) -> Result<Option<Handle>, ProfileFault> {
    if user.handle == handle {
        return Ok(None);
    }
    let handle = Handle::parse(handle).map_err(|HandleFault| ProfileFault::Invalid(ProfileField::Handle))?;
    match user.handle_changed_at {
        Some(changed_at) if now - changed_at < HANDLE_COOLDOWN_US => Err(ProfileFault::HandleCooldown),
        _ => Ok(Some(handle)),
    }
}

/// The name without blanks around it; nothing when it breaks its rule.
pub(crate) fn check_display_name(name: &str) -> Option<String> {
    let name = name.trim();
    let is_fit = (1..=DISPLAY_NAME_CHARACTERS_MAX).contains(&name.chars().count());
    (is_fit && !name.chars().any(char::is_control)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::Handle;

    proptest! {
        /// domain 3.1
        #[test]
        fn a_new_account_gets_a_handle_that_keeps_the_rule(local in "\\PC{0,40}", digits: u64) {
            let handle = Handle::for_new_account(&local, digits);
            prop_assert!(Handle::parse(handle.as_str()).is_ok());
        }
    }
}
