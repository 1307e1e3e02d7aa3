//! The workspace's own checks: what compilers and linters do not know of this house.
//!
//! - [`imports`]: who may import whom (docs/architecture.md), between crates and between the rooms of a subgraph;
//! - [`sizes`]: how long files are, with the bounds of the house;
//! - [`documentation`]: every path that the documentation names exists;
//! - [`new_subgraph`] writes a subgraph that keeps all of this.
//!
//! Each check returns its findings as values; `main` prints them and the tests demand that there are none. Nothing
//! here is part of the product.

use std::path::{Path, PathBuf};

pub mod documentation;
pub mod imports;
pub mod new_subgraph;
pub mod sizes;

/// The root of the workspace that this crate belongs to.
///
/// # Panics
/// Never: this crate's folder stands directly below the root.
#[must_use]
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands below the root").to_path_buf()
}

/// Every file below `folder` whose name ends with `.extension`, sorted; build output and hidden folders left out.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_with_extension(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    const LEFT_OUT: [&str; 3] = ["target", "node_modules", "assets"];
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(&current)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !LEFT_OUT.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
