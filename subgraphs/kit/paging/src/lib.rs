//! kit-paging
