//! How long the source files are. Long files hold more than one purpose.

use std::path::{Path, PathBuf};

/// Lines above which a source file is a finding.
pub const LINES_MAX: usize = 400;

/// The same for a file below a `tests` folder: tables and snapshots are long, and read one entry at a time.
pub const TEST_LINES_MAX: usize = 800;

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

impl SourceFile {
    /// The bound of this file.
    fn lines_max(&self) -> usize {
        let is_test = self.path.components().any(|part| part.as_os_str() == "tests");
        if is_test { TEST_LINES_MAX } else { LINES_MAX }
    }
}

/// The files that are longer than their bound.
#[must_use]
pub fn too_long(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.lines > file.lines_max())
        .map(|file| {
            let (path, lines, bound) = (file.path.display(), file.lines, file.lines_max());
            format!("{path}: {lines} lines, more than {bound}; does it hold two purposes?")
        })
        .collect()
}
