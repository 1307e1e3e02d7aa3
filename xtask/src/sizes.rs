//! How long the source files are. Long files hold more than one purpose.

use std::path::{Path, PathBuf};

/// Lines above which a file is a finding.
pub const LINES_MAX: usize = 400;

/// One source file with its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the root of the workspace.
    pub path: PathBuf,
    /// All lines, tests included.
    pub lines: usize,
}

/// Every Rust file of the workspace, longest first.
///
/// # Errors
/// When a file cannot be read.
pub fn source_files(root: &Path) -> std::io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for path in crate::files_with_extension(root, "rs")? {
        let lines = std::fs::read_to_string(&path)?.lines().count();
        files.push(SourceFile { path: path.strip_prefix(root).unwrap_or(&path).to_path_buf(), lines });
    }
    files.sort_by(|left, right| right.lines.cmp(&left.lines).then_with(|| left.path.cmp(&right.path)));
    Ok(files)
}

/// The files that are longer than [`LINES_MAX`].
#[must_use]
pub fn too_long(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.lines > LINES_MAX)
        .map(|file| format!("{}: {} lines, more than {LINES_MAX}; does it hold two purposes?", file.path.display(), file.lines))
        .collect()
}
