//! Ids that carry their type, and the sources of time and chance that they are made from (P5).
//!
//! An id is text like `crs_01jb…`: three letters that name the type, and a ULID in lower case. It is the GraphQL `id`,
//! the federation key and, as 16 bytes, the database key, all at once. How the parts meet:
//!
//! - [`Id`] is generic over a [`Kind`]; [`UserId`], [`CourseId`] and so on are its names, one for each prefix.
//! - [`Prefix`] reads the type of an id whose type is not known beforehand.
//! - [`PlayableId`] is the id of whatever can be played, of three types.
//! - [`IdGenerator`] makes new ones, each greater than the one before, from a [`Clock`] and a [`Randomness`].
//!
//! Invariants:
//! - One id has one spelling: upper case, and the look-alikes that ULID readers usually forgive, are refused, because
//!   caches and joins compare ids as text.
//! - Time is `i64`, microseconds since 1970 in UTC, everywhere behind the GraphQL edge (P15).
//!
//! What it does not do: say whether something with that id exists.

mod clock;
mod generator;
mod graphql;
mod id;
mod kind;
mod playable;
mod randomness;

pub use clock::{Clock, ManualClock, SystemClock};
pub use generator::IdGenerator;
pub use id::{Id, IdError, Prefix, ULID_LENGTH};
pub use kind::{
    BoostRuleId, CategoryId, ChallengeEntryId, ChallengeId, ChatRoomId, CompanyId, CourseId, CriticRankMatchId,
    DramaId, EnrollmentId, EpisodeId, Kind, LessonId, LoginEventId, MediaFileId, MembershipId, MentorId,
    MentoringClassId, MessageId, MovieId, MovieRankMatchId, NotificationId, OrderId, PersonId, PlanId, PlatformId,
    PlaybackSessionId, PointEntryId, ReviewId, StepRecordId, TeamId, UploadId, UserId, WeatherStationId, kinds,
};
pub use playable::{PlayableId, PlayableIdError};
pub use randomness::{Randomness, SeededRandomness, SystemRandomness};
