//! `cargo xtask`: the workspace's own checks and chores.

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use xtask::{documentation, imports, new_subgraph, sizes, workspace_root};

/// The workspace's own checks and chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Clone, Subcommand)]
enum Chore {
    /// Finds imports that the house does not allow.
    Imports,
    /// Finds files that are too long, and prints the longest.
    Sizes,
    /// Finds paths that the documentation names and that do not exist.
    Docs,
    /// Runs every check.
    Check,
    /// Writes a new subgraph and enters it into the workspace, the command and the configuration.
    NewSubgraph {
        /// Its name: letters from a to z.
        name: String,
    },
}

fn main() -> ExitCode {
    let root = workspace_root();
    match run(Arguments::parse().chore, &root) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in &findings {
                eprintln!("{finding}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore, root: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    Ok(match chore {
        Chore::Imports => imports::forbidden(root)?,
        Chore::Sizes => {
            let files = sizes::source_files(root)?;
            for file in files.iter().take(10) {
                println!("{:5}  {}", file.lines, file.path.display());
            }
            sizes::too_long(&files)
        }
        Chore::Docs => documentation::missing_paths(root)?,
        Chore::Check => {
            let mut findings = imports::forbidden(root)?;
            findings.extend(sizes::too_long(&sizes::source_files(root)?));
            findings.extend(documentation::missing_paths(root)?);
            findings
        }
        Chore::NewSubgraph { name } => {
            for file in new_subgraph::write(root, &name)? {
                println!("{}", file.display());
            }
            Command::new("cargo").current_dir(root).args(["fmt", "-p", &name]).status()?;
            println!("\nnext: LYCEUM_UPDATE_SCHEMA=1 cargo test -p {name}   (writes subgraphs/{name}/schema.graphql)");
            println!("then: cargo run   (the graph has viewer{}Motto)", new_subgraph::upper(&name));
            Vec::new()
        }
    })
}
