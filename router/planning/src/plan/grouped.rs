//! Documents whose sites stand once for each group of entities.
//!
//! A variable has one value in a request, but entities may need different ones: each takes what the objects around it
//! have. All groups go in one request, each with an `_entities` field and variables of its own.

use std::collections::BTreeSet;

use apollo_compiler::Name;

/// The parts of a document with sites that may stand several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedDocument {
    /// What comes before the definitions of variables: `query` and the operation's name.
    pub head: String,
    /// The sites, in the order of the plan.
    pub sites: Vec<GroupedSite>,
}

/// The text of one site; where pieces meet, the number of the group is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedSite {
    /// The `_entities` field.
    pub field: Vec<String>,
    /// The definitions of the variables that every group has for itself.
    pub definitions: Vec<Vec<String>>,
    /// The definitions of the client's variables that the site uses.
    pub client_definitions: Vec<String>,
}

impl GroupedDocument {
    /// The document with this many groups of each site; a site without a group is left out.
    pub fn text(&self, groups: &[usize]) -> String {
        let (mut definitions, mut fields, mut client_definitions) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (site, groups) in self.sites.iter().zip(groups) {
            for group in 0..*groups {
                fields.push(site.field.join(&suffix(group)));
                definitions.extend(site.definitions.iter().map(|definition| definition.join(&suffix(group))));
            }
            if *groups > 0 {
                client_definitions.extend(site.client_definitions.iter().cloned());
            }
        }
        definitions.extend(client_definitions);
        format!("{}({}){{{}}}", self.head, definitions.join(","), fields.join(" "))
    }
}

/// The name that a response key or variable of a site has for one of its groups.
pub fn numbered(name: &Name, group: usize) -> Name {
    if group == 0 { name.clone() } else { Name::new_unchecked(&format!("{name}{}", suffix(group))) }
}

fn suffix(group: usize) -> String {
    if group == 0 { String::new() } else { format!("_{group}") }
}
