//! What the router must bear from outside: the targets that a fuzzer calls, and that the test command calls with every
//! input that was ever worth keeping.
//!
//! Each target takes any bytes and panics when a promise is broken, else it says how far the input came. The inputs lie
//! in `corpus`, a folder for each target; `tests/replay.rs` runs them all. `targets` is a package of its own, outside the
//! workspace, that hands the functions to libFuzzer: `cargo +nightly fuzz run --fuzz-dir targets sdl corpus/sdl`.

mod graph;
mod operation;
mod replies;
mod sdl;
mod supergraph;
mod variables;

pub use operation::operation;
pub use replies::replies;
pub use sdl::sdl;
pub use supergraph::supergraph;
pub use variables::variables;

/// How far an input came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is no text, or is refused before it means anything.
    Refused,
    /// It went all the way.
    Accepted,
}

/// A target, by name.
pub type Target = (&'static str, fn(&[u8]) -> Outcome);

/// Every target.
pub const TARGETS: [Target; 5] = [
    ("sdl", sdl),
    ("supergraph", supergraph),
    ("operation", operation),
    ("variables", variables),
    ("replies", replies),
];
