//! Query plan + subgraph transports -> response.

pub mod transport;
