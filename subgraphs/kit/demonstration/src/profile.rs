//! How much exists: the three sizes of the demonstration world and their table of counts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::DemonstrationError;

/// The size of a demonstration world (domain.md 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// For tests: loads in under a second.
    Tiny,
    /// What a person sees who starts the product for the first time: loads in under twenty seconds.
    #[default]
    Demo,
    /// For load tests: loads in under four minutes.
    Bench,
}

impl Profile {
    /// Every profile, smallest first.
    pub const ALL: [Self; 3] = [Self::Tiny, Self::Demo, Self::Bench];

    /// The name used on the command line and in the manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Demo => "demo",
            Self::Bench => "bench",
        }
    }

    /// How many rows of each kind this profile has.
    #[must_use]
    pub const fn counts(self) -> Counts {
        match self {
            Self::Tiny => TINY,
            Self::Demo => DEMO,
            Self::Bench => BENCH,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = DemonstrationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or_else(|| DemonstrationError::UnknownProfile { given: text.to_owned() })
    }
}

/// Rows per kind, exactly the table of domain.md 5.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the row of that name in the table of domain.md 5.1")]
pub struct Counts {
    pub users: usize,
    pub companies: usize,
    pub teams: usize,
    pub categories: usize,
    pub courses: usize,
    pub lessons: usize,
    pub enrollments: usize,
    pub memberships: usize,
    pub dramas: usize,
    pub episodes: usize,
    pub movies: usize,
    pub people: usize,
    pub platforms: usize,
    pub reviews: usize,
    pub reactions: usize,
    pub helpful_votes: usize,
    pub playback_sessions: usize,
    pub playback_events: usize,
    pub mentors: usize,
    pub mentoring_classes: usize,
    pub chat_rooms: usize,
    pub messages: usize,
    pub step_days: usize,
    pub weather_stations: usize,
    pub weather_hours: usize,
}

const TINY: Counts = Counts {
    users: 60,
    companies: 2,
    teams: 6,
    categories: 8,
    courses: 12,
    lessons: 70,
    enrollments: 90,
    memberships: 12,
    dramas: 4,
    episodes: 32,
    movies: 40,
    people: 90,
    platforms: 4,
    reviews: 150,
    reactions: 400,
    helpful_votes: 500,
    playback_sessions: 200,
    playback_events: 2_000,
    mentors: 5,
    mentoring_classes: 8,
    chat_rooms: 15,
    messages: 300,
    step_days: 7,
    weather_stations: 3,
    weather_hours: 168,
};

const DEMO: Counts = Counts {
    users: 2_000,
    companies: 20,
    teams: 120,
    categories: 24,
    courses: 180,
    lessons: 2_600,
    enrollments: 5_000,
    memberships: 900,
    dramas: 60,
    episodes: 960,
    movies: 1_200,
    people: 1_900,
    platforms: 8,
    reviews: 18_000,
    reactions: 60_000,
    helpful_votes: 70_000,
    playback_sessions: 30_000,
    playback_events: 300_000,
    mentors: 150,
    mentoring_classes: 220,
    chat_rooms: 700,
    messages: 30_000,
    step_days: 14,
    weather_stations: 25,
    weather_hours: 336,
};

const BENCH: Counts = Counts {
    users: 10_000,
    companies: 60,
    teams: 600,
    categories: 24,
    courses: 600,
    lessons: 9_000,
    enrollments: 40_000,
    memberships: 4_000,
    dramas: 200,
    episodes: 3_200,
    movies: 5_000,
    people: 8_000,
    platforms: 8,
    reviews: 120_000,
    reactions: 400_000,
    helpful_votes: 500_000,
    playback_sessions: 150_000,
    playback_events: 1_500_000,
    mentors: 600,
    mentoring_classes: 900,
    chat_rooms: 4_000,
    messages: 200_000,
    step_days: 30,
    weather_stations: 25,
    weather_hours: 720,
};
