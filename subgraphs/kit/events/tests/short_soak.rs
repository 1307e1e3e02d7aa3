//! The long run of `examples/soak`, made short (EB-24).

use std::time::Duration;

use kit_testing::skip_without;

use crate::soak::{Plan, Shape, run};

async fn short(shape: Shape, events: u64, faults_min: u64) {
    let fault_every = Duration::from_millis(400);
    match run(&Plan { events, fault_every, faults_min, seed: 7, shape }, |_| {}).await {
        Ok(report) => {
            println!("{report}");
            assert!(report.is_clean(), "{report}");
            assert!(report.books.acknowledged >= events, "{report}");
        }
        Err(reason) => skip_without(&reason),
    }
}

/// EB-24
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_soak_on_files_loses_and_doubles_nothing() {
    short(Shape::Embedded, 2_000, 10).await;
}

/// EB-24
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_soak_on_servers_loses_and_doubles_nothing() {
    short(Shape::Servers, 2_000, 10).await;
}
