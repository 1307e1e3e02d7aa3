//! What outlives the process, and what does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use router_studio::store::traces::TraceFilter;
use router_studio::view::operations::OperationFilter;
use router_studio::{RequestSink, Studio, StudioOptions, Window};
use telemetry::KeptFor;

use crate::testkit::{Clock, operation, request, trace};

fn options(clock: &Clock, folder: &tempfile::TempDir) -> StudioOptions {
    StudioOptions { path: Some(folder.path().join("studio.sqlite")), ..clock.options() }
}

#[tokio::test]
async fn history_survives_a_restart() {
    let (clock, folder) = (Clock::new(), tempfile::tempdir().unwrap());
    let studio = Studio::open(options(&clock, &folder)).await.unwrap();
    for number in 0..20 {
        studio.answered(&Arc::new(request(number, &clock, &operation("Home"), 50)), Some(KeptFor::Sample));
    }
    studio.settle().await;
    studio.close().await;
    clock.advance(Duration::from_secs(30));

    let studio = Studio::open(options(&clock, &folder)).await.unwrap();
    studio.answered(&Arc::new(request(20, &clock, &operation("Home"), 50)), None);
    for window in [Window::FiveMinutes, Window::Hour, Window::Week] {
        let told = studio.overview(window).await.unwrap();
        assert_eq!((&told["requests"], &told["store"]["traces"]), (&21.into(), &20.into()), "{window:?}");
    }
    let told = studio.operations(&OperationFilter { limit: 10, ..Default::default() }).await;
    assert_eq!((&told["operations"][0]["name"], &told["operations"][0]["requests"]), (&"Home".into(), &21.into()));
    let told = studio.trace(trace(3)).await.unwrap().unwrap();
    assert_eq!(told["summary"]["operation"]["name"], "Home");
    studio.close().await;
}

/// Losing history must not stop a router.
#[tokio::test]
async fn a_file_that_is_none_of_the_studio_is_put_aside() {
    let clock = Clock::new();
    for content in
        ["this is no database at all, and is longer than a header of one".repeat(20), "SQLite format 3\0".to_owned()]
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("studio.sqlite");
        std::fs::write(&path, &content).unwrap();
        let studio = Studio::open(options(&clock, &folder)).await.unwrap();
        studio.answered(&Arc::new(request(1, &clock, &operation("Home"), 50)), Some(KeptFor::Sample));
        assert!(studio.trace(trace(1)).await.unwrap().is_some());
        studio.close().await;
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let aside = files.into_iter().find(|file| file.to_string_lossy().contains(".unusable-")).unwrap();
        assert_eq!(std::fs::read_to_string(aside).unwrap(), content, "nothing of it is lost");
    }
}

/// Two routers with one folder do not count over one another.
#[tokio::test]
async fn a_file_in_use_is_left_to_who_has_it() {
    let (clock, folder) = (Clock::new(), tempfile::tempdir().unwrap());
    let first = Studio::open(options(&clock, &folder)).await.unwrap();
    let second = Studio::open(options(&clock, &folder)).await.unwrap();
    second.answered(&Arc::new(request(1, &clock, &operation("Home"), 50)), Some(KeptFor::Sample));
    assert!(second.trace(trace(1)).await.unwrap().is_some());
    assert!(first.trace(trace(1)).await.unwrap().is_none());
    first.close().await;
    second.close().await;
    let third = Studio::open(options(&clock, &folder)).await.unwrap();
    assert!(third.trace(trace(1)).await.unwrap().is_none(), "it was in memory");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let path = Some(folder.path().join("file").join("studio.sqlite"));
    let refused = Studio::open(StudioOptions { path, ..StudioOptions::default() }).await.unwrap_err().to_string();
    assert!(refused.contains("studio.sqlite") && refused.contains("remedy:"), "{refused}");
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < Duration::from_secs(60), "it has not come to be so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn kept(studio: &Studio) -> u64 {
    let told = studio.traces(&TraceFilter { limit: 1, ..TraceFilter::default() }).await.unwrap();
    told["total"].as_u64().unwrap()
}

#[tokio::test]
async fn the_oldest_traces_make_room_and_what_is_too_old_goes() {
    let clock = Clock::new();
    let limits = StudioOptions { bytes_max: 100_000, age_max: Duration::from_secs(3_600), ..clock.options() };
    let studio = Studio::open(limits).await.unwrap();
    for number in 0..500 {
        clock.advance(Duration::from_millis(1));
        studio.answered(&Arc::new(request(number, &clock, &operation("Home"), 50)), Some(KeptFor::Sample));
    }
    until(async || {
        let told = studio.overview(Window::Hour).await.unwrap();
        told["store"]["bytes"].as_u64().unwrap() <= 100_000
    })
    .await;
    assert!(kept(&studio).await > 0);
    assert!(studio.trace(trace(0)).await.unwrap().is_none(), "the oldest");
    assert!(studio.trace(trace(499)).await.unwrap().is_some(), "the newest");
    clock.advance(Duration::from_secs(3_700));
    until(async || kept(&studio).await == 0).await;
    assert_eq!(studio.overview(Window::Day).await.unwrap()["requests"], 500, "they stay counted");
}
