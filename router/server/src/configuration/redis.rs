//! What is alike wherever the settings name a Redis server.

use super::SettingsError;

const KEY_PREFIX_CHARACTERS_MAX: usize = 100;

/// Checks `{section}.redis` and `{section}.redis_key_prefix`. The address stays out of errors: it may hold a password.
pub(super) fn validate(
    section: &str,
    is_wanted: bool,
    url: Option<&str>,
    key_prefix: &str,
) -> Result<(), SettingsError> {
    let key = format!("{section}.redis");
    match (is_wanted, url) {
        (true, None) => {
            let remedy = "name the server, like redis://127.0.0.1:6379/0, here or in the environment";
            return Err(SettingsError::new(key, "the store is redis, and no server is named", remedy));
        }
        (false, Some(_)) => {
            let remedy = format!("say {section}.store: redis, or leave the server out");
            return Err(SettingsError::new(key, "a server is named, and the store is another one", remedy));
        }
        (true, Some(url)) if !["redis://", "rediss://"].iter().any(|scheme| url.starts_with(scheme)) => {
            let remedy = "write it like redis://user:password@host:6379/0";
            return Err(SettingsError::new(key, "it begins neither with redis:// nor with rediss://", remedy));
        }
        _ => {}
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte);
    if key_prefix.is_empty() || key_prefix.len() > KEY_PREFIX_CHARACTERS_MAX || !key_prefix.bytes().all(is_plain) {
        return Err(SettingsError::new(
            format!("{section}.redis_key_prefix"),
            format!("a prefix has 1 to {KEY_PREFIX_CHARACTERS_MAX} letters, digits and characters of `:_.-`"),
            "leave it out, or choose one like lyceum",
        ));
    }
    Ok(())
}
