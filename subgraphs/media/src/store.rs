//! The tables of media: the only place that knows their SQL.

pub(crate) mod access;
pub(crate) mod departures;
pub(crate) mod files;
pub(crate) mod parts;
pub(crate) mod playables;
pub(crate) mod scans;
pub(crate) mod segments;
pub(crate) mod uploads;
pub(crate) mod usage;
