use kit_ids::{LessonId, ManualClock, UserId};
use kit_service::Neighbours;
use kit_testing::neighbour_answering;
use kit_viewer::{KeyRing, RequestSigner, SharedKey, SignedInUser, Viewer};

use super::*;

const USER: UserId = UserId::from_bytes([1; 16]);
const LESSON: LessonId = LessonId::from_bytes([2; 16]);
const NOW: i64 = 1_000_000;

fn keys() -> KeyRing {
    KeyRing::new(vec![SharedKey::new("k", [5; 32]).unwrap()]).unwrap()
}

/// With a media that answers this about every stream, or with none.
fn port(answer: Option<&'static str>) -> MediaEntitlements {
    let (keys, clock) = (keys(), Arc::new(ManualClock::new(NOW)));
    let neighbours = answer.map_or_else(Neighbours::default, |type_name| {
        neighbour_answering("media", &json!({ "playable": { "stream": { "__typename": type_name } } }))
    });
    let signer = RequestSigner::new(keys.current().clone());
    let media = Neighbour::new("playback", "media", neighbours, signer, Arc::<ManualClock>::clone(&clock));
    MediaEntitlements { passes: Sealer::new(&keys, StreamPass::PURPOSE), clock, media }
}

fn pass(user: UserId, lesson: LessonId, expires_at: i64) -> String {
    let sealer = Sealer::new(&keys(), StreamPass::PURPOSE);
    StreamPass { user, playable: lesson.into(), expires_at }.write(&sealer)
}

fn call() -> Call {
    Call::new(Viewer::signed_in(SignedInUser::new(USER)), "flow")
}

/// domain 3.5, PS-17: a pass is for one person, one thing and some minutes; without one media is asked, and silence is no.
#[tokio::test]
async fn a_pass_is_believed_and_media_is_asked_without_one() {
    let good = pass(USER, LESSON, NOW + 1);
    let others = [
        pass(UserId::from_bytes([9; 16]), LESSON, NOW + 1),
        pass(USER, LessonId::from_bytes([9; 16]), NOW + 1),
        pass(USER, LESSON, NOW),
        format!("{good}x"),
        String::new(),
    ];
    let silent = port(None);
    assert!(silent.may_play(&call(), LESSON.into(), Some(&good)).await.unwrap());
    for other in &others {
        assert!(silent.may_play(&call(), LESSON.into(), Some(other)).await.is_err(), "{other}");
    }
    assert!(silent.may_play(&call(), LESSON.into(), None).await.is_err());
    for (answer, may) in [("StreamTicket", true), ("AccessDenied", false)] {
        let port = port(Some(answer));
        assert_eq!(port.may_play(&call(), LESSON.into(), None).await.unwrap(), may);
        assert_eq!(port.may_play(&call(), LESSON.into(), Some(&others[0])).await.unwrap(), may);
    }
}
