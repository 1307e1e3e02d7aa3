//! What viewers may see, as the graph says: `@authenticated`, `@requiresScopes` and `@policy`.

mod filtering;
mod graph;
mod policies;
mod refusing;
mod viewers;
