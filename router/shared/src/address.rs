use std::fmt;

use redis::Client;
use thiserror::Error;

/// The address of a Redis server. Neither it nor what speaks of it shows the password that may stand in it.
#[derive(Clone)]
pub struct RedisAddress(pub(crate) Client);

/// A text that names no Redis server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is no address of a Redis server; write it like redis://user:password@host:6379/0")]
pub struct NotAnAddress;

impl RedisAddress {
    /// Reads `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(url: &str) -> Result<Self, NotAnAddress> {
        Client::open(url).map(Self).map_err(|_| NotAnAddress)
    }
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RedisAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in ["redis://user:secret@", "http://user:secret@host", "secret", "redis://user:secret@host:99999999/0"]
        {
            let error = RedisAddress::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{url}");
        }
        let address = RedisAddress::parse("redis://user:secret@host:6379/0").unwrap();
        assert!(!format!("{address:?}").contains("secret"));
    }
}
