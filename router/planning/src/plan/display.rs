//! A plan as text for people: the fetches in order, what each needs, and its operation.

use std::fmt::Write;

use apollo_compiler::ast::Document;
use router_schema::Supergraph;

use super::{
    Condition, ContextSource, EntitySite, Fetch, FetchId, FetchTarget, PathSegment, QueryPlan, Representation,
    RepresentationField, RepresentationSelection,
};

impl QueryPlan {
    /// The plan for people, with the names that the subgraphs have in `supergraph`, for which it was made.
    pub fn display(&self, supergraph: &Supergraph) -> String {
        let fetches: Vec<String> =
            self.fetches.iter().enumerate().map(|(index, fetch)| self.describe(index, fetch, supergraph)).collect();
        if fetches.is_empty() { "no fetch\n".to_owned() } else { fetches.join("\n") }
    }

    fn describe(&self, index: usize, fetch: &Fetch, supergraph: &Supergraph) -> String {
        let mut text = describe(index, fetch, supergraph);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let later = fetch.part.map(|part| {
            let part = &self.deferred[part.0];
            let label = part.label.as_ref().map(|label| format!(" {label:?}")).unwrap_or_default();
            let path: Vec<&str> = part.path.iter().map(AsRef::as_ref).collect();
            format!(" later{label} at {}", if path.is_empty() { "the root".to_owned() } else { path.join(".") })
        });
        let stream = (self.subscription == Some(FetchId(index))).then(|| " for each event".to_owned());
        if let Some(note) = later.or(stream) {
            text = format!("{first}{note}\n{rest}");
        }
        text
    }
}

fn describe(index: usize, fetch: &Fetch, supergraph: &Supergraph) -> String {
    let mut text = format!("#{index} {}", supergraph.subgraph(fetch.subgraph).name);
    if !fetch.depends_on.is_empty() {
        let others: Vec<String> = fetch.depends_on.iter().map(|id| format!("#{}", id.0)).collect();
        // Writing to a string does not fail.
        let _ = write!(text, " after {}", others.join(", "));
    }
    if !fetch.conditions.is_empty() {
        let conditions: Vec<String> = fetch.conditions.iter().map(describe_condition).collect();
        let _ = write!(text, " if {}", conditions.join(" and "));
    }
    if !fetch.alternatives.is_empty() {
        let alternatives = fetch.alternatives.iter().map(|all| {
            let conditions: Vec<String> = all.iter().map(describe_condition).collect();
            conditions.join(" and ")
        });
        let _ = write!(text, " when {}", alternatives.collect::<Vec<_>>().join(", or "));
    }
    text.push('\n');
    if let FetchTarget::Entities(sites) = &fetch.target {
        sites.iter().for_each(|site| text.push_str(&describe_site(site)));
    }
    for rename in &fetch.renames {
        let _ = writeln!(text, "  {} stands for {}", rename.sent, rename.response_key);
    }
    for line in pretty(&fetch.document.text).lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}

fn describe_condition(condition: &Condition) -> String {
    format!("{}${}", if condition.expected { "" } else { "not " }, condition.variable)
}

fn describe_site(site: &EntitySite) -> String {
    let mut text = format!("  ${} at {}\n", site.representations_variable, describe_path(&site.path));
    for representation in &site.representations {
        let _ = writeln!(text, "    {}", describe_representation(representation));
    }
    for variable in &site.context_variables {
        let sources = variable.sources.iter().map(describe_source).collect::<Vec<_>>().join(", else ");
        let _ = writeln!(text, "    ${} from {sources}", variable.name);
    }
    text
}

fn describe_source(source: &ContextSource) -> String {
    let types: Vec<&str> = source.on_types.iter().map(AsRef::as_ref).collect();
    let on = if types.is_empty() { String::new() } else { format!(" [{}]", types.join("|")) };
    let selections = source.selections.iter().map(describe_selection);
    format!("{}{on} {{ {} }}", "../".repeat(source.keys_up), selections.collect::<Vec<_>>().join(" "))
}

fn describe_path(path: &[PathSegment]) -> String {
    let segments = path.iter().map(|segment| match segment {
        PathSegment::Key(key) => key.to_string(),
        PathSegment::OnTypes(types) => {
            let names: Vec<&str> = types.iter().map(AsRef::as_ref).collect();
            format!("[{}]", names.join("|"))
        }
    });
    segments.collect::<Vec<_>>().join(".")
}

fn describe_representation(representation: &Representation) -> String {
    let fields: Vec<String> = representation.fields.iter().map(describe_field).collect();
    let types: Vec<&str> = representation.on_types.iter().map(AsRef::as_ref).collect();
    let from = match types.as_slice() {
        [] => String::new(),
        [only] if representation.type_name == *only => String::new(),
        _ => format!("{} as ", types.join("|")),
    };
    format!("{from}{} {{ {} }}", representation.type_name, fields.join(" "))
}

fn describe_field(field: &RepresentationField) -> String {
    let mut text = field.name.to_string();
    if field.response_key != field.name {
        let _ = write!(text, " = {}", field.response_key);
    }
    if !field.selections.is_empty() {
        let selections = field.selections.iter().map(describe_selection);
        let _ = write!(text, " {{ {} }}", selections.collect::<Vec<_>>().join(" "));
    }
    text
}

fn describe_selection(selection: &RepresentationSelection) -> String {
    let types: Vec<&str> = selection.on_types.iter().map(AsRef::as_ref).collect();
    let on = if types.is_empty() { String::new() } else { format!("[{}].", types.join("|")) };
    format!("{on}{}", describe_field(&selection.field))
}

/// Indents a fetch's document.
fn pretty(text: &str) -> String {
    Document::parse(text, "fetch").map_or_else(|_| text.to_owned(), |document| document.to_string())
}
