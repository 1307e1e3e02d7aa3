//! One suite: composed and served by the built command, and asked all its questions.

use std::fmt::Write;
use std::path::Path;

use router_schema::Supergraph;
use tempfile::TempDir;

use crate::plans::{Comparison, compare};
use crate::process::{Process, lyceum};
use crate::server::{AuditServer, AuditSubgraph};
use crate::verdict::judge;

/// How one suite went.
pub(crate) struct SuiteResult {
    pub(crate) name: String,
    pub(crate) cases: Vec<CaseResult>,
}

/// How one case went.
pub(crate) struct CaseResult {
    pub(crate) query: String,
    /// What is wrong with the answer; nothing when it is right.
    pub(crate) problem: Option<String>,
    /// The plan beside the reference's, when the operation has one.
    pub(crate) plan: Option<Comparison>,
}

/// Runs a suite.
pub(crate) async fn run(server: &AuditServer, name: &str) -> SuiteResult {
    let folder = tempfile::tempdir().unwrap();
    write_graph(folder.path(), &server.subgraphs(name).await);
    let supergraph = composed(&folder).unwrap_or_else(|error| panic!("{name} does not compose:\n{error}"));
    let mut command = lyceum(folder.path());
    command.args(["router", "--config", "graph.yaml", "--supergraph", "supergraph.graphql"]);
    command.args(["--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"]);
    let router = Process::start("lyceum router", command);
    let gateway = router.wait_for(gateway_in);
    let mut cases = Vec::new();
    for (index, case) in server.cases(name).await.into_iter().enumerate() {
        let answer = server.ask(&gateway, &case.query).await;
        let problem = answer.and_then(|answer| judge(&answer, &case.expected)).err();
        let plan = compare(&supergraph, name, index, &case.query);
        cases.push(CaseResult { query: case.query, problem, plan });
    }
    SuiteResult { name: name.to_owned(), cases }
}

/// Writes the schemas and the configuration that names them.
fn write_graph(folder: &Path, subgraphs: &[AuditSubgraph]) {
    let mut configuration = "subgraphs:\n".to_owned();
    for AuditSubgraph { name, url, sdl } in subgraphs {
        std::fs::write(folder.join(format!("{name}.graphql")), sdl).unwrap();
        let _ = write!(configuration, "  {name}:\n    url: {url}\n    schema: {name}.graphql\n");
    }
    std::fs::write(folder.join("graph.yaml"), configuration).unwrap();
}

/// Composes with the command, and leaves the supergraph in the folder.
fn composed(folder: &TempDir) -> Result<Supergraph, String> {
    let mut command = lyceum(folder.path());
    let output = command.args(["compose", "--config", "graph.yaml"]).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::write(folder.path().join("supergraph.graphql"), &output.stdout).map_err(|error| error.to_string())?;
    Supergraph::parse(&String::from_utf8_lossy(&output.stdout)).map_err(|error| error.to_string())
}

/// The address in the line that tells where GraphQL is served.
fn gateway_in(line: &str) -> Option<String> {
    let address = &line[line.find("http://")?..];
    address.ends_with("/graphql").then(|| address.to_owned())
}
