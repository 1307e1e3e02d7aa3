//! `topPlayables`, as a service.

use kit_ids::UserId;
use kit_paging::PageRequest;
use kit_testing::{TestDatabase, on_each_database};

use crate::domain::{DAY_US, HOUR_US, Span, day_of};
use crate::service::stage::{NOON, Stage, numbered};
use crate::store::stats::{self, Growth};
use crate::store::views;

/// Views of somebody each, so long ago.
async fn view(stage: &Stage, playable: u8, times: u8, ago: i64) {
    let mut transaction = stage.database().begin().await.unwrap();
    let at = NOON - ago;
    for person in 0..times {
        let user = UserId::from_bytes([person; 16]);
        views::insert(&mut transaction, numbered(playable), user, at).await.unwrap();
        let growth = Growth { views: 1, ..Growth::default() };
        stats::add(&mut transaction, numbered(playable), day_of(at), growth).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

on_each_database! {
    /// domain 2.5: each span counts what was viewed in it, the most first, and says the place of each.
    async fn each_span_has_its_own_ranking(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        view(&stage, 1, 2, 0).await;
        view(&stage, 2, 4, 2 * HOUR_US).await;
        view(&stage, 3, 6, 3 * DAY_US).await;
        view(&stage, 4, 8, 20 * DAY_US).await;
        view(&stage, 5, 10, 300 * DAY_US).await;
        let top = async |span| {
            let (page, total) = stage.deck.top(span, &PageRequest::first(10), true).await.unwrap();
            assert_eq!(total, Some(i64::try_from(page.rows.len()).unwrap()));
            let places: Vec<i64> = page.rows.iter().map(|rank| rank.place).collect();
            assert_eq!(places, (1..=total.unwrap()).collect::<Vec<_>>());
            page.rows.iter().map(|rank| (rank.playable.to_bytes()[0], rank.views)).collect::<Vec<_>>()
        };
        assert_eq!(top(Span::Hour).await, [(1, 2)]);
        assert_eq!(top(Span::Day).await, [(2, 4), (1, 2)]);
        assert_eq!(top(Span::Week).await, [(3, 6), (2, 4), (1, 2)]);
        assert_eq!(top(Span::Month).await, [(4, 8), (3, 6), (2, 4), (1, 2)]);
        assert_eq!(top(Span::All).await, [(5, 10), (4, 8), (3, 6), (2, 4), (1, 2)]);
        let gone = "INSERT INTO playable_meta (playable_id, playable_kind, is_removed) VALUES (?, 'les', 1)";
        stage.database().query(gone).bind(numbered(5).to_bytes()).execute().await.unwrap();
        assert_eq!(top(Span::All).await, [(4, 8), (3, 6), (2, 4), (1, 2)]);
    }
}
