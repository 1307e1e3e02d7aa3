//! kit-testing
