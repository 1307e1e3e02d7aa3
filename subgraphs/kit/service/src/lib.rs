//! kit-service
