//! Courses.

use kit_ids::{CategoryId, CourseId, UserId};

use super::Rejection;

/// Longest title, in characters: what the column holds.
pub const TITLE_LENGTH_MAX: usize = 200;
/// Longest description, in bytes: well within the column's 64 KiB.
pub const DESCRIPTION_BYTES_MAX: usize = 20_000;
/// Most instructors of a course: a plain list in the graph has to stay small (P6).
pub const INSTRUCTORS_MAX: usize = 20;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// As the database and events spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// What is spelled like this.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

names! {
    /// Where a course is in its life.
    CourseStatus {
        /// Only its instructors see it.
        Draft = "DRAFT",
        /// Open to everyone.
        Published = "PUBLISHED",
        /// Out of the catalogue.
        Archived = "ARCHIVED",
    }
}

names! {
    /// What a course expects of the learner.
    CourseLevel {
        /// Nothing.
        Beginner = "BEGINNER",
        /// The basics.
        Intermediate = "INTERMEDIATE",
        /// Practice.
        Advanced = "ADVANCED",
    }
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Price {
    /// In the currency's smallest unit; never negative.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A course. Times are UTC microseconds, lengths are seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Its id.
    pub id: CourseId,
    /// Its name in addresses, fixed once published.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it teaches, to whom.
    pub description: String,
    /// What it expects.
    pub level: CourseLevel,
    /// BCP 47 tag.
    pub language: String,
    /// Where it is in its life.
    pub status: CourseStatus,
    /// Where it belongs.
    pub category_id: CategoryId,
    /// Address of a picture.
    pub thumbnail_url: Option<String>,
    /// What it costs.
    pub list_price: Price,
    /// How many lessons it has.
    pub lesson_count: i64,
    /// Length of all lessons together.
    pub total_duration: i64,
    /// Grows with each change of the course itself.
    pub version: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was first opened.
    pub published_at: Option<i64>,
    /// When it or one of its lessons was last changed.
    pub updated_at: i64,
}

impl Course {
    /// The course, if the editor has seen its present version (domain 3.2).
    ///
    /// # Errors
    /// [`Rejection::VersionConflict`] otherwise.
    pub fn expect_version(&self, expected: i64) -> Result<(), Rejection> {
        if self.version == expected { Ok(()) } else { Err(Rejection::VersionConflict { present: self.version }) }
    }

    /// The course, published now: needs a lesson and an instructor; the category is always there (domain 3.2).
    ///
    /// # Errors
    /// [`Rejection::NotPublishable`] with what is missing. A published course stays as it is.
    pub fn published(&self, instructors: usize, now: i64) -> Result<Self, Rejection> {
        if self.status == CourseStatus::Published {
            return Ok(self.clone());
        }
        if self.lesson_count < 1 {
            return Err(Rejection::NotPublishable { missing: "a lesson" });
        }
        if instructors < 1 {
            return Err(Rejection::NotPublishable { missing: "an instructor" });
        }
        let published_at = self.published_at.or(Some(now));
        Ok(Self { status: CourseStatus::Published, published_at, ..self.clone() }.changed(now))
    }

    /// The course, taken out of the catalogue now. An archived course stays as it is.
    #[must_use]
    pub fn archived(&self, now: i64) -> Self {
        match self.status {
            CourseStatus::Archived => self.clone(),
            _ => Self { status: CourseStatus::Archived, ..self.clone() }.changed(now),
        }
    }

    /// The next version.
    #[must_use]
    pub fn changed(self, now: i64) -> Self {
        Self { version: self.version + 1, updated_at: now, ..self }
    }

    /// Whether slug and currency may no longer change: it is or was open to everyone.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.published_at.is_some()
    }
}

/// Which courses; every part that is given must hold.
#[derive(Debug, Clone)]
pub struct CourseFilter {
    /// Title or description contains this.
    pub text: Option<String>,
    /// Belongs to one of these or below.
    pub category_ids: Option<Vec<CategoryId>>,
    /// Expects one of these.
    pub levels: Option<Vec<CourseLevel>>,
    /// Is taught in this language.
    pub language: Option<String>,
    /// Is taught by all of these persons.
    pub instructor_ids: Vec<UserId>,
    /// Costs nothing, or something.
    pub free: Option<bool>,
    /// Has this status.
    pub status: CourseStatus,
}

/// Order of courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CourseSort {
    /// Latest published first; among drafts, latest made first.
    Newest,
    /// Latest changed first.
    Updated,
    /// By title.
    Title,
    /// Cheapest first.
    PriceLow,
    /// Dearest first.
    PriceHigh,
}
