//! playback: who watches what, how far and how much (domain.md 2.5, 3.5).

mod domain;
mod events;
mod service;
mod store;
const MIGRATIONS: kit_database::Migrations = kit_database::migrations!("playback", ["0001_watching"]);
