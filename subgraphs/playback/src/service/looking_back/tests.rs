//! `learningPattern`, as a service.

use kit_testing::{TestDatabase, on_each_database};

use crate::service::stage::{OTHER, Stage, USER, call, lesson, numbered};

const DAY: u64 = 24 * 60 * 60;

on_each_database! {
    /// domain 2.5: 2026-11-21 is a Saturday; noon UTC is 21 o'clock in Seoul.
    async fn a_pattern_tells_when_and_how_one_watches(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.tell_length(lesson(), 120).await;
        let first = stage.start(USER, lesson()).await;
        stage.play(&first, 0, 120).await;
        stage.deck.end(first.id, None, &call(USER)).await.unwrap();
        stage.seconds(DAY);
        let second = stage.start(USER, numbered(5)).await;
        stage.play(&second, 0, 60).await;
        let pattern = stage.deck.pattern(USER, 30).await.unwrap();
        assert_eq!((pattern.hours[21], pattern.hours.iter().sum::<i64>()), (3, 3));
        assert_eq!(pattern.weekdays, [0, 0, 0, 0, 0, 2, 1]);
        assert_eq!((pattern.average_session_minutes, pattern.streak_days, pattern.completion_rate), (1.5, 2, 0.5));
        let today = stage.deck.pattern(USER, 1).await.unwrap();
        assert_eq!((today.hours[21], today.average_session_minutes, today.streak_days), (1, 1.0, 2));
        let nobody = stage.deck.pattern(OTHER, 365).await.unwrap();
        assert_eq!((nobody.average_session_minutes, nobody.streak_days, nobody.completion_rate), (0.0, 0, 0.0));
    }
}
