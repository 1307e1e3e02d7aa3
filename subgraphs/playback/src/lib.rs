//! playback: who watches what, how far and how much (domain.md 2.5, 3.5).

mod domain;
