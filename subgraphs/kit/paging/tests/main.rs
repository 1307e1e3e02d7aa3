//! Paging on real databases, and as a client sees it.

mod connections;
mod keysets;
mod windows;
