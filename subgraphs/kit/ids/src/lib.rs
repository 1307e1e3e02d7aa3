//! kit-ids
