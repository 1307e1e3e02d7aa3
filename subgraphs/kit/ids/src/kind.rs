//! The types of things that have ids, and their prefixes.

use crate::{Id, Prefix};

/// A type of thing that has ids.
pub trait Kind: Send + Sync + 'static {
    /// The letters in front of its ids.
    const PREFIX: Prefix;
}

macro_rules! kinds {
    ($($prefix:literal $kind:ident $id:ident),+ $(,)?) => {
        /// One empty type per kind of id, for [`Id`]'s parameter.
        pub mod kinds {
            $(
                #[doc = concat!("Marks ids `", $prefix, "_…`.")]
                #[derive(Debug, Clone, Copy)]
                pub enum $kind {}
            )+
        }

        $(
            impl Kind for kinds::$kind {
                const PREFIX: Prefix = Prefix { letters: $prefix, type_name: stringify!($kind) };
            }

            #[doc = concat!("The id of a ", stringify!($kind), ": `", $prefix, "_…`.")]
            pub type $id = Id<kinds::$kind>;
        )+

        /// All prefixes of the graph, in the order of P5.
        pub(crate) const PREFIXES: &[Prefix] = &[$(kinds::$kind::PREFIX),+];
    };
}

kinds! {
    // identity
    "usr" User UserId,
    "lgn" LoginEvent LoginEventId,
    "com" Company CompanyId,
    "tea" Team TeamId,
    "ntf" Notification NotificationId,
    // learning
    "cat" Category CategoryId,
    "crs" Course CourseId,
    "les" Lesson LessonId,
    // enrollment
    "pln" Plan PlanId,
    "sub" Membership MembershipId,
    "enr" Enrollment EnrollmentId,
    "ord" Order OrderId,
    // media
    "fil" MediaFile MediaFileId,
    "upl" Upload UploadId,
    // playback
    "pbs" PlaybackSession PlaybackSessionId,
    // screen
    "drm" Drama DramaId,
    "eps" Episode EpisodeId,
    "mov" Movie MovieId,
    "per" Person PersonId,
    "ott" Platform PlatformId,
    "mrm" MovieRankMatch MovieRankMatchId,
    // reviews
    "rev" Review ReviewId,
    "crm" CriticRankMatch CriticRankMatchId,
    // mentoring
    "men" Mentor MentorId,
    "cls" MentoringClass MentoringClassId,
    "rom" ChatRoom ChatRoomId,
    "msg" Message MessageId,
    // activity
    "stp" StepRecord StepRecordId,
    // rewards
    "stn" WeatherStation WeatherStationId,
    "chl" Challenge ChallengeId,
    "che" ChallengeEntry ChallengeEntryId,
    "pte" PointEntry PointEntryId,
    "brl" BoostRule BoostRuleId,
}
