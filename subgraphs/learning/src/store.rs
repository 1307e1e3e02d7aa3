//! The tables of the catalogue. Nothing else knows them.

pub(crate) mod category;
pub(crate) mod course;
pub(crate) mod course_list;
pub(crate) mod course_window;
pub(crate) mod instructor;
pub(crate) mod lesson;
mod unknown;

use unknown::known;
