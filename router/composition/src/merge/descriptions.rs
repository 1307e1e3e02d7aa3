//! Merges descriptions.

use apollo_compiler::Node;

/// The description that most subgraphs give; among equals the first.
pub(super) fn merge_descriptions<'d>(descriptions: impl Iterator<Item = Option<&'d Node<str>>>) -> Option<Node<str>> {
    let mut counted: Vec<(&Node<str>, usize)> = Vec::new();
    for description in descriptions.flatten().filter(|description| !description.trim().is_empty()) {
        match counted.iter_mut().find(|(known, _)| known.as_str() == description.as_str()) {
            Some((_, count)) => *count += 1,
            None => counted.push((description, 1)),
        }
    }
    let most = counted.iter().map(|(_, count)| *count).max()?;
    counted.into_iter().find(|(_, count)| *count == most).map(|(description, _)| description.clone())
}
