//! The page, as plain HTML.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");

/// Nothing but the page's own style.
pub(super) fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page of a document, which it links to.
pub(super) fn written(document: &Value, document_path: &str) -> String {
    let info = &document["info"];
    let mut body = String::new();
    let mut contents = String::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let id = anchor(name);
        push(&mut contents, format_args!("<li><a href=\"#{id}\">{}</a></li>", escaped(name)));
        push(&mut body, format_args!("<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{}</h2>", escaped(name)));
        push(&mut body, format_args!("<p>{}</p>", marked(text(&tag["description"]))));
        for (path, method, operation) in operations(document).filter(|(.., operation)| operation["tags"][0] == *name) {
            push_operation(&mut body, document, path, method, operation);
        }
        body += "</section>";
    }
    let mut schemas = String::new();
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        push(&mut schemas, format_args!("<h3 id=\"schema-{name}\">{name}</h3>"));
        if let Some(description) = schema["description"].as_str() {
            push(&mut schemas, format_args!("<p>{}</p>", marked(description)));
        }
        push_properties(&mut schemas, schema);
    }
    let (title, description) = (escaped(text(&info["title"])), marked(text(&info["description"])));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><a class=\"skip\" href=\"#main\">To the paths</a>\
         <header><h1>{title}</h1><p>{description}</p><p><a href=\"{document_path}\">OpenAPI 3.1</a></p></header>\
         <nav aria-label=\"Contents\"><ul>{contents}<li><a href=\"#schemas\">Bodies</a></li></ul></nav>\
         <main id=\"main\">{body}<section aria-labelledby=\"schemas\"><h2 id=\"schemas\">Bodies</h2>{schemas}</section></main>\
         </body></html>"
    )
}

/// Path, method and description of each operation.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn push_operation(page: &mut String, document: &Value, path: &str, method: &str, operation: &Value) {
    let id = text(&operation["operationId"]);
    push(
        page,
        format_args!("<article aria-labelledby=\"{id}\"><h3 id=\"{id}\">{}</h3>", escaped(text(&operation["summary"]))),
    );
    push(page, format_args!("<p><code class=\"path\"><b>{}</b> {}</code></p>", method.to_uppercase(), escaped(path)));
    push(page, format_args!("<p>{}</p>", marked(text(&operation["description"]))));
    if !operation["security"].as_array().is_none_or(Vec::is_empty) {
        let scheme = &document["components"]["securitySchemes"]["accessToken"]["description"];
        push(page, format_args!("<p>Needs <code>Authorization: Bearer</code>: {}</p>", marked(text(scheme))));
    }
    push_parameters(page, document, operation);
    let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
    for (content_type, body) in bodies {
        let schema = &body["schema"];
        let schema = schema["$ref"].as_str().map_or_else(|| escaped(&kind(schema)), linked);
        push(page, format_args!("<p>Body: {schema} as <code>{}</code></p>", escaped(content_type)));
    }
    *page += "<table><thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Meaning</th></tr></thead><tbody>";
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let content = response["content"].as_object().and_then(|content| content.values().next());
        let schema = content.and_then(|content| content["schema"]["$ref"].as_str());
        let schema = schema.map(|reference| format!(" {}", linked(reference))).unwrap_or_default();
        let meaning = marked(text(&response["description"]));
        push(page, format_args!("<tr><th scope=\"row\">{status}</th><td>{meaning}{schema}</td></tr>"));
    }
    *page += "</tbody></table></article>";
}

fn push_parameters(page: &mut String, document: &Value, operation: &Value) {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten().peekable();
    if parameters.peek().is_none() {
        return;
    }
    *page += "<table><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>";
    for parameter in parameters {
        let shared = parameter["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
        let parameter = shared.unwrap_or(parameter);
        let needed = if parameter["required"] == true { "" } else { ", optional" };
        let (name, place) = (escaped(text(&parameter["name"])), escaped(text(&parameter["in"])));
        let shown = escaped(&kind(&parameter["schema"]));
        let meaning = marked(text(&parameter["description"]));
        push(
            page,
            format_args!(
                "<tr><th scope=\"row\"><code>{name}</code> ({place})</th><td>{shown}{needed}</td><td>{meaning}</td></tr>"
            ),
        );
    }
    *page += "</tbody></table>";
}

fn push_properties(page: &mut String, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else {
        push(page, format_args!("<p>{}</p>", escaped(&kind(schema))));
        return;
    };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    *page += "<table><thead><tr><th scope=\"col\">Member</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>";
    for (name, property) in properties {
        let needed = if required.contains(&name.as_str()) { "" } else { ", optional" };
        let shown = match property["$ref"].as_str().or_else(|| property["items"]["$ref"].as_str()) {
            Some(reference) => linked(reference),
            None => escaped(&kind(property)),
        };
        let meaning = marked(property["description"].as_str().unwrap_or_default());
        push(
            page,
            format_args!(
                "<tr><th scope=\"row\"><code>{name}</code></th><td>{shown}{needed}</td><td>{meaning}</td></tr>"
            ),
        );
    }
    *page += "</tbody></table>";
}

/// A type in words.
fn kind(schema: &Value) -> String {
    let name = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        other => text(other).to_owned(),
    };
    let values: Vec<&str> = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
    if values.is_empty() { format!("{name}{format}") } else { format!("{name}: {}", values.join(", ")) }
}

fn linked(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or_default();
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Markdown as far as the document uses it: `code`, and lists of one item a line.
fn marked(markdown: &str) -> String {
    let parts = escaped(markdown);
    let mut html = String::new();
    for (index, part) in parts.split('`').enumerate() {
        html += match (index, index % 2) {
            (0, _) => "",
            (_, 1) => "<code>",
            _ => "</code>",
        };
        html += part;
    }
    html.strip_prefix("- ").map(|items| items.replace("\n- ", "<br>")).unwrap_or(html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn push(page: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = page.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// S0-DOC-1: what a document says is shown, and none of it is markup.
    #[test]
    fn a_document_is_text() {
        let document = json!({
            "info": { "title": "A <b>", "description": "Say `hello`." },
            "tags": [{ "name": "All of it", "description": "" }],
            "components": {
                "parameters": { "to": { "name": "to", "in": "query", "required": true, "description": "Whom.", "schema": { "type": "string" } } },
                "schemas": { "Word": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string", "enum": ["a", "b"] } } } },
            },
            "paths": { "/say/{id}": { "post": {
                "operationId": "say", "tags": ["All of it"], "summary": "<script>", "description": "One.\n- not a list",
                "parameters": [{ "$ref": "#/components/parameters/to" }, { "name": "id", "in": "path", "schema": { "type": "integer" } }],
                "requestBody": { "content": { "text/plain": { "schema": { "type": "string", "format": "binary" } } } },
                "responses": { "400": { "description": "- `a`: one\n- `b`: two", "content": { "x": { "schema": { "$ref": "#/components/schemas/Word" } } } } },
            } } },
        });
        let page = written(&document, "/words.json");
        for shown in [
            "<title>A &lt;b&gt;</title>",
            "Say <code>hello</code>.",
            "<h2 id=\"all-of-it\">All of it</h2>",
            "&lt;script&gt;",
            "<b>POST</b> /say/{id}",
            "<code>to</code> (query)</th><td>string</td><td>Whom.</td>",
            "<code>id</code> (path)</th><td>integer, optional</td>",
            "Body: string (binary) as <code>text/plain</code>",
            "<code>a</code>: one<br><code>b</code>: two <a href=\"#schema-Word\">Word</a>",
            "string: a, b",
            "href=\"/words.json\"",
        ] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }
        assert!(!page.contains("<script"));
    }
}
