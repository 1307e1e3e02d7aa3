//! What the product tells of itself, read by those who read it in earnest: Prometheus, and the tools that come with it.
//!
//! Without Prometheus on this machine these tests say so and pass; with `LYCEUM_REQUIRE_OBSERVABILITY=1` they fail.

mod collector;
mod dashboards;
mod page;
mod prometheus;
mod stage;

use std::path::{Path, PathBuf};
use std::process::Command;

use self::prometheus::is_missing;

/// Where the configurations stand.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/observability")
}

/// Runs Prometheus' own checker.
fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool").args(arguments).current_dir(folder().join("prometheus")).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "promtool {arguments:?}:\n{}", String::from_utf8_lossy(&said));
}

/// S0-OBS-4: the configuration is one, the rules are rules, and each alert fires when it should, and only then.
#[test]
fn the_alert_rules_do_what_they_say() {
    if is_missing() {
        return;
    }
    promtool(&["check", "config", "prometheus.yaml"]);
    promtool(&["check", "rules", "--lint-fatal", "alerts.yaml"]);
    promtool(&["test", "rules", "alerts.test.yaml"]);
}

/// Who is woken by an alert finds what to do.
#[test]
fn each_alert_has_a_section_in_the_runbook() {
    let rules = std::fs::read_to_string(folder().join("prometheus/alerts.yaml")).unwrap();
    let runbook = std::fs::read_to_string(folder().join("../../docs/runbook.md")).unwrap();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in &alerts {
        assert!(runbook.contains(&format!("\n## {alert}\n")), "docs/runbook.md has no section {alert}");
        let link = format!("runbook: docs/runbook.md#{}\n", alert.to_lowercase());
        assert!(rules.contains(&link), "{alert} does not lead to its section: {link}");
    }
    for section in runbook.lines().filter_map(|line| line.strip_prefix("## ")) {
        assert!(alerts.contains(&section), "docs/runbook.md tells of {section}, which is no alert");
    }
}
