//! Large files over real HTTP: `cargo bench -p media --bench files`.
//!
//! A media runs in a process of its own on an embedded database and a folder. A file of 2 GiB is sent to it in parts and
//! fetched from it, and its memory may grow by 64 MiB at most, which fails the run otherwise. Then whole downloads and
//! ranges are fetched from it and from nginx (`apt-get install nginx`), which serves the same file by `sendfile`, in turns:
//! the tables show medians, the processor time that the servers took, and their ratios. Without nginx that part is left out.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

#[path = "files/client.rs"]
mod client;
#[path = "files/nginx.rs"]
#[expect(dead_code, reason = "the product's measurement needs other parts of it")]
mod nginx;
#[path = "files/process.rs"]
mod process;
#[path = "files/served.rs"]
mod served;

use std::time::{Duration, Instant};

use client::{Target, fetch, fetch_ranges, put};
use nginx::Nginx;
use process::Usage;
use served::{Media, Ready};
use sha2::{Digest, Sha256};

const MEBIBYTE: u64 = 1024 * 1024;
/// What is sent and fetched while memory is watched.
const LARGE_BYTES: u64 = 2_048 * MEBIBYTE;
const GROWTH_MAX: u64 = 64 * MEBIBYTE;
/// What nginx serves, too: it stays in the system's memory.
const COMPARED_BYTES: u64 = 512 * MEBIBYTE;
const ROUNDS: usize = 7;

fn main() {
    if std::env::args().any(|argument| argument == served::ARGUMENT) {
        return served::serve();
    }
    let mut media = Media::start();
    // What every process needs once is not growth.
    drop(sent(&mut media, 40 * MEBIBYTE));
    watched(&mut media);
    let compared = sent(&mut media, COMPARED_BYTES);
    match Nginx::serving(&media.object_of(&compared)) {
        Some(nginx) => compare(&media, &compared, &nginx),
        None => println!("nginx is not installed (Debian and Ubuntu: apt-get install nginx); nothing to compare with"),
    }
}

/// Sends and fetches a large file, and looks at the memory of its server.
fn watched(media: &mut Media) {
    let sha256 = sha256(LARGE_BYTES);
    let before = media.forget_peak();
    let begin = Instant::now();
    let ready = sent_as(media, LARGE_BYTES, &sha256);
    let (sending, after_sending) = (begin.elapsed(), media.peak());
    let begin = Instant::now();
    assert_eq!(fetch(&Target::of(&ready.url)), LARGE_BYTES);
    let (fetching, after_fetching) = (begin.elapsed(), media.peak());
    let growth = after_fetching.saturating_sub(before);
    println!("2 GiB over HTTP                 MiB/s   memory of the server, MiB");
    println!("before                              -   {:6.1}", mebibytes(before));
    println!("sent in parts and verified     {:6.0}   {:6.1}", rate(LARGE_BYTES, sending), mebibytes(after_sending));
    println!("fetched                        {:6.0}   {:6.1}", rate(LARGE_BYTES, fetching), mebibytes(after_fetching));
    println!("growth {:.1} MiB of at most {}\n", mebibytes(growth), GROWTH_MAX / MEBIBYTE);
    assert!(growth <= GROWTH_MAX, "memory grew by {growth} bytes");
}

/// Sends a film of this size, and waits until it is ready.
fn sent(media: &mut Media, byte_size: u64) -> Ready {
    sent_as(media, byte_size, &sha256(byte_size))
}

fn sha256(byte_size: u64) -> String {
    let mut hash = Sha256::new();
    client::blocks(0..byte_size, byte_size, |block| hash.update(block));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sent_as(media: &mut Media, byte_size: u64, sha256: &str) -> Ready {
    let upload = media.announce(byte_size, sha256);
    let mut from = 0;
    for part in &upload.parts {
        put(&part.url, from..from + part.byte_size, byte_size);
        from += part.byte_size;
    }
    assert_eq!(from, byte_size);
    media.complete(&upload)
}

/// One kind of load.
struct Load {
    name: &'static str,
    connections: usize,
    run: fn(&Target) -> u64,
}

const LOADS: [Load; 6] = [
    Load { name: "whole, 1 connection", connections: 1, run: fetch },
    Load { name: "whole, 4 connections", connections: 4, run: fetch },
    Load {
        name: "1 MiB ranges, 1 connection",
        connections: 1,
        run: |target| fetch_ranges(target, COMPARED_BYTES, MEBIBYTE, 200),
    },
    Load {
        name: "1 MiB ranges, 8 connections",
        connections: 8,
        run: |target| fetch_ranges(target, COMPARED_BYTES, MEBIBYTE, 50),
    },
    Load {
        name: "64 KiB ranges, 1 connection",
        connections: 1,
        run: |target| fetch_ranges(target, COMPARED_BYTES, MEBIBYTE / 16, 500),
    },
    Load {
        name: "64 KiB ranges, 8 connections",
        connections: 8,
        run: |target| fetch_ranges(target, COMPARED_BYTES, MEBIBYTE / 16, 200),
    },
];

fn compare(media: &Media, file: &Ready, nginx: &Nginx) {
    let (ours, theirs) = (Target::of(&file.url), Target::of(&nginx.url));
    assert_eq!((fetch(&ours), fetch(&theirs)), (COMPARED_BYTES, COMPARED_BYTES));
    println!("                                     MiB/s           |  server ms of CPU per GiB");
    println!("load                           media  nginx  ratio   |  media  nginx  ratio");
    for load in &LOADS {
        let mut measured: [Vec<(f64, f64)>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            measured[0].push(round(load, &ours, || media.usage()));
            measured[1].push(round(load, &theirs, || nginx.usage()));
        }
        let [(rate, cpu), (their_rate, their_cpu)] =
            measured.map(|all| (median(all.iter().map(|one| one.0)), median(all.iter().map(|one| one.1))));
        println!(
            "{:30} {rate:5.0}  {their_rate:5.0}  {:5.2}   |  {cpu:5.0}  {their_cpu:5.0}  {:5.2}",
            load.name,
            rate / their_rate,
            cpu / their_cpu
        );
    }
}

/// Mebibytes a second, and the server's milliseconds of processor time per gibibyte.
fn round(load: &Load, target: &Target, usage: impl Fn() -> Usage) -> (f64, f64) {
    let (before, begin) = (usage(), Instant::now());
    let bytes: u64 = std::thread::scope(|scope| {
        let connections: Vec<_> = (0..load.connections).map(|_| scope.spawn(|| (load.run)(target))).collect();
        connections.into_iter().map(|connection| connection.join().unwrap()).sum()
    });
    let elapsed = begin.elapsed();
    let cpu = usage().since(before).as_secs_f64() * 1e3 * 1024.0 / mebibytes(bytes);
    (rate(bytes, elapsed), cpu)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rate(bytes: u64, time: Duration) -> f64 {
    mebibytes(bytes) / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE as f64
}
