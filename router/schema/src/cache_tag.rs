//! The format of a `@cacheTag` (Federation 2.12): text with places for the values of arguments or of a key.

use apollo_compiler::Name;
use thiserror::Error;

/// A format, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheTagFormat {
    /// In their order; together they are the tag.
    pub parts: Vec<CacheTagPart>,
}

/// A part of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheTagPart {
    /// Stands as it is.
    Text(String),
    /// A value.
    Value {
        /// What it is taken from.
        source: CacheTagSource,
        /// The argument or the field, and what is below it, outermost first. Never empty.
        path: Vec<Name>,
    },
}

/// What the values of a tag are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheTagSource {
    /// The arguments of the field that the tag stands on: `{$args.id}`.
    Arguments,
    /// The fields of the key by which an entity is asked for: `{$key.id}`.
    Key,
}

/// Why a text is no format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CacheTagFormatError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// A brace without its counterpart.
    #[error("its braces do not match")]
    Braces,
    /// What stands between two braces.
    #[error("{{{0}}} is neither of the form {{$args.name}} nor of the form {{$key.name}}")]
    Value(String),
}

impl CacheTagFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(format: &str) -> Result<Self, CacheTagFormatError> {
        if format.is_empty() {
            return Err(CacheTagFormatError::Empty);
        }
        let (mut parts, mut rest) = (Vec::new(), format);
        while let Some(open) = rest.find(['{', '}']) {
            let (text, from_brace) = rest.split_at(open);
            let inside = from_brace.strip_prefix('{').and_then(|after| after.split_once('}'));
            let (value, after) = inside.ok_or(CacheTagFormatError::Braces)?;
            if !text.is_empty() {
                parts.push(CacheTagPart::Text(text.to_owned()));
            }
            parts.push(value_of(value)?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(CacheTagPart::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }
}

fn value_of(text: &str) -> Result<CacheTagPart, CacheTagFormatError> {
    let none = || CacheTagFormatError::Value(text.to_owned());
    let (source, path) = text.split_once('.').ok_or_else(none)?;
    let source = match source {
        "$args" => CacheTagSource::Arguments,
        "$key" => CacheTagSource::Key,
        _ => return Err(none()),
    };
    let path: Result<Vec<Name>, _> = path.split('.').map(|name| Name::new(name).map_err(|_| none())).collect();
    Ok(CacheTagPart::Value { source, path: path? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(source: CacheTagSource, path: &[&str]) -> CacheTagPart {
        CacheTagPart::Value { source, path: path.iter().map(|name| Name::new(name).unwrap()).collect() }
    }

    #[test]
    fn a_format_is_text_and_values() {
        let text = |text: &str| CacheTagPart::Text(text.to_owned());
        for (format, parts) in [
            ("users", vec![text("users")]),
            ("user-{$args.id}", vec![text("user-"), value(CacheTagSource::Arguments, &["id"])]),
            ("{$key.id}", vec![value(CacheTagSource::Key, &["id"])]),
            (
                "{$key.a.b}:{$key.c}!",
                vec![value(CacheTagSource::Key, &["a", "b"]), text(":"), value(CacheTagSource::Key, &["c"]), text("!")],
            ),
        ] {
            assert_eq!(CacheTagFormat::parse(format).unwrap().parts, parts, "{format}");
        }
    }

    #[test]
    fn what_is_no_format_says_why() {
        for (format, reason) in [
            ("", "it is empty"),
            ("a{", "its braces do not match"),
            ("a}", "its braces do not match"),
            ("}a{", "its braces do not match"),
            ("{$key.id", "its braces do not match"),
            ("{}", "{} is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{$this.id}", "{$this.id} is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{$args}", "{$args} is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{$args.}", "{$args.} is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{$args.a b}", "{$args.a b} is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{ $key.id }", "{ $key.id } is neither of the form {$args.name} nor of the form {$key.name}"),
            ("{{$key.id}}", "{{$key.id} is neither of the form {$args.name} nor of the form {$key.name}"),
        ] {
            assert_eq!(CacheTagFormat::parse(format).unwrap_err().to_string(), reason, "{format}");
        }
    }
}
