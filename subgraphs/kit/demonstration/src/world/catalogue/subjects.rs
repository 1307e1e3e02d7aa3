//! What can be learned: the category tree with the vocabulary that titles, descriptions and lessons are made from.

mod analysis;
mod living;
mod technology;
mod work;

use self::{
    analysis::{DATA, MACHINE_LEARNING, SQL, STATISTICS},
    living::{COOKING, ENGLISH, JAPANESE, LANGUAGES, MUSIC, PHOTOGRAPHY, WELLNESS},
    technology::{BACKEND, FRONTEND, JAVA, PROGRAMMING, PYTHON, RUST, WEB},
    work::{BUSINESS, DESIGN, MARKETING, PLANNING, TYPOGRAPHY, UX},
};

/// A word or phrase in both languages.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Phrase {
    pub(in crate::world) ko: &'static str,
    pub(in crate::world) en: &'static str,
}

const fn phrase(ko: &'static str, en: &'static str) -> Phrase {
    Phrase { ko, en }
}

/// A category and what is taught in it.
#[derive(Debug)]
pub(in crate::world) struct Subject {
    pub(in crate::world) slug: &'static str,
    pub(in crate::world) name: &'static str,
    /// The slug of the parent, which stands earlier in [`SUBJECTS`].
    pub(in crate::world) parent: Option<&'static str>,
    /// What a course can be about.
    pub(in crate::world) topics: [Phrase; 6],
    /// What single lessons are about.
    pub(in crate::world) concepts: [Phrase; 8],
}

/// All categories; a small profile takes the first eight, which contain their own parents.
pub(in crate::world) const SUBJECTS: [&Subject; 24] = [
    &PROGRAMMING,
    &RUST,
    &PYTHON,
    &DATA,
    &SQL,
    &DESIGN,
    &LANGUAGES,
    &WELLNESS,
    &JAVA,
    &WEB,
    &FRONTEND,
    &BACKEND,
    &MACHINE_LEARNING,
    &STATISTICS,
    &UX,
    &TYPOGRAPHY,
    &BUSINESS,
    &MARKETING,
    &PLANNING,
    &ENGLISH,
    &JAPANESE,
    &PHOTOGRAPHY,
    &MUSIC,
    &COOKING,
];
