//! The configurations of what stands around.

use std::collections::BTreeSet;

use serde_json::Value;

use super::folder;

fn yaml(file: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// S0-OBS-5: each pipeline of the collector names what is defined, and what is defined is named somewhere, or is a choice.
#[test]
fn the_pipelines_of_the_collector_name_what_there_is() {
    let collector = yaml("collector/collector.yaml");
    let mut named = BTreeSet::new();
    for (pipeline, parts) in collector["service"]["pipelines"].as_object().unwrap() {
        for (kind, names) in parts.as_object().unwrap() {
            assert!(!names.as_array().unwrap().is_empty(), "{pipeline} has no {kind}");
            for name in names.as_array().unwrap() {
                let name = name.as_str().unwrap();
                assert!(collector[kind].get(name).is_some(), "{pipeline} names `{name}`, which {kind} lacks");
                named.insert(name.to_owned());
            }
        }
    }
    let defined = ["receivers", "processors", "exporters"].into_iter();
    let defined = defined.flat_map(|kind| collector[kind].as_object().unwrap().keys().cloned());
    let unused: Vec<String> = defined.filter(|name| !named.contains(name)).collect();
    assert_eq!(unused, ["zipkin"], "in place of Jaeger");
}

/// The files that the services are given are there, and each image has a version of its own.
#[test]
fn the_services_beside_the_product_have_what_they_need() {
    let compose = yaml("compose.yaml");
    for (name, service) in compose["services"].as_object().unwrap() {
        let image = service["image"].as_str().unwrap();
        let version = image.rsplit_once(':').map_or("", |(_, version)| version);
        assert!(version.chars().any(|character| character.is_ascii_digit()), "{name}: {image} is any version");
        for port in service["ports"].as_array().into_iter().flatten() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name} listens to everybody: {port}");
        }
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            if let Some(file) = from.strip_prefix("./") {
                assert!(folder().join(file).exists(), "{name} is given {file}, which is not there");
            }
        }
    }
    for file in ["grafana/provisioning/datasources/lyceum.yaml", "grafana/provisioning/dashboards/lyceum.yaml"] {
        assert_eq!(yaml(file)["apiVersion"], 1, "{file}");
    }
}

/// S0-OBS-6: what Kibana is given refers to nothing but what it is given, and the template has the fields of a line.
#[test]
fn what_kibana_shows_is_whole() {
    let text = std::fs::read_to_string(folder().join("elasticsearch/kibana.ndjson")).unwrap();
    let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let known: BTreeSet<_> = objects.iter().map(|object| (object["type"].as_str(), object["id"].as_str())).collect();
    assert_eq!(known.len(), objects.len());
    for object in &objects {
        for reference in object["references"].as_array().unwrap() {
            let meant = (reference["type"].as_str(), reference["id"].as_str());
            assert!(known.contains(&meant), "{} refers to {meant:?}", object["id"]);
        }
    }
    let template = std::fs::read_to_string(folder().join("elasticsearch/index-template.json")).unwrap();
    let template: Value = serde_json::from_str(&template).unwrap();
    let fields = template["template"]["mappings"]["properties"].as_object().unwrap();
    for field in
        ["timestamp", "level", "target", "message", "trace_id", "span_id", "correlation_id", "operation", "service"]
    {
        assert!(fields.contains_key(field), "{field}");
    }
}
