//! What can be said to `lyceum clients`.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};
use identity::Expiry;
use secrecy::SecretString;

use super::OutputFormat;

/// `lyceum clients`.
#[derive(Debug, Subcommand)]
pub enum ClientsCommand {
    /// Write a new client, and show its secret: this once, nothing keeps it.
    Create(CreateClientArguments),
    /// List all clients.
    List(ListClientsArguments),
    /// Show a client: its terms, and what is known of its secrets.
    Show(ClientArguments),
    /// Change what is agreed with a client; its tokens say so from the next one on.
    Update(UpdateClientArguments),
    /// Give a client another secret; the one before stays valid for a while.
    Rotate(RotateClientArguments),
    /// End a client's secrets now. Tokens that it has live on for ten minutes at most.
    Revoke(RevokeClientArguments),
    /// Give a client no more tokens. Those that it has live on for ten minutes at most.
    Disable(ClientArguments),
    /// Give a client tokens again.
    Enable(ClientArguments),
    /// Show what a client has asked for, as the router counts it that listens at --ops-listen.
    Usage(ClientUsageArguments),
}

/// `lyceum clients list`.
#[derive(Debug, Args)]
pub struct ListClientsArguments {
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum clients show`, `disable` and `enable`.
#[derive(Debug, Args)]
pub struct ClientArguments {
    /// The client id.
    pub client: String,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// What is agreed with a client.
#[derive(Debug, Args)]
pub struct ClientTermsArguments {
    /// All that its tokens may allow: as often as needed. Default of a new one: everything that partners may.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Option<Vec<String>>,
    /// The contract that its tokens are for, one of the configuration's. Default of a new one: that of the first endpoint at
    /// which clients are known by their tokens.
    #[arg(long, value_name = "NAME", conflicts_with = "no_contract")]
    pub contract: Option<String>,
    /// Its tokens are for endpoints that serve no contract.
    #[arg(long)]
    pub no_contract: bool,
    /// How many operations it may ask for in a second. Default of a new one: 20.
    #[arg(long, value_name = "NUMBER")]
    pub operations_per_second: Option<u32>,
    /// How much its operations may cost in a minute. Default of a new one: 100000.
    #[arg(long, value_name = "POINTS")]
    pub cost_per_minute: Option<u32>,
    /// From when on it gets no tokens: a moment such as 2027-01-31T09:30:00Z, a day, or `never`.
    #[arg(long = "expires", value_name = "WHEN")]
    pub expiry: Option<Expiry>,
}

/// `lyceum clients create`.
#[derive(Debug, Args)]
pub struct CreateClientArguments {
    /// What its programs sign in as: 3 to 64 of a-z, 0-9 and underscore. It never changes.
    pub client: String,
    /// Its name, for people. Default: the client id.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// What is agreed.
    #[command(flatten)]
    pub terms: ClientTermsArguments,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum clients update`.
#[derive(Debug, Args)]
pub struct UpdateClientArguments {
    /// The client id.
    pub client: String,
    /// Another name, for people.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// What is agreed.
    #[command(flatten)]
    pub terms: ClientTermsArguments,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum clients rotate`.
#[derive(Debug, Args)]
pub struct RotateClientArguments {
    /// The client id.
    pub client: String,
    /// How long the old secret stays valid, such as 90s, 15m, 24h or 7d, 30 days at most; with 0 all old ones end now.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub overlap: Overlap,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum clients revoke`.
#[derive(Debug, Args)]
pub struct RevokeClientArguments {
    /// The client id.
    pub client: String,
    /// The secret to end, by the id that `lyceum clients show` names.
    #[arg(long, value_name = "ID", required_unless_present = "all")]
    pub secret: Option<String>,
    /// All of its secrets.
    #[arg(long, conflicts_with = "secret")]
    pub all: bool,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum clients usage`.
#[derive(Debug, Args)]
pub struct ClientUsageArguments {
    /// The client id.
    pub client: String,
    /// An access token with the scope ops:read. It is better in the environment, where no list of processes shows it.
    #[arg(long, env = "LYCEUM_OPS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<SecretString>,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// How long something lasts, as one writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap(pub Duration);

impl FromStr for Overlap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a number and its unit, such as 90s, 15m, 24h or 7d, or 0".to_owned();
        let split = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let seconds: u64 = match unit {
            "" if number == "0" => 1,
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(wrong()),
        };
        let number: u64 = number.parse().map_err(|_| wrong())?;
        number.checked_mul(seconds).map(|seconds| Self(Duration::from_secs(seconds))).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_its_unit() {
        for (text, seconds) in [("0", 0), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(text.parse(), Ok(Overlap(Duration::from_secs(seconds))), "{text}");
        }
        for wrong in ["", "5", "h", "-1h", "1.5h", "1w", "1 h", "99999999999999999999d", "18446744073709551615d"] {
            assert!(wrong.parse::<Overlap>().is_err(), "{wrong}");
        }
    }
}
