//! What {{name}} is from outside.

mod motto;
mod schema;
