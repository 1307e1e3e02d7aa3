//! Bounds on a document, checked on its syntax alone, before anything that costs more (AMP, domain section 4.4).

mod counts;
mod variables;

use std::collections::{HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};

pub(crate) use self::variables::check_variables;
use crate::configuration::OperationLimits;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};

/// How many fragments may be spread one in the other; the measuring recurses through them.
const FRAGMENT_CHAIN_MAX: usize = 64;

/// What a selection set asks for, with its fragments written out where they are spread.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    depth: usize,
    fields: usize,
    aliases: usize,
}

impl Extent {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
        }
    }
}

/// Refuses a document that goes beyond the limits.
pub(super) fn check(limits: &OperationLimits, document: &Document) -> Result<(), Refusal> {
    counts::check(limits, document)?;
    let mut measure = Measure { fragments: fragments(document), known: HashMap::new() };
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else { continue };
        let extent = measure.extent(&operation.selection_set, 0)?;
        within(extent.depth, limits.depth_max, ErrorCode::OperationTooDeep, "levels of fields deep")?;
        within(extent.fields, limits.fields_max, ErrorCode::OperationTooComplex, "fields large")?;
        within(extent.aliases, limits.aliases_max, ErrorCode::OperationTooComplex, "aliases rich")?;
        let roots = measure.root_keys(&operation.selection_set);
        within(roots, limits.root_fields_max, ErrorCode::OperationTooComplex, "root fields wide")?;
    }
    Ok(())
}

fn within(found: usize, limit: usize, code: ErrorCode, unit: &str) -> Result<(), Refusal> {
    if found <= limit {
        return Ok(());
    }
    let message = format!("The operation is {found} {unit}; at most {limit} are allowed. Ask for less, or in parts.");
    Err(Refusal::new(RefusalClass::Operation, code, message))
}

fn fragments(document: &Document) -> HashMap<&Name, &FragmentDefinition> {
    let definitions = document.definitions.iter().filter_map(|definition| match definition {
        Definition::FragmentDefinition(fragment) => Some((&fragment.name, fragment.as_ref())),
        _ => None,
    });
    definitions.collect()
}

struct Measure<'d> {
    fragments: HashMap<&'d Name, &'d FragmentDefinition>,
    /// Each fragment is measured once; `None` while that goes on, so that a cycle, which validation reports, ends.
    known: HashMap<&'d Name, Option<Extent>>,
}

impl<'d> Measure<'d> {
    /// The syntax's own nesting is bounded by the parser, so only the chain of fragments is counted here.
    fn extent(&mut self, selections: &'d [Selection], chain: usize) -> Result<Extent, Refusal> {
        let mut whole = Extent::default();
        for selection in selections {
            let part = match selection {
                Selection::Field(field) => {
                    let below = self.extent(&field.selection_set, chain)?;
                    Extent {
                        depth: below.depth + 1,
                        fields: below.fields.saturating_add(1),
                        aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
                    }
                }
                Selection::InlineFragment(fragment) => self.extent(&fragment.selection_set, chain)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name, chain + 1)?,
            };
            whole = whole.beside(part);
        }
        Ok(whole)
    }

    fn fragment(&mut self, name: &Name, chain: usize) -> Result<Extent, Refusal> {
        within(chain, FRAGMENT_CHAIN_MAX, ErrorCode::OperationTooDeep, "fragments deep")?;
        // An unknown fragment is validation's to report.
        let Some((&name, &fragment)) = self.fragments.get_key_value(name) else { return Ok(Extent::default()) };
        if let Some(known) = self.known.get(name) {
            return Ok(known.unwrap_or_default());
        }
        self.known.insert(name, None);
        let extent = self.extent(&fragment.selection_set, chain)?;
        self.known.insert(name, Some(extent));
        Ok(extent)
    }

    /// How many response keys the root has.
    fn root_keys(&self, selections: &'d [Selection]) -> usize {
        let mut keys = HashSet::new();
        let mut spread: HashSet<&Name> = HashSet::new();
        let mut waiting = vec![selections];
        while let Some(selections) = waiting.pop() {
            for selection in selections {
                match selection {
                    Selection::Field(field) => {
                        keys.insert(field.alias.as_ref().unwrap_or(&field.name));
                    }
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
                    Selection::FragmentSpread(named) => {
                        if let Some((&name, &fragment)) = self.fragments.get_key_value(&named.fragment_name)
                            && spread.insert(name)
                        {
                            waiting.push(&fragment.selection_set);
                        }
                    }
                }
            }
        }
        keys.len()
    }
}
