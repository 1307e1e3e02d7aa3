//! kit-viewer
