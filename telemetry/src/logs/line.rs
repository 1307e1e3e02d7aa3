//! One line.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use tracing::Level;

use crate::active::Active;
use crate::scope::{FieldValue, Fields};

/// Has lines of its own in text, since people read it so.
pub(crate) const STACKTRACE: &str = "exception.stacktrace";

/// What a line says.
pub(super) struct Line<'l> {
    pub(super) at: DateTime<Utc>,
    pub(super) level: Level,
    pub(super) target: &'l str,
    pub(super) message: &'l str,
    pub(super) active: Option<Active>,
    pub(super) scope: &'l Fields,
    pub(super) own: &'l Fields,
}

impl Line<'_> {
    /// Every field once: what the line says itself goes before what its scope says.
    fn fields(&self) -> impl Iterator<Item = (&'static str, &FieldValue)> {
        let of_scope = self.scope.0.iter().filter(|(name, _)| self.own.get(name).is_none());
        of_scope.chain(&self.own.0).map(|(name, value)| (*name, value))
    }

    fn has(&self, name: &str) -> bool {
        self.scope.get(name).or_else(|| self.own.get(name)).is_some()
    }

    /// The ids that no field says.
    fn ids(&self) -> [Option<(&'static str, String)>; 2] {
        let id = |name, id: fn(&Active) -> String| {
            let active = self.active.as_ref().filter(|_| !self.has(name))?;
            Some((name, id(active)))
        };
        [id("trace_id", |active| active.trace_id.to_string()), id("span_id", |active| active.span_id.to_string())]
    }

    pub(super) fn to_json(&self) -> String {
        let mut line = String::with_capacity(256);
        line.push_str("{\"timestamp\":\"");
        line.push_str(&self.at.to_rfc3339_opts(SecondsFormat::Micros, true));
        line.push_str("\",\"level\":\"");
        line.push_str(self.level.as_str());
        line.push_str("\",\"target\":");
        quote(&mut line, self.target);
        line.push_str(",\"message\":");
        quote(&mut line, self.message);
        for (name, id) in self.ids().into_iter().flatten() {
            let _ = write!(line, ",\"{name}\":\"{id}\"");
        }
        for (name, value) in self.fields() {
            line.push(',');
            quote(&mut line, name);
            line.push(':');
            match value {
                FieldValue::Plain(text) => line.push_str(text),
                FieldValue::Text(text) => quote(&mut line, text),
            }
        }
        line.push_str("}\n");
        line
    }

    pub(super) fn to_text(&self, is_coloured: bool) -> String {
        let mut line = String::with_capacity(160);
        line.push_str(&self.at.to_rfc3339_opts(SecondsFormat::Micros, true));
        let (begin, end) = if is_coloured { (colour(self.level), "\u{1b}[0m") } else { ("", "") };
        let _ = write!(line, " {begin}{:>5}{end} ", self.level.as_str());
        escape(&mut line, self.message, "");
        for (name, id) in self.ids().into_iter().flatten() {
            let _ = write!(line, " {name}={id}");
        }
        let mut stack = None;
        for (name, value) in self.fields() {
            let text = value.as_str();
            if name == STACKTRACE {
                stack = Some(text);
                continue;
            }
            line.push(' ');
            escape(&mut line, name, "=\" ");
            line.push('=');
            let is_word = !text.is_empty() && !text.contains([' ', '"', '=', '\\']);
            if is_word { escape(&mut line, text, "") } else { quote(&mut line, text) }
        }
        line.push('\n');
        // Set in, so that no line of it looks like one of the log.
        for frame in stack.into_iter().flat_map(str::lines) {
            line.push_str("    ");
            escape(&mut line, frame, "");
            line.push('\n');
        }
        line
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\u{1b}[31m",
        Level::WARN => "\u{1b}[33m",
        Level::INFO => "\u{1b}[32m",
        Level::DEBUG => "\u{1b}[34m",
        Level::TRACE => "\u{1b}[35m",
    }
}

/// Writes a JSON string.
fn quote(line: &mut String, text: &str) {
    line.push('"');
    escape(line, text, "\"\\");
    line.push('"');
}

/// Writes a text as JSON strings have it, without the quotes: `also` is escaped by a backslash, and so is whatever would end
/// the line, speak to a terminal, or turn the direction of what is read (AS-157, AS-162).
fn escape(line: &mut String, text: &str, also: &str) {
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ if also.contains(character) => {
                line.push('\\');
                line.push(character);
            }
            _ if is_unsafe(character) => {
                let _ = write!(line, "\\u{:04x}", u32::from(character));
            }
            _ => line.push(character),
        }
    }
}

/// Control characters, separators of lines, marks that turn the direction of a text, and what is not seen at all.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}
