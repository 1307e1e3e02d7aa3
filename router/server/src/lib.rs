//! router-server
