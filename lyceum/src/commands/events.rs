//! `lyceum events`: what waits between the subgraphs, and what was given up. Works on the stores themselves, whether or
//! not the subgraphs run.

use std::collections::BTreeMap;
use std::error::Error;

use kit_events::EventId;
use kit_service::{DeadLetters, EventOperations, Outbox, Replay, ReplayOutcome};
use serde::Serialize;

use super::databases::chosen;
use crate::arguments::{DeadLettersCommand, EventArguments, EventsCommand, Options, OutputFormat, ReplayArguments};
use crate::data_directory::DataDirectory;
use crate::services::Services;
use crate::{configuration, front};

/// Does what is asked with the events of the chosen subgraphs.
pub(crate) async fn run(options: &Options, command: &EventsCommand) -> Result<(), Box<dyn Error>> {
    let arguments = match command {
        EventsCommand::Outbox(arguments) | EventsCommand::DeadLetters(DeadLettersCommand::List(arguments)) => arguments,
        EventsCommand::DeadLetters(DeadLettersCommand::Replay(replay)) => &replay.events,
    };
    let opened = open(options, arguments).await?;
    let done = match command {
        EventsCommand::Outbox(arguments) => outbox(&opened, arguments.format).await,
        EventsCommand::DeadLetters(DeadLettersCommand::List(arguments)) => list(&opened, arguments.format).await,
        EventsCommand::DeadLetters(DeadLettersCommand::Replay(arguments)) => replay(&opened, arguments).await,
    };
    for operations in &opened {
        operations.close().await;
    }
    done
}

async fn open(options: &Options, arguments: &EventArguments) -> Result<Vec<EventOperations>, Box<dyn Error>> {
    let mut configuration = configuration::load(options.config.as_deref())?;
    let origin = front::origin(&configuration, options.listen);
    configuration.media.public_url.get_or_insert(origin);
    let services = Services::open(DataDirectory::open(&options.data_dir)?, &configuration).await?;
    let mut opened = Vec::new();
    for subgraph in chosen(&arguments.subgraphs, &configuration)? {
        opened.push(services.open_for_operations(subgraph, &configuration).await?);
    }
    Ok(opened)
}

async fn outbox(opened: &[EventOperations], format: OutputFormat) -> Result<(), Box<dyn Error>> {
    let mut found: BTreeMap<&str, Outbox> = BTreeMap::new();
    for operations in opened {
        found.insert(operations.subgraph(), operations.outbox().await?);
    }
    print(format, &found, || {
        for (subgraph, outbox) in &found {
            let age = outbox.oldest_age_seconds.map(|age| format!(", the oldest for {age} s")).unwrap_or_default();
            println!("{subgraph}: {} unpublished{age}; {} given up", outbox.unpublished, outbox.dead_letters);
            for lag in &outbox.consumers {
                let events =
                    lag.events.map_or_else(|| "the event log does not answer".to_owned(), |events| events.to_string());
                println!("  {}: {events} to come", lag.consumer);
            }
        }
    })
}

async fn list(opened: &[EventOperations], format: OutputFormat) -> Result<(), Box<dyn Error>> {
    let mut found: BTreeMap<&str, DeadLetters> = BTreeMap::new();
    for operations in opened {
        found.insert(operations.subgraph(), operations.dead_letters().await?);
    }
    print(format, &found, || {
        for (subgraph, dead_letters) in &found {
            println!("{subgraph}: {}", dead_letters.total);
            for letter in &dead_letters.letters {
                println!(
                    "  {} {} {} given up by {}",
                    letter.id, letter.event.kind, letter.event.subject, letter.consumer
                );
                println!("    after {} attempts, {} s ago: {}", letter.attempts, letter.age_seconds, letter.reason);
            }
        }
    })
}

async fn replay(opened: &[EventOperations], arguments: &ReplayArguments) -> Result<(), Box<dyn Error>> {
    let ids = arguments.ids.iter().map(|id| EventId::parse(id).ok_or_else(|| format!("`{id}` is no id of an event")));
    let ids: Vec<EventId> = ids.collect::<Result<_, _>>()?;
    let mut found: BTreeMap<&str, Vec<Replay>> = BTreeMap::new();
    for operations in opened {
        let mut replays = if arguments.all { operations.replay_all().await? } else { Vec::new() };
        for id in &ids {
            replays.extend(operations.replay(*id).await?);
        }
        found.insert(operations.subgraph(), replays);
    }
    print(arguments.events.format, &found, || {
        for (subgraph, replays) in &found {
            for replay in replays {
                println!("{subgraph}: {} to {}: {}", replay.id, replay.consumer, told(&replay.outcome));
            }
        }
    })?;
    judge(&ids, found.values().flatten())
}

fn told(outcome: &ReplayOutcome) -> String {
    match outcome {
        ReplayOutcome::Done => "done".to_owned(),
        ReplayOutcome::Settled => "was settled before".to_owned(),
        ReplayOutcome::Failed(reason) => format!("failed again: {reason}"),
        ReplayOutcome::NoConsumer => "the subgraph has no such consumer any more".to_owned(),
    }
}

/// An id that nobody knows, and an event that fails again, are failures of the command.
fn judge<'r>(ids: &[EventId], replays: impl Iterator<Item = &'r Replay> + Clone) -> Result<(), Box<dyn Error>> {
    for id in ids {
        if !replays.clone().any(|replay| replay.id == id.to_string()) {
            return Err(format!(
                "no consumer has given up the event {id}\n  remedy: take ids from `lyceum events dead-letters list`"
            )
            .into());
        }
    }
    let is_bad = |replay: &&Replay| matches!(replay.outcome, ReplayOutcome::Failed(_) | ReplayOutcome::NoConsumer);
    match replays.filter(is_bad).count() {
        0 => Ok(()),
        bad => Err(format!(
            "{bad} of the events could not be dealt with\n  remedy: mend what the reasons name, and replay again"
        )
        .into()),
    }
}

fn print<T: Serialize>(format: OutputFormat, value: &T, as_text: impl FnOnce()) -> Result<(), Box<dyn Error>> {
    match format {
        OutputFormat::Text => as_text(),
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(value)?),
    }
    Ok(())
}
