//! The seeder replays sittings by the rules that live events go through: both leave the same behind.

use std::collections::HashMap;

use kit_demonstration::{Table, Viewing, World};
use kit_ids::PlaybackSessionId;
use kit_service::Worker;
use kit_testing::{TestDatabase, on_each_database};

use super::super::replay::events;
use super::super::tables::{COUNTED_VIEWS, RETENTION, VIEW_STATS, WATCH_PROGRESS, WATCH_TIME, WATCHERS};
use super::{checksum, seeded, tiny};
use crate::domain::{EventKind, PlaybackEvent};
use crate::service::forgetting::Forgetting;
use crate::service::idling::Idling;
use crate::service::stage::{Stage, call, request};
use crate::store::sessions;

/// All that is made of sessions and events, which have ids of their own.
const MADE: &[Table] = &[WATCH_PROGRESS, VIEW_STATS, COUNTED_VIEWS, RETENTION, WATCHERS, WATCH_TIME];

/// What happens, in order of time: a sitting begins, or an event of it is reported.
fn story(world: &World) -> Vec<(i64, &Viewing, Option<PlaybackEvent>)> {
    let mut story: Vec<_> = world.viewings().iter().map(|viewing| (viewing.started_at, viewing, None)).collect();
    for viewing in world.viewings() {
        story.extend(events(world, viewing).into_iter().map(|event| (event.at, viewing, Some(event))));
    }
    story.sort_by_key(|(at, viewing, event)| (*at, viewing.row, event.as_ref().map_or(0, |event| event.seq)));
    story
}

/// Tells the story to the services as clients would; which session each sitting has become.
async fn live(place: &TestDatabase, world: &World) -> (Stage, HashMap<usize, PlaybackSessionId>) {
    let stage = Stage::on(place).await;
    for lesson in world.lessons() {
        stage.tell_length(lesson.id.into(), lesson.duration_seconds).await;
    }
    let (deck, clock) = (&stage.deck, &stage.clock);
    let idling = Idling { deck: deck.clone() };
    let mut begun = HashMap::new();
    for (at, viewing, event) in story(world) {
        clock.set(at);
        if event.as_ref().is_none_or(|event| event.kind == EventKind::Stop) {
            idling.run(at).await.unwrap();
        }
        let call = call(viewing.user_id);
        match event {
            None => {
                let mut request = request(viewing.lesson_id.into());
                request.device = viewing.device.map(str::to_owned);
                begun.insert(viewing.row, deck.start(&request, &call).await.unwrap().id);
            }
            Some(event) => {
                deck.record(begun[&viewing.row], vec![event], &call).await.unwrap();
            }
        }
    }
    let anchor = world.key().anchor.micros();
    idling.run(anchor).await.unwrap();
    Forgetting(deck.database.clone()).run(anchor).await.unwrap();
    (stage, begun)
}

on_each_database! {
    /// domain 5.1, 3.5: bulk data are what the services would have made of the same events.
    async fn seeded_is_as_lived(place: TestDatabase) {
        let world = tiny();
        let (lived, begun) = live(&place, &world).await;
        let elsewhere = TestDatabase::sqlite();
        let (seeded, _) = seeded(&elsewhere).await;
        assert_eq!(checksum(lived.database(), MADE).await.unwrap(), checksum(&seeded, MADE).await.unwrap());
        for viewing in world.viewings() {
            let mut lived = sessions::by_ids(lived.database(), &[begun[&viewing.row]]).await.unwrap().remove(0);
            lived.id = viewing.id;
            let seeded = sessions::by_ids(&seeded, &[viewing.id]).await.unwrap().remove(0);
            assert_eq!(lived, seeded);
        }
    }
}
