//! What can be wrong with a configuration: always which file, where in it, and what to do.

use std::path::PathBuf;

use thiserror::Error;

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("{}: the configuration cannot be read: {reason}\n  remedy: name an existing file with --config, or leave the option out to use the defaults", file.display())]
    Unreadable {
        /// The file asked for.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is not YAML, or has a key or value that does not belong there.
    #[error("{}:{line}:{column}: {problem}\n  remedy: {remedy}", file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
        /// What is wrong, with the key.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// The parts do not fit together.
    #[error("{}: {key}: {problem}\n  remedy: {remedy}", file.display())]
    Inconsistent {
        /// The file.
        file: PathBuf,
        /// The key's path, with dots.
        key: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// An environment variable says what cannot be.
    #[error("{variable}: {problem}\n  remedy: {remedy}")]
    Environment {
        /// Its name.
        variable: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
}
