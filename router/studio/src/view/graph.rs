//! The graph, and what of it is used.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::numbers::moment;
use crate::graph::{FieldModel, GraphModel, TypeModel};
use crate::studio::Studio;
use crate::window::Window;

/// Fields that nobody uses, at most.
const UNUSED_MAX: usize = 2_000;

/// What was used, by coordinate.
#[derive(Default)]
struct Usage {
    requests: HashMap<String, u64>,
    /// When each was last asked for, in milliseconds since 1970.
    last_ms: HashMap<String, u64>,
    /// By subgraph asked, subgraph asked after it, and entity.
    edges: BTreeMap<(String, String, String), u64>,
}

impl Studio {
    /// The whole graph.
    pub async fn graph(&self, window: Window) -> Value {
        self.settle().await;
        let usage = self.usage(window);
        let graph = self.shared.graph().unwrap_or_default();
        let subgraphs = graph.subgraphs.iter().map(
            |subgraph| json!({ "name": subgraph.name, "types": subgraph.types, "fields": subgraph.defined.len() }),
        );
        let entities = graph.types.iter().filter(|ty| !ty.owners.is_empty()).map(|ty| entity(ty, &usage));
        let types = graph.types.iter().map(|ty| {
            json!({ "name": ty.name, "kind": ty.kind, "subgraphs": ty.subgraphs, "fields": fields(&ty.fields, &usage) })
        });
        let edges = usage.edges.iter().map(
            |((from, to, entity), requests)| json!({ "from": from, "to": to, "entity": entity, "requests": requests }),
        );
        json!({
            "window": window,
            "observedSinceAt": moment(self.shared.observed_since_ms),
            "subgraphs": subgraphs.collect::<Value>(),
            "entities": entities.collect::<Value>(),
            "types": types.collect::<Value>(),
            "edges": edges.collect::<Value>(),
            "unused": self.unused(&graph, &usage),
        })
    }

    fn usage(&self, window: Window) -> Usage {
        let memory = self.shared.memory();
        let (_, buckets) = memory.tiers.within(window, self.shared.now_ms() / 1000);
        let mut usage = Usage::default();
        for known in memory.operations() {
            let cells = buckets.iter().filter_map(|bucket| bucket.operations.get(&known.hash));
            let requests: u64 = cells.map(|cell| cell.time.count()).sum();
            for field in &known.seen.record.fields {
                let last_ms = usage.last_ms.entry(field.clone()).or_default();
                *last_ms = (*last_ms).max(known.seen.last_ms);
                if requests > 0 {
                    *usage.requests.entry(field.clone()).or_default() += requests;
                }
            }
            if requests == 0 {
                continue;
            }
            for (place, fetch) in known.seen.record.plan.iter().enumerate() {
                for before in &fetch.depends_on {
                    let Some(from) = known.subgraph(*before) else { continue };
                    let name = known.fetch_name(place);
                    let entity = name.split_once('.').map_or(name.as_str(), |(ty, _)| ty).to_owned();
                    *usage.edges.entry((from.to_owned(), fetch.subgraph.clone(), entity)).or_default() += requests;
                }
            }
        }
        usage
    }

    /// Fields that nobody has asked for in the window, and since when.
    fn unused(&self, graph: &GraphModel, usage: &Usage) -> Value {
        let unused = graph.types.iter().flat_map(|ty| &ty.fields);
        let unused = unused.filter(|field| !usage.requests.contains_key(&field.coordinate)).take(UNUSED_MAX);
        let told = unused.map(|field| {
            let since_ms = usage.last_ms.get(&field.coordinate).copied().unwrap_or(self.shared.observed_since_ms);
            json!({ "coordinate": field.coordinate, "subgraphs": field.subgraphs, "sinceAt": moment(since_ms) })
        });
        told.collect()
    }
}

fn entity(ty: &TypeModel, usage: &Usage) -> Value {
    let keys = ty.keys.iter().map(|(subgraph, fields)| json!({ "subgraph": subgraph, "fields": fields }));
    json!({
        "type": ty.name,
        "owners": ty.owners,
        "keys": keys.collect::<Value>(),
        "fields": fields(&ty.fields, usage),
    })
}

fn fields(fields: &[FieldModel], usage: &Usage) -> Value {
    let told = fields.iter().map(|field| {
        json!({
            "name": field.name,
            "type": field.ty,
            "subgraphs": field.subgraphs,
            "requests": usage.requests.get(&field.coordinate).copied().unwrap_or(0),
            "deprecated": field.deprecated,
            "tags": field.tags,
        })
    });
    told.collect()
}
