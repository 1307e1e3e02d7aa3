//! `lyceum compose --watch`: composes again whenever the configuration or a schema changes.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::once;
use crate::arguments::{ComposeArguments, Options};
use crate::{configuration, graph, platform, stop};

/// How often files and endpoints are looked at. Quicker than anyone changes windows, and too slow to be noticed in a
/// process list.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// What was seen at one look.
#[derive(PartialEq)]
struct Seen {
    /// Each file: when it was changed and its length; nothing when it is not there.
    files: Vec<(PathBuf, Option<(SystemTime, u64)>)>,
    /// Each endpoint's schema; nothing when it does not answer.
    endpoints: Vec<(String, Option<String>)>,
}

/// Runs until it is asked to stop. What does not compose is reported, and tried again after the next change.
pub(super) async fn run(options: &Options, arguments: &ComposeArguments) -> Result<(), Box<dyn Error>> {
    let stopping = stop::requested();
    tokio::pin!(stopping);
    let mut known: Option<Seen> = None;
    loop {
        let seen = tokio::select! {
            () = &mut stopping => return Ok(()),
            seen = look(options) => seen,
        };
        if known.as_ref() != Some(&seen) {
            match once(options, arguments).await {
                Ok(()) => {
                    println!("composed; watching {} files and {} endpoints", seen.files.len(), seen.endpoints.len());
                }
                Err(error) => eprintln!("lyceum: {error}"),
            }
            known = Some(seen);
        }
        tokio::select! {
            () = &mut stopping => return Ok(()),
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
    }
}

/// The configuration, the schemas that it names, and the endpoints that tell their own, as they are now.
async fn look(options: &Options) -> Seen {
    let mut files = vec![options.config.clone().unwrap_or_else(|| PathBuf::from(configuration::FILE_NAME))];
    let mut endpoints = Vec::new();
    // A configuration that cannot be read is watched until it can be.
    if let Ok(configuration) = configuration::load(options.config.as_deref()) {
        for (name, subgraph) in &configuration.subgraphs {
            match &subgraph.schema {
                Some(schema) => files.push(configuration.folder.join(schema)),
                None if platform::subgraph(name).is_none() => {
                    endpoints.push((subgraph.url.clone(), graph::told(name, &subgraph.url).await.ok()));
                }
                None => {}
            }
        }
    }
    let state = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    Seen { files: files.into_iter().map(|file| (file.clone(), state(&file))).collect(), endpoints }
}
