//! One module for each command.

pub(crate) mod clients;
pub(crate) mod compose;
pub(crate) mod config;
pub(crate) mod databases;
pub(crate) mod events;
pub(crate) mod operations;
pub(crate) mod plan;
pub(crate) mod router;
pub(crate) mod subgraph;
pub(crate) mod up;

use std::io::IsTerminal;

/// Whether messages on the standard error may have colours: it is a terminal, and nobody said otherwise
/// (<https://no-color.org>).
fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
