//! When to stop: Ctrl-C, SIGTERM, or, where it was asked for, the end of the standard input.

use tokio::io::AsyncReadExt;

/// Set to `1`, it makes the end of the standard input a reason to stop, so that a supervisor's end is this process's
/// end, too.
const STOP_WITH_STDIN: &str = "LYCEUM_STOP_WITH_STDIN";

/// Resolves when the process is asked to stop.
pub(crate) async fn requested() {
    tokio::select! {
        () = interrupted() => tracing::info!("interrupted; finishing what is under way"),
        () = terminated() => tracing::info!("asked to terminate; finishing what is under way"),
        () = standard_input_ended() => tracing::info!("the standard input has ended; finishing what is under way"),
    }
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "Ctrl-C cannot be listened for");
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened for");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

async fn standard_input_ended() {
    if std::env::var_os(STOP_WITH_STDIN).is_none_or(|value| value != "1") {
        std::future::pending::<()>().await;
    }
    let mut ignored = [0; 256];
    let mut input = tokio::io::stdin();
    while matches!(input.read(&mut ignored).await, Ok(read) if read > 0) {}
}
