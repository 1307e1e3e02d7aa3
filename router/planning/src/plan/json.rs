//! A plan in the JSON form that Apollo's tools and other routers print.

use apollo_compiler::Name;
use router_schema::Supergraph;
use serde_json::{Value, json};

use super::{
    EntitySite, Fetch, FetchId, FetchTarget, PartId, PathSegment, QueryPlan, Representation, RepresentationField,
    RepresentationSelection,
};

impl QueryPlan {
    /// The plan as `QueryPlan`, `Sequence`, `Parallel`, `Flatten` and `Fetch` nodes.
    ///
    /// The form knows waits only as a sequence of steps, so fetches stand in the step after the latest that they depend
    /// on, though they start earlier where they can. A fetch for several sites is a `BatchFetch`. Paths have no `@` for
    /// lists. With `@defer` there is a `Defer` node with the parts side by side, whatever stands within what; `depends`
    /// names the fetches of earlier parts that a part needs. A subscription's stream is the `primary` of a `Subscription`.
    pub fn to_json(&self, supergraph: &Supergraph) -> Value {
        let first = self.steps(None, supergraph);
        let node = if self.deferred.is_empty() { first } else { self.defer_node(&first, supergraph) };
        let node = match self.subscription {
            None => node,
            Some(id) => {
                let primary = self.fetch_node(id, supergraph);
                json!({ "kind": "Subscription", "primary": primary, "rest": node })
            }
        };
        json!({ "kind": "QueryPlan", "node": node })
    }

    /// The fetches of one part; null when it has none.
    fn steps(&self, part: Option<PartId>, supergraph: &Supergraph) -> Value {
        let mut steps: Vec<Vec<Value>> = Vec::new();
        let mut step_of: Vec<Option<usize>> = Vec::with_capacity(self.fetches.len());
        for (index, fetch) in self.fetches.iter().enumerate() {
            if fetch.part != part || self.subscription == Some(FetchId(index)) {
                step_of.push(None);
                continue;
            }
            let step = fetch.depends_on.iter().filter_map(|id| step_of[id.0]).max().map_or(0, |step| step + 1);
            step_of.push(Some(step));
            if steps.len() <= step {
                steps.resize(step + 1, Vec::new());
            }
            steps[step].push(self.fetch_node(FetchId(index), supergraph));
        }
        let steps = steps.into_iter().map(|nodes| group("Parallel", nodes)).collect();
        group("Sequence", steps)
    }

    fn fetch_node(&self, id: FetchId, supergraph: &Supergraph) -> Value {
        let fetch = &self.fetches[id.0];
        let is_needed_later =
            self.fetches.iter().any(|other| other.part != fetch.part && other.depends_on.contains(&id));
        fetch_node(fetch, is_needed_later.then_some(id), supergraph)
    }

    fn defer_node(&self, first: &Value, supergraph: &Supergraph) -> Value {
        let deferred = self.deferred.iter().enumerate().map(|(index, part)| {
            let fetches = self.fetches.iter().filter(|fetch| fetch.part == Some(PartId(index)));
            let mut depends: Vec<FetchId> = fetches.flat_map(|fetch| fetch.depends_on.iter().copied()).collect();
            depends.retain(|id| self.fetches[id.0].part != Some(PartId(index)));
            depends.sort();
            depends.dedup();
            let depends: Vec<_> = depends.iter().map(|id| json!({ "id": id.0.to_string() })).collect();
            let mut node = json!({ "depends": depends, "label": part.label, "queryPath": names(&part.path) });
            if let Some(variable) = &part.variable {
                node["if"] = variable.as_str().into();
            }
            node["node"] = self.steps(Some(PartId(index)), supergraph);
            node
        });
        json!({ "kind": "Defer", "primary": { "node": first }, "deferred": deferred.collect::<Vec<_>>() })
    }
}

/// One node stands for itself; none is null.
fn group(kind: &str, mut nodes: Vec<Value>) -> Value {
    match nodes.len() {
        0 => Value::Null,
        1 => nodes.swap_remove(0),
        _ => json!({ "kind": kind, "nodes": nodes }),
    }
}

fn fetch_node(fetch: &Fetch, id: Option<FetchId>, supergraph: &Supergraph) -> Value {
    let operation_kind = ["mutation", "subscription"].into_iter().find(|kind| fetch.document.text.starts_with(kind));
    let mut node = json!({
        "kind": "Fetch",
        "serviceName": supergraph.subgraph(fetch.subgraph).name,
        "operationKind": operation_kind.unwrap_or("query"),
        "operationName": fetch.document.operation_name.as_ref().map(Name::as_str),
        "operation": fetch.document.text,
        "variableUsages": names(&fetch.document.variables),
    });
    if let Some(id) = id {
        node["id"] = id.0.to_string().into();
    }
    let mut node = match &fetch.target {
        FetchTarget::Root => node,
        FetchTarget::Entities(sites) => match sites.as_slice() {
            [site] => {
                node["requires"] = requires(site);
                if !site.context_variables.is_empty() {
                    node["contextRewrites"] = context_rewrites(site);
                }
                json!({ "kind": "Flatten", "path": path(&site.path), "node": node })
            }
            _ => {
                node["kind"] = "BatchFetch".into();
                node["sites"] = sites.iter().map(site_node).collect();
                node
            }
        },
    };
    for condition in &fetch.conditions {
        let clause = if condition.expected { "ifClause" } else { "elseClause" };
        node = json!({ "kind": "Condition", "condition": condition.variable.as_str(), clause: node });
    }
    node
}

fn site_node(site: &EntitySite) -> Value {
    let mut node = json!({ "alias": site.response_key.as_str(), "path": path(&site.path), "requires": requires(site) });
    if !site.context_variables.is_empty() {
        node["contextRewrites"] = context_rewrites(site);
    }
    node
}

/// One `KeyRenamer` for each way from an entity to a value.
fn context_rewrites(site: &EntitySite) -> Value {
    let mut rewrites = Vec::new();
    for variable in &site.context_variables {
        for source in &variable.sources {
            let mut path = vec!["..".to_owned(); source.keys_up];
            if !source.on_types.is_empty() {
                path.push(format!("... on {}", names(&source.on_types).join("|")));
            }
            for selection in &source.selections {
                add_rewrites(selection, path.clone(), &variable.name, &mut rewrites);
            }
        }
    }
    Value::Array(rewrites)
}

fn add_rewrites(
    selection: &RepresentationSelection,
    mut path: Vec<String>,
    variable: &Name,
    rewrites: &mut Vec<Value>,
) {
    if !selection.on_types.is_empty() {
        path.push(format!("... on {}", names(&selection.on_types).join("|")));
    }
    if selection.field.name == "__typename" {
        return;
    }
    path.push(selection.field.response_key.to_string());
    if selection.field.selections.is_empty() {
        rewrites.push(json!({ "kind": "KeyRenamer", "path": path, "renameKeyTo": variable.as_str() }));
    }
    for below in &selection.field.selections {
        add_rewrites(below, path.clone(), variable, rewrites);
    }
}

fn path(path: &[PathSegment]) -> Value {
    let segments = path.iter().map(|segment| match segment {
        PathSegment::Key(key) => key.to_string(),
        PathSegment::OnTypes(types) => format!("|[{}]", names(types).join(",")),
    });
    segments.collect()
}

fn requires(site: &EntitySite) -> Value {
    site.representations.iter().flat_map(representation_nodes).collect()
}

fn representation_nodes(representation: &Representation) -> Vec<Value> {
    let mut selections = vec![json!({ "kind": "Field", "name": "__typename" })];
    selections.extend(representation.fields.iter().map(field_node));
    let own = [representation.type_name.clone()];
    let types = if representation.on_types.is_empty() { &own[..] } else { &representation.on_types };
    types.iter().map(|name| inline_fragment(name, &selections)).collect()
}

fn field_node(field: &RepresentationField) -> Value {
    let mut node = json!({ "kind": "Field", "name": field.name.as_str() });
    if field.response_key != field.name {
        node["alias"] = field.response_key.as_str().into();
    }
    if !field.selections.is_empty() {
        let selections = field.selections.iter().flat_map(|selection| {
            let field = field_node(&selection.field);
            let nodes: Vec<Value> = match selection.on_types.as_slice() {
                [] => vec![field],
                types => types.iter().map(|name| inline_fragment(name, std::slice::from_ref(&field))).collect(),
            };
            nodes
        });
        node["selections"] = selections.collect();
    }
    node
}

fn inline_fragment(on: &Name, selections: &[Value]) -> Value {
    json!({ "kind": "InlineFragment", "typeCondition": on.as_str(), "selections": selections })
}

fn names(names: &[Name]) -> Vec<&str> {
    names.iter().map(Name::as_str).collect()
}
