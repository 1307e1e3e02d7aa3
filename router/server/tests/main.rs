//! The router at its HTTP boundary, in front of scripted subgraphs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod advisories;
mod amplification;
mod authorization;
mod clients;
mod cors;
mod endpoints;
mod forwarding;
mod graphql_over_http;
mod issuers;
mod key_sets;
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
mod subscriptions;
mod testkit;
mod token_forms;
mod tokens;
