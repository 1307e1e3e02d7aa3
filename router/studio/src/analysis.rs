//! What requests and traces say about where time goes. Pure: nothing here reads a clock or a file.
//!
//! - [`path`] finds the critical path: the pieces of work that nothing else was waited for at the time;
//! - [`requests`] applies it to what the router tells of every request, [`trace`] to the spans of a kept trace;
//! - [`explain`] says in one sentence what took the time of a request, [`names`] calls its fetches by what they ask for;
//! - [`bottlenecks`] adds up critical paths, and says what would be saved; [`regressions`] compares before and after.

pub mod bottlenecks;
pub mod explain;
pub mod names;
pub mod path;
pub mod regressions;
pub mod requests;
pub mod trace;
