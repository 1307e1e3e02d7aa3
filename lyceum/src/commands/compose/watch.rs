//! `lyceum compose --watch`: composes again whenever the configuration or a schema changes.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::once;
use crate::arguments::{ComposeArguments, Options};
use crate::{configuration, stop};

/// How often the files are looked at. Quicker than anyone changes windows, and too slow to be noticed in a process list.
const LOOK_INTERVAL: Duration = Duration::from_millis(300);

/// What a file was like when it was looked at: when it was changed and its length; nothing when it is not there.
type Seen = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// Runs until it is asked to stop. What does not compose is reported, and tried again after the next change.
pub(super) async fn run(options: &Options, arguments: &ComposeArguments) -> Result<(), Box<dyn Error>> {
    let stopping = stop::requested();
    tokio::pin!(stopping);
    let mut known: Option<Seen> = None;
    loop {
        let seen = look(options);
        if known.as_ref() != Some(&seen) {
            match once(options, arguments) {
                Ok(()) => println!("composed; watching {} files", seen.len()),
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

/// The configuration and the schemas that it names, as they are now.
fn look(options: &Options) -> Seen {
    let mut files = vec![options.config.clone().unwrap_or_else(|| PathBuf::from(configuration::FILE_NAME))];
    // A configuration that cannot be read is watched until it can be.
    if let Ok(configuration) = configuration::load(options.config.as_deref()) {
        let schemas = configuration.subgraphs.values().filter_map(|subgraph| subgraph.schema.as_ref());
        files.extend(schemas.map(|schema| configuration.folder.join(schema)));
    }
    let state = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.into_iter().map(|file| (file.clone(), state(&file))).collect()
}
