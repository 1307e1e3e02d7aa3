use std::time::Duration;

use kit_testing::TestDatabase;

use crate::stage::Stage;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn notes(stage: &Stage) -> i64 {
    let count = "SELECT COUNT(*) AS notes FROM notes";
    stage.running.context().database.query(count).fetch_one().await.unwrap().get("notes").unwrap()
}

kit_testing::on_each_database! {
    /// S0-SUB-2: time is injected, so that a test lives through a day; and what failed is done the next time.
    async fn a_worker_does_what_is_due_by_the_clock_that_was_given(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        stage.write("one").await;
        stage.running.work().await;
        assert_eq!(notes(&stage).await, 1, "nothing is due yet");
        let kept = stage.write("unforgettable").await;
        stage.clock.advance(DAY + Duration::from_millis(1));
        stage.running.work().await;
        assert_eq!(notes(&stage).await, 2, "the run failed");
        let database = &stage.running.context().database;
        let id: kit_ids::MessageId = kept.parse().unwrap();
        database.query("DELETE FROM notes WHERE id = ?").bind(id).execute().await.unwrap();
        stage.running.work().await;
        assert_eq!(notes(&stage).await, 0);
        stage.running.stop().await;
    }
}
