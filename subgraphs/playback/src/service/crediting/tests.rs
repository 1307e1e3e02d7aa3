//! What watching brings about: progress, completion, views and statistics.

use kit_events::outbox;
use kit_ids::UserId;
use kit_testing::{TestDatabase, on_each_database};
use serde_json::json;

use crate::domain::EventKind::{Heartbeat, Play, Seek, Stop};
use crate::domain::{DAY_US, HOUR_US, ViewStats};
use crate::service::stage::{FLOW, NOON, OTHER, Stage, USER, call, lesson, numbered, request};
use crate::store::{retention, stats};

async fn stats(stage: &Stage) -> ViewStats {
    let found = stats::of_playables(stage.database(), &[lesson()]).await.unwrap();
    found.first().map_or(ViewStats::default(), |found| found.1)
}

on_each_database! {
    /// domain 3.5: completed at 90 percent of distinct seconds, once and for good; told with what enrollment needs.
    async fn ninety_percent_complete_once_and_for_good(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 100).await;
        let session = stage.start(USER, lesson()).await;
        let nearly = stage.play(&session, 0, 89).await.progress.unwrap();
        assert_eq!((nearly.watched_seconds, nearly.percent(), nearly.completed_at), (89, 89.0, None));
        let again = stage.play(&session, 0, 80).await.progress.unwrap();
        assert_eq!((again.watched_seconds, again.completed_at), (89, None), "seeing it twice adds nothing");
        let done = stage.play(&session, 89, 100).await.progress.unwrap();
        let completed_at = done.completed_at.unwrap();
        assert_eq!(done.percent(), 100.0);
        let longer = "UPDATE playable_meta SET duration_seconds = 1000";
        stage.database().query(longer).execute().await.unwrap();
        let after = stage.play(&session, 0, 10).await.progress.unwrap();
        assert_eq!((after.completed_at, after.percent()), (Some(completed_at), 10.0), "it stays completed");
        let told = outbox::flow(stage.database(), FLOW).await.unwrap();
        let completed: Vec<_> =
            told.into_iter().filter(|event| event.kind == "playback.playable.completed.v1").collect();
        assert_eq!(completed.len(), 1);
        let data = json!({ "userId": USER, "playableId": lesson().to_string(), "watchedSeconds": 99 });
        assert_eq!((&completed[0].subject, &completed[0].data), (&lesson().to_string(), &data));
    }

    /// domain 3.5: a view counts after 30 seconds or half, once a person and 24 hours.
    async fn a_view_counts_once_a_day_and_person(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 600).await;
        let views = async || stats(&stage).await.views;
        let first = stage.start(USER, lesson()).await;
        stage.play(&first, 0, 29).await;
        assert_eq!(views().await, 0);
        stage.play(&first, 29, 60).await;
        assert_eq!(views().await, 1);
        let second = stage.start(USER, lesson()).await;
        stage.play(&second, 0, 40).await;
        assert_eq!(views().await, 1, "the same person on the same day");
        let others = stage.start(OTHER, lesson()).await;
        stage.play(&others, 0, 40).await;
        assert_eq!((views().await, stats(&stage).await.unique_viewers), (2, 2));
        stage.seconds(24 * 60 * 60);
        let third = stage.start(USER, lesson()).await;
        stage.play(&third, 0, 40).await;
        assert_eq!((views().await, stats(&stage).await.unique_viewers), (3, 2));
        let told = stage.told().await;
        assert_eq!(told.iter().filter(|kind| *kind == "view.counted").count(), 3);
    }

    /// domain 2.5, 3.5: who began, who completed and how long, by day and in all.
    async fn statistics_grow_by_day_and_in_all(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 60).await;
        let mine = stage.start(USER, lesson()).await;
        stage.play(&mine, 0, 60).await;
        stage.seconds(24 * 60 * 60);
        let others = stage.start(OTHER, lesson()).await;
        stage.play(&others, 0, 20).await;
        let all = stats(&stage).await;
        assert_eq!((all.views, all.begun, all.completions, all.watched_ms), (1, 2, 1, 80_000));
        assert_eq!(all.completion_rate(), 0.5);
        let days = "SELECT day, begun, watched_ms FROM view_stats WHERE day <> 0 ORDER BY day";
        let rows = stage.database().query(days).fetch_all().await.unwrap();
        let read = |row: &kit_database::Row| -> (i64, i64, i64) {
            (row.get("day").unwrap(), row.get("begun").unwrap(), row.get("watched_ms").unwrap())
        };
        let today = NOON / DAY_US;
        assert_eq!(rows.iter().map(read).collect::<Vec<_>>(), [(today, 1, 60_000), (today + 1, 1, 20_000)]);
    }

    /// domain 2.5: a person counts once in each hundredth that they saw, and leaves in one.
    async fn viewers_stay_and_leave_in_hundredths(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 200).await;
        let session = stage.start(USER, lesson()).await;
        stage.play(&session, 0, 20).await;
        stage.play(&session, 10, 40).await;
        stage.deck.end(session.id, None, &call(USER)).await.unwrap();
        let second = stage.start(USER, lesson()).await;
        stage.play(&second, 100, 110).await;
        stage.deck.end(second.id, Some(110_000), &call(USER)).await.unwrap();
        let found = retention::of_playables(stage.database(), &[lesson()]).await.unwrap();
        let mut found = found[&lesson().to_bytes()].clone();
        found.sort_by_key(|(bucket, _)| *bucket);
        let seen: Vec<i64> = found.iter().filter(|(_, one)| one.viewers == 1).map(|(bucket, _)| *bucket).collect();
        assert_eq!(seen, (0..20).chain(50..55).collect::<Vec<_>>());
        let left: Vec<i64> = found.iter().filter(|(_, one)| one.drop_offs == 1).map(|(bucket, _)| *bucket).collect();
        assert_eq!(left, [55], "who came back and left again left there");
        assert!(found.iter().all(|(_, one)| one.viewers <= 1 && one.drop_offs <= 1));
    }

    /// domain 2.5: the time that was spent counts by hour, repetitions and speed as they were.
    async fn time_spent_counts_by_hour(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.seconds(3_570);
        let session = stage.start(USER, lesson()).await;
        stage.play(&session, 0, 60).await;
        stage.report(&session, 8, Seek, 0).await;
        stage.seconds(10);
        stage.report(&session, 9, Heartbeat, 20).await;
        let rows = stage.database().query("SELECT * FROM watch_time ORDER BY hour_start").fetch_all().await.unwrap();
        let read = |row: &kit_database::Row| -> (i64, i64) {
            (row.get("hour_start").unwrap(), row.get("watched_ms").unwrap())
        };
        assert_eq!(rows.iter().map(read).collect::<Vec<_>>(), [(NOON, 30_000), (NOON + HOUR_US, 40_000)]);
    }

    /// domain 3.5: where to resume follows the session that moved last.
    async fn the_last_that_moved_says_where_to_resume(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let (television, telephone) = (stage.start(USER, lesson()).await, stage.start(USER, lesson()).await);
        stage.play(&television, 0, 50).await;
        stage.play(&telephone, 10, 20).await;
        assert_eq!(stage.start(USER, lesson()).await.position_ms, 20_000);
        stage.report(&television, 7, Play, 70).await;
        assert_eq!(stage.report(&telephone, 3, Heartbeat, 21).await.progress.unwrap().position_ms, 21_000);
        assert_eq!(stage.report(&television, 8, Heartbeat, 71).await.progress.unwrap().position_ms, 71_000);
    }

    /// domain 3.5: many people who watch the same thing at once are all counted.
    async fn many_people_at_once_are_all_counted(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 60).await;
        let mut began = stage.event(1, Play, 0);
        began.at -= 60_000_000;
        let events = vec![began, stage.event(2, Heartbeat, 60), stage.event(3, Stop, 60)];
        let watched: Vec<_> = (0..24)
            .map(|person| {
                let (deck, events, caller) = (stage.deck.clone(), events.clone(), call(UserId::from_bytes([person; 16])));
                tokio::spawn(async move {
                    let session = deck.start(&request(lesson()), &caller).await.unwrap();
                    deck.record(session.id, events, &caller).await.unwrap();
                })
            })
            .collect();
        for person in watched {
            person.await.unwrap();
        }
        let all = stats(&stage).await;
        assert_eq!((all.views, all.begun, all.completions, all.watched_ms), (24, 24, 24, 24 * 60_000));
        assert_eq!(all.unique_viewers, 24);
        assert_eq!(stage.count("SELECT MIN(viewers) AS n FROM retention WHERE bucket < 99").await, 24);
        assert_eq!(stage.count("SELECT drop_offs AS n FROM retention WHERE bucket = 99").await, 24);
    }

    /// domain 3.5: two sessions of a person at once count one view and lose nothing that was watched.
    async fn two_sessions_at_once_count_one_view(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(numbered(5), 100).await;
        let (first, second) = (stage.start(USER, numbered(5)).await, stage.start(USER, numbered(5)).await);
        let played = |from: i64| {
            let mut events = vec![stage.event(1, Play, from), stage.event(2, Heartbeat, from + 50)];
            events[0].at -= 60_000_000;
            events
        };
        let sent = [(first.id, played(0)), (second.id, played(50))].map(|(id, events)| {
            let deck = stage.deck.clone();
            tokio::spawn(async move { deck.record(id, events, &call(USER)).await.unwrap() })
        });
        for answer in sent {
            answer.await.unwrap();
        }
        assert_eq!(stage.count("SELECT SUM(views) AS n FROM view_stats WHERE day = 0").await, 1);
        assert_eq!(stage.count("SELECT begun AS n FROM view_stats WHERE day = 0").await, 1);
        assert_eq!(stage.count("SELECT completions AS n FROM view_stats WHERE day = 0").await, 1);
        assert_eq!(stage.count("SELECT watched_seconds AS n FROM watch_progress").await, 100);
    }
}
