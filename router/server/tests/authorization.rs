//! What viewers may see, as the graph says: `@authenticated`, `@requiresScopes` and `@policy`.

mod documentation;
mod everywhere;
mod filtering;
mod graph;
mod merged;
mod policies;
mod refusing;
mod viewers;
