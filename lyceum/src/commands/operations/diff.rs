//! `lyceum operations diff`: what publishing a manifest would change.

use std::error::Error;

use router_registry::{ClientName, RegistryStore, manifest};
use serde::Serialize;

use super::{Listed, operations_of};
use crate::arguments::{DiffOperationsArguments, OutputFormat};

#[derive(Serialize)]
struct Difference<'o> {
    /// In the manifest only.
    added: Vec<Listed<'o>>,
    /// Registered only; publishing leaves them.
    missing: Vec<Listed<'o>>,
    /// In both, with another text.
    changed: Vec<Listed<'o>>,
    /// The same in both.
    same: usize,
}

/// Prints the difference; one that cannot be published is an error.
pub(super) async fn run(store: &dyn RegistryStore, arguments: &DiffOperationsArguments) -> Result<(), Box<dyn Error>> {
    let client = ClientName::parse(&arguments.client)?;
    let given = manifest::read_path(&arguments.manifest)?;
    let registered = operations_of(store, &client).await?;
    let mut difference = Difference { added: Vec::new(), missing: Vec::new(), changed: Vec::new(), same: 0 };
    for operation in &given {
        match registered.by_id(&operation.id) {
            None => difference.added.push(operation.into()),
            Some(known) if known.text == operation.text => difference.same += 1,
            Some(_) => difference.changed.push(operation.into()),
        }
    }
    let is_given = |id: &str| given.iter().any(|operation| &*operation.id == id);
    difference.missing = registered.operations().filter(|known| !is_given(&known.id)).map(Listed::from).collect();
    match arguments.format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&difference)?),
        OutputFormat::Text => print(&difference),
    }
    if difference.changed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} operations have another text than what is registered under their ids\n  remedy: give them other ids, or revoke the old ones first",
        difference.changed.len()
    )
    .into())
}

fn print(difference: &Difference<'_>) {
    for (sign, operations) in [("+", &difference.added), ("-", &difference.missing), ("!", &difference.changed)] {
        operations.iter().for_each(|operation| println!("{sign} {}", operation.line()));
    }
    println!(
        "{} new, {} registered and not in the manifest, {} with another text, {} the same",
        difference.added.len(),
        difference.missing.len(),
        difference.changed.len(),
        difference.same
    );
}
