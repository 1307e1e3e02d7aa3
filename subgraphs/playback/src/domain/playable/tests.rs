use kit_ids::{CourseId, EpisodeId, LessonId, MovieId};

use super::{PlayableId, PlayableKind};

/// P5: each kind keeps its own spelling, and nothing else is playable.
#[test]
fn lessons_episodes_and_movies_can_be_played_and_nothing_else() {
    let bytes = [7; 16];
    let spelled = [
        (LessonId::from_bytes(bytes).to_string(), PlayableKind::Lesson),
        (EpisodeId::from_bytes(bytes).to_string(), PlayableKind::Episode),
        (MovieId::from_bytes(bytes).to_string(), PlayableKind::Movie),
    ];
    for (text, kind) in spelled {
        let id: PlayableId = text.parse().unwrap();
        assert_eq!((id.kind, id.key.to_bytes()), (kind, bytes));
        assert_eq!(id.to_string(), text);
        assert!(text.to_ascii_uppercase().parse::<PlayableId>().is_err());
    }
    for text in [CourseId::from_bytes(bytes).to_string().as_str(), "les_", "mov_01", ""] {
        assert!(text.parse::<PlayableId>().is_err(), "{text}");
    }
}
