use std::net::IpAddr;

use http::{HeaderMap, header};

/// Longer user agents are cut: subgraphs store this in login histories.
const USER_AGENT_CHARACTERS_MAX: usize = 256;

/// What the router knows of the client, for subgraphs that limit rates or keep a login history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClientDescription {
    pub(crate) address: Option<IpAddr>,
    pub(crate) user_agent: Option<String>,
}

impl ClientDescription {
    /// `peer` is the other end of the connection; `trusted_proxies` is how many proxies stand in front of the router.
    pub(crate) fn new(peer: Option<IpAddr>, headers: &HeaderMap, trusted_proxies: usize) -> Self {
        let user_agent = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(USER_AGENT_CHARACTERS_MAX).collect());
        Self { address: forwarded_address(headers, trusted_proxies).or(peer), user_agent }
    }
}

/// Each proxy appends to `x-forwarded-for` the address that it saw. Only the entries that trusted proxies wrote count:
/// with one proxy that is the last entry; all before it is what a client may have made up.
fn forwarded_address(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let position = trusted_proxies.checked_sub(1)?;
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    entries.iter().rev().nth(position)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HS-15
    #[test]
    fn only_what_trusted_proxies_wrote_counts_as_the_clients_address() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1, 203.0.113.7".parse().unwrap());
        headers.append("x-forwarded-for", "192.0.2.9".parse().unwrap());
        let peer = Some("10.0.0.1".parse().unwrap());
        for (trusted_proxies, expected) in [(0, "10.0.0.1"), (1, "192.0.2.9"), (2, "203.0.113.7"), (9, "10.0.0.1")] {
            let client = ClientDescription::new(peer, &headers, trusted_proxies);
            assert_eq!(client.address, Some(expected.parse().unwrap()), "{trusted_proxies} proxies");
        }
    }
}
