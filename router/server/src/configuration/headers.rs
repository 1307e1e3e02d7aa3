use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;
use crate::header_rules::HeaderPolicy;

/// Which headers of a client's request go to subgraphs, and which of their replies go to the client (docs/headers.md). None do
/// unless a rule says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderSettings {
    /// The rules for every subgraph. Default: none.
    pub all: HeaderRules,
    /// Further rules for the subgraph of this name, which come after those for all. Default: none.
    pub subgraphs: BTreeMap<String, HeaderRules>,
    /// How many bytes of a client's headers are propagated at most, names and values together; a request with more is 431.
    /// Less than what subgraphs read, so that none of them has to refuse. Default 8192.
    /// `LYCEUM_ROUTER__HEADERS__PROPAGATED_BYTES_MAX`
    pub propagated_bytes_max: usize,
    /// Whether a reply that sets cookies may be kept by caches, as the other rules say. Default false: it is
    /// `cache-control: no-store`. `LYCEUM_ROUTER__HEADERS__CACHEABLE_WITH_COOKIES`
    pub cacheable_with_cookies: bool,
}

/// Rules in the order in which they are followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderRules {
    /// What is done to the request to a subgraph: `propagate`, `insert`, `rename` or `remove`. Default: nothing.
    pub request: Vec<RequestHeaderRule>,
    /// What is done to the reply to the client: `propagate`, `insert` or `remove`. Default: nothing.
    pub response: Vec<ResponseHeaderRule>,
}

/// One thing done to the headers of a request to a subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestHeaderRule {
    /// Headers of the client go along.
    Propagate(PropagatedRequestHeader),
    /// The router adds one.
    Insert(InsertedRequestHeader),
    /// A header that an earlier rule put there gets another name.
    Rename(RenamedHeader),
    /// Headers that earlier rules put there are taken away.
    Remove(RemovedHeader),
}

/// One thing done to the headers of the reply to a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseHeaderRule {
    /// Headers of the subgraph's reply go to the client.
    Propagate(PropagatedResponseHeader),
    /// The router adds one to replies that the subgraph had a part in.
    Insert(InsertedResponseHeader),
    /// Headers that earlier rules took from the same reply are taken away.
    Remove(RemovedHeader),
}

/// Which headers of the client, by one of `name`, `prefix` and `matching`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PropagatedRequestHeader {
    /// The one of this name.
    pub name: Option<String>,
    /// All whose names begin so, but for credentials.
    pub prefix: Option<String>,
    /// All whose whole names match this regular expression, but for credentials.
    pub matching: Option<String>,
    /// What the subgraph knows it as. Only with `name`. Default: the same.
    pub rename: Option<String>,
    /// The value for requests that have none. Only with `name`. Default: absent, there is none then.
    pub default: Option<String>,
}

/// A header of the router's own, with one of `value`, `claim` and `from`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InsertedRequestHeader {
    /// Its name.
    pub name: String,
    /// This text.
    pub value: Option<String>,
    /// This claim of the viewer's access token, as a JSON pointer (RFC 6901) such as `/tenant/id`: a text, a number or a
    /// boolean. Nothing is inserted for viewers without it.
    pub claim: Option<String>,
    /// This of the request.
    pub from: Option<HeaderValueSource>,
}

/// What of a request can stand in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValueSource {
    /// The client's address, as the trusted proxies tell it.
    ClientAddress,
    /// The path of the endpoint that was asked.
    Endpoint,
    /// `query`, `mutation` or `subscription`.
    OperationKind,
    /// The name of the operation, if it has one.
    OperationName,
    /// The name of the subgraph that is asked.
    Subgraph,
}

/// Another name for a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamedHeader {
    /// The name it has.
    pub name: String,
    /// The name it gets.
    pub to: String,
}

/// Which headers are taken away, by one of `name`, `prefix` and `matching`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RemovedHeader {
    /// The one of this name.
    pub name: Option<String>,
    /// All whose names begin so.
    pub prefix: Option<String>,
    /// All whose whole names match this regular expression.
    pub matching: Option<String>,
}

/// Which headers of a subgraph's reply, by one of `name`, `prefix` and `matching`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PropagatedResponseHeader {
    /// The one of this name.
    pub name: Option<String>,
    /// All whose names begin so, but for cookies.
    pub prefix: Option<String>,
    /// All whose whole names match this regular expression, but for cookies.
    pub matching: Option<String>,
    /// What the client knows it as. Only with `name`. Default: the same.
    pub rename: Option<String>,
    /// The value where the subgraph's reply has none. Only with `name`. Default: absent, there is none then.
    pub default: Option<String>,
    /// Which values stay when several replies have one. `set-cookie` is appended always. Default `last`.
    pub merge: HeaderMerge,
}

/// Which values stay when several replies have the same header, in the order of the plan's fetches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeaderMerge {
    /// Those of the first reply.
    First,
    /// Those of the last.
    #[default]
    Last,
    /// Those of all, each on a line of its own.
    Append,
}

/// A header that the router adds to replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsertedResponseHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Default for HeaderSettings {
    fn default() -> Self {
        Self {
            all: HeaderRules::default(),
            subgraphs: BTreeMap::new(),
            propagated_bytes_max: 8 * 1024,
            cacheable_with_cookies: false,
        }
    }
}

impl HeaderSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        HeaderPolicy::compile(self).map(drop)
    }

    /// Whether a rule looks at claims beside those that have a meaning here.
    pub(crate) fn reads_claims(&self) -> bool {
        let every = std::iter::once(&self.all).chain(self.subgraphs.values());
        every
            .flat_map(|rules| &rules.request)
            .any(|rule| matches!(rule, RequestHeaderRule::Insert(inserted) if inserted.claim.is_some()))
    }
}
