//! Where people sign in from, and what is out of the ordinary (AS-071).

use kit_ids::{Id, Kind, Prefix, UserId};

use super::network_of;

/// Marks ids of mails about sign-ins, which nobody outside sees.
#[derive(Debug)]
pub(crate) enum SignInMailKind {}

impl Kind for SignInMailKind {
    const PREFIX: Prefix = Prefix { letters: "sim", type_name: "SignInMail" };
}

/// The id of a mail about a sign-in.
pub(crate) type SignInMailId = Id<SignInMailKind>;

/// A mail about a sign-in that is out of the ordinary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignInMail {
    pub(crate) id: SignInMailId,
    pub(crate) user_id: UserId,
    pub(crate) at: i64,
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) attempts: i64,
}

/// A network and a program, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whence {
    network: Option<String>,
    program: Option<String>,
}

impl Whence {
    /// Of a client. Of what a program calls itself the numbers are left out: they change with every update.
    pub(crate) fn of(ip: Option<&str>, user_agent: Option<&str>) -> Self {
        let letters =
            |name: &str| name.chars().filter(|one| one.is_alphabetic()).flat_map(char::to_lowercase).collect();
        Self { network: ip.map(network_of), program: user_agent.map(letters) }
    }

    /// Whether a sign-in from here is out of the ordinary: the network, or the program, was never seen with the account,
    /// and others were. Of what is not known nothing is said.
    pub(crate) fn is_unfamiliar(&self, before: &[Self]) -> bool {
        let is_new = |part: fn(&Self) -> Option<&String>| {
            let seen = || before.iter().filter_map(part);
            part(self).is_some_and(|here| seen().next().is_some() && seen().all(|there| there != here))
        };
        is_new(|whence| whence.network.as_ref()) || is_new(|whence| whence.program.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0";
    const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    /// AS-071
    #[test]
    fn what_was_never_seen_is_unfamiliar() {
        let home = Whence::of(Some("203.0.113.9"), Some(FIREFOX));
        let office = Whence::of(Some("2001:db8:1:2::3"), Some(FIREFOX));
        let before = [home.clone(), office];
        for (ip, program, is_unfamiliar) in [
            (Some("203.0.113.77"), Some(NEWER), false),
            (Some("2001:db8:1:9::1"), Some(FIREFOX), false),
            (Some("203.0.114.9"), Some(FIREFOX), true),
            (Some("2001:db8:2::3"), Some(FIREFOX), true),
            (Some("203.0.113.9"), Some("curl/8.9"), true),
            (None, Some(FIREFOX), false),
            (Some("203.0.113.9"), None, false),
            (None, None, false),
        ] {
            assert_eq!(Whence::of(ip, program).is_unfamiliar(&before), is_unfamiliar, "{ip:?} {program:?}");
        }
        assert!(!home.is_unfamiliar(&[]), "the first one is no surprise");
        assert!(!home.is_unfamiliar(&[Whence::of(None, None)]), "nor is the first that is known");
    }
}
