//! docs/metrics.md: every metric, as the product shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::folder;
use super::stage::{Load, http, products, targets};

const BEGIN: &str = "<!-- metrics: begin -->\n";
const END: &str = "<!-- metrics: end -->";

#[derive(Debug, Default)]
struct Metric {
    kind: String,
    meaning: String,
    labels: BTreeSet<String>,
}

/// What one process shows, added to what others do.
fn read(text: &str, metrics: &mut BTreeMap<String, Metric>) {
    for line in text.lines() {
        if let Some((name, meaning)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            metrics.entry(name.to_owned()).or_default().meaning = meaning.to_owned();
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if let Some((name, labels)) = line.split_once('{') {
            let base = ["_bucket", "_sum", "_count"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
            let name = base.filter(|base| metrics.contains_key(*base)).unwrap_or(name);
            let labels = labels.rsplit_once('}').map_or("", |(labels, _)| labels);
            let names = labels.split("\",").filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
            let metric = metrics.get_mut(name).unwrap_or_else(|| panic!("`{name}` has no type"));
            metric.labels.extend(names.filter(|label| label != "le"));
        }
    }
}

fn table(metrics: &BTreeMap<String, Metric>) -> String {
    let mut table = "| metric | type | labels | meaning |\n|---|---|---|---|\n".to_owned();
    for (name, Metric { kind, meaning, labels }) in metrics {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(table, "| `{name}` | {kind} | {} | {meaning} |", labels.join(", ")).unwrap();
    }
    table
}

/// S0-OBS-1: the page tells of every metric that there is, and of none that there is not. `LYCEUM_UPDATE_REFERENCE=1`
/// writes it anew.
#[tokio::test]
async fn the_page_tells_of_every_metric() {
    let products = products().await;
    let _load = Load::start(&products);
    let mut metrics = BTreeMap::new();
    for target in targets(&products) {
        let shown = http().get(format!("http://{target}/metrics")).send().await.unwrap().text().await.unwrap();
        read(&shown, &mut metrics);
    }
    let unexplained: Vec<_> = metrics.iter().filter(|(_, metric)| metric.meaning.is_empty()).collect();
    assert!(unexplained.is_empty(), "nobody says what these are: {unexplained:?}");
    let file = folder().join("../../docs/metrics.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var("LYCEUM_UPDATE_REFERENCE").is_ok_and(|value| value == "1") {
        std::fs::write(&file, format!("{before}{BEGIN}{}{END}{after}", table(&metrics))).unwrap();
        return;
    }
    for (name, Metric { kind, meaning, labels }) in &metrics {
        let row = written.lines().find(|row| row.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/metrics.md does not tell of `{name}`"));
        assert!(row.contains(&format!("| {kind} |")) && row.ends_with(&format!("| {meaning} |")), "{row}\n{meaning}");
        for label in labels {
            assert!(row.contains(&format!("`{label}`")), "{row} lacks {label}");
        }
    }
    for row in written.lines().filter_map(|row| row.strip_prefix("| `")) {
        let name = row.split('`').next().unwrap_or_default();
        assert!(metrics.contains_key(name), "docs/metrics.md tells of `{name}`, which nothing shows");
    }
}
