//! Many who listen at once, each to what is theirs.

use futures_util::{FutureExt, StreamExt};
use kit_live::LiveBus;
use serde_json::json;

/// FED-33: of ten thousand messages to fifty people, each hears their own, in order, and none of anybody else's, nor of
/// another subgraph's topic of the same name.
#[tokio::test]
async fn nobody_hears_what_is_for_another() {
    const PEOPLE: usize = 50;
    let bus = LiveBus::in_process();
    let (feed, elsewhere) = (bus.feed("playback"), bus.feed("identity"));
    let topic = |person: usize| format!("usr_{person}");
    let mut listening: Vec<_> = (0..PEOPLE).map(|person| feed.listen(&topic(person))).collect();
    for round in 0..200 {
        for step in 0..PEOPLE {
            let person = (step * 7 + round) % PEOPLE;
            feed.tell(&topic(person), json!([person, round]));
            elsewhere.tell(&topic(person), json!("of another subgraph"));
        }
        for (person, messages) in listening.iter_mut().enumerate() {
            assert_eq!(messages.next().await.unwrap().unwrap(), json!([person, round]));
            assert!(messages.next().now_or_never().is_none(), "{person} hears more than their own");
        }
    }
}
