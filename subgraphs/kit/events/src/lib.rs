//! kit-events
