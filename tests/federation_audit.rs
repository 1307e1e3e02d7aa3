//! The public federation audit, over HTTP: its subgraphs are real servers, the router is the built command.
//!
//! `LYCEUM_FEDERATION_AUDIT` names a checkout of <https://github.com/graphql-hive/federation-gateway-audit> in which
//! `npm install` has been run; without it the test says so and passes. docs/reference/federation-audit.md tells how to
//! run it and keeps the last result.
//!
//! [`server`] starts the audit's subgraphs, [`suite`] composes and serves one suite and asks its questions, [`verdict`]
//! judges an answer as the audit does, [`plans`] sets our plans beside the reference planner's, [`report`] prints both.

#![expect(clippy::unwrap_used, reason = "a test that does not find what it looks for has failed")]

#[path = "federation_audit/plans.rs"]
mod plans;
#[path = "product/process.rs"]
#[expect(dead_code, reason = "the product's tests also stop and interrupt what they start")]
mod process;
#[path = "federation_audit/report.rs"]
mod report;
#[path = "federation_audit/server.rs"]
mod server;
#[path = "federation_audit/suite.rs"]
mod suite;
#[path = "federation_audit/verdict.rs"]
mod verdict;

use std::path::PathBuf;

use crate::server::AuditServer;

/// The command's demonstration accounts want one; nobody signs in here.
const PASSWORD: &str = "tiny-worlds-need-long-passwords";

/// The environment variable that names the checkout.
const CHECKOUT: &str = "LYCEUM_FEDERATION_AUDIT";

/// How many cases the audit had when this was written: fewer mean that the checkout is not what it should be.
const CASES_MIN: usize = 199;

/// Issue "The federation engine", Planning: every case of every suite passes, and no plan is worse than the reference's.
#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_public_federation_audit_passes() {
    let Some(checkout) = std::env::var_os(CHECKOUT).map(PathBuf::from) else {
        println!("{CHECKOUT} names no checkout of the federation audit: nothing was run");
        return;
    };
    let server = AuditServer::start(&checkout);
    let mut results = Vec::new();
    for name in server.suites().await {
        results.push(suite::run(&server, &name).await);
    }
    print!("{}", report::table(&results));
    let failures = report::failures(&results);
    assert!(failures.is_empty(), "{failures}");
    let cases: usize = results.iter().map(|result| result.cases.len()).sum();
    assert!(cases >= CASES_MIN, "the audit has {cases} cases, and had {CASES_MIN}");
    let worse = report::worse_plans(&results);
    assert!(worse.is_empty(), "{worse}");
}
