//! How often somebody may guess a password (domain.md 3.1).

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv6Addr};

/// How long failures are remembered: 15 minutes, in microseconds. Also the longest wait.
pub(crate) const WINDOW_US: i64 = 15 * 60 * 1_000_000;
/// The first wait: 30 seconds, in microseconds. Each further failure doubles it, up to the window.
const FIRST_WAIT_US: i64 = 30 * 1_000_000;

/// Attempts that may fail in one window before waiting begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance(i64);

impl Allowance {
    /// Of one account from one address: a person who mistypes (domain.md 3.1).
    pub(crate) const PERSON: Self = Self(5);
    /// Of one address, whatever the accounts: a household or an office.
    pub(crate) const ADDRESS: Self = Self(30);
    /// Of the network that an address is in.
    pub(crate) const NETWORK: Self = Self(100);
    /// Of one account, from wherever its owner has not signed in lately.
    pub(crate) const ACCOUNT: Self = Self(50);
}

/// The attempts of one subject that have not succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempts {
    pub(crate) failures: i64,
    pub(crate) window_start_at: i64,
    pub(crate) blocked_until: Option<i64>,
}

impl Attempts {
    /// None so far.
    pub(crate) const fn none(now: i64) -> Self {
        Self { failures: 0, window_start_at: now, blocked_until: None }
    }

    /// Counts an attempt before it is made, so that many at a time are no way around.
    ///
    /// # Errors
    /// The microseconds to wait, when there were too many.
    pub(crate) fn admit(self, allowance: Allowance, now: i64) -> Result<Self, i64> {
        let wait = self.blocked_until.map_or(0, |until| until - now);
        if wait > 0 {
            return Err(wait);
        }
        let is_over = now - self.window_start_at >= WINDOW_US;
        let base = if is_over { Self::none(now) } else { self };
        let failures = base.failures + 1;
        let blocked_until = (failures >= allowance.0).then(|| {
            let doublings = u32::try_from(failures - allowance.0).unwrap_or(u32::MAX).min(10);
            now + (FIRST_WAIT_US << doublings).min(WINDOW_US)
        });
        Ok(Self { failures, blocked_until, ..base })
    }

    /// Takes back an attempt that has succeeded, and the wait that it has begun. It forgives no other: whoever guesses
    /// cannot wipe the slate with an account of their own.
    pub(crate) fn succeed(self) -> Self {
        Self { failures: (self.failures - 1).max(0), blocked_until: None, ..self }
    }
}

/// What one client has for certain, of an address as text: an IPv4 address, or the 64 bits of an IPv6 network, whose
/// other half a machine chooses as it likes. What is no address stands for itself.
pub(crate) fn address_of(ip: &str) -> String {
    masked(ip, 32, 64)
}

/// The network that an address is in: 24 bits of IPv4, 48 bits of IPv6.
pub(crate) fn network_of(ip: &str) -> String {
    masked(ip, 24, 48)
}

fn masked(ip: &str, bits_of_4: u32, bits_of_6: u32) -> String {
    let Ok(address) = ip.parse::<IpAddr>() else { return ip.to_owned() };
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits_of_4).unwrap_or(0);
            format!("{}/{bits_of_4}", std::net::Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits_of_6).unwrap_or(0);
            format!("{}/{bits_of_6}", Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}
