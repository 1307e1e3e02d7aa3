//! kit-demonstration
