//! Merges descriptions.

use apollo_compiler::Node;

use super::Merge;
use crate::HintCode;

impl Merge<'_> {
    /// The description that most subgraphs give; among equals the first.
    pub(super) fn merge_description<'d>(
        &mut self,
        on: &str,
        declared: impl Iterator<Item = (usize, Option<&'d Node<str>>)>,
    ) -> Option<Node<str>> {
        let given: Vec<(usize, &Node<str>)> = declared
            .filter_map(|(index, description)| Some((index, description?)))
            .filter(|(_, description)| !description.trim().is_empty())
            .collect();
        let mut counted: Vec<(&Node<str>, usize)> = Vec::new();
        for (_, description) in &given {
            match counted.iter_mut().find(|(known, _)| known.as_str() == description.as_str()) {
                Some((_, count)) => *count += 1,
                None => counted.push((description, 1)),
            }
        }
        let most = counted.iter().map(|(_, count)| *count).max()?;
        let kept = counted.iter().find(|(_, count)| *count == most).map(|(description, _)| (*description).clone())?;
        if counted.len() > 1 {
            let places = given.iter().map(|(index, description)| {
                let label = if description.as_str() == kept.as_str() { "kept" } else { "differs" };
                (&self.subgraphs[*index], description.location(), label.to_owned())
            });
            let message = format!("\"{on}\" is described differently by different subgraphs");
            self.findings.hint(HintCode::InconsistentDescription, message, places);
        }
        Some(kept)
    }
}
