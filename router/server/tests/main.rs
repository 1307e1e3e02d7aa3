//! The router at its HTTP boundary, in front of scripted subgraphs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod access_log;
mod administration;
mod advisories;
mod advisories_engine;
mod advisories_replies;
mod amplification;
mod authorization;
mod batching;
mod caching;
mod clients;
mod content_encoding;
mod cors;
mod deadline;
mod endpoints;
mod fetches;
mod forwarding;
mod framing;
mod graphql_over_http;
mod header_rules;
mod hidden_names;
mod http2;
mod issuers;
mod key_sets;
mod leaks;
mod limits_page;
mod listeners;
mod masking;
mod operators;
mod overrides;
mod pass_through;
mod persisted;
mod plan_extension;
mod playground;
mod rates;
mod refusals;
mod revocations;
mod settings;
mod studio;
mod subgraph_trust;
mod subscriptions;
mod testkit;
mod token_forms;
mod tokens;
mod transports;
