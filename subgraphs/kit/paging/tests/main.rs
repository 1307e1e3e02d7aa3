//! Paging on real databases, and as a client sees it.

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod connections;
mod keysets;
mod windows;
