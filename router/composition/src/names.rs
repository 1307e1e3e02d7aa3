//! The names of subgraphs, and the members of the enum `join__Graph` made of them.

use apollo_compiler::Name;

use crate::{CompositionError, ErrorCode, SubgraphSource};

/// One enum value for each subgraph: the name in upper case, every other character an underscore, numbered where two
/// names come out the same.
pub(crate) fn graph_names(sources: &[&SubgraphSource]) -> Result<Vec<Name>, Vec<CompositionError>> {
    let mut errors = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        if source.name.trim().is_empty() || source.name == "_" {
            errors.push(invalid(format!("the subgraph at {} has no usable name: \"{}\"", source.url, source.name)));
        } else if sources[..index].iter().any(|other| other.name == source.name) {
            errors.push(invalid(format!("two subgraphs are named \"{}\"", source.name)));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let plain: Vec<String> = sources.iter().map(|source| enum_value(&source.name)).collect();
    let mut names = Vec::new();
    for (index, name) in plain.iter().enumerate() {
        let is_shared = plain.iter().filter(|other| *other == name).count() > 1;
        let before = plain[..index].iter().filter(|other| *other == name).count();
        names.push(Name::new_unchecked(&if is_shared { format!("{name}_{}", before + 1) } else { name.clone() }));
    }
    Ok(names)
}

fn enum_value(name: &str) -> String {
    let mut value: String = name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect();
    if value.starts_with(|first: char| first.is_ascii_digit()) {
        value.insert(0, '_');
    }
    value
}

fn invalid(message: String) -> CompositionError {
    CompositionError {
        code: ErrorCode::InvalidSubgraphName,
        message,
        locations: Vec::new(),
        remedy: "Give every subgraph a name of its own.".to_owned(),
    }
}
