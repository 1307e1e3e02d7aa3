//! Large files through the whole platform: `cargo bench -p lyceum --bench files`.
//!
//! The command runs as people run it: `lyceum router` with a process for each subgraph, and `lyceum up`. A file of 2 GiB is
//! sent and fetched at the public address, and the memory of the router's process may grow by 64 MiB at most, which fails
//! the run otherwise. Beside it the same file is sent to and fetched from media itself, and through nginx
//! (`apt-get install nginx`) in the router's place, in turns: the tables show medians, and the processor time that each took.
//! Without nginx that part is left out. It needs 12 GiB of free space where temporary files lie (`TMPDIR`).

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

#[path = "../../subgraphs/media/benches/files/client.rs"]
#[expect(dead_code, reason = "media's own measurement needs other parts of it")]
mod client;
#[path = "../../subgraphs/media/benches/files/nginx.rs"]
#[expect(dead_code, reason = "media's own measurement needs other parts of it")]
mod nginx;
#[path = "files/platform.rs"]
mod platform;
#[path = "../../subgraphs/media/benches/files/process.rs"]
mod process;

use std::time::{Duration, Instant};

use client::{Target, fetch, put};
use nginx::Nginx;
use platform::Platform;
use process::{Usage, forget_peak, memory};
use sha2::{Digest, Sha256};

const MEBIBYTE: u64 = 1024 * 1024;
const LARGE_BYTES: u64 = 2_048 * MEBIBYTE;
const GROWTH_MAX: u64 = 64 * MEBIBYTE;
/// So often is the file sent, and fetched, each way.
const SENDINGS: usize = 1;
const FETCHES: usize = 5;

/// A way to the files of a platform.
struct Way<'p> {
    name: &'static str,
    platform: &'p Platform,
    /// Where clients go.
    origin: String,
    /// What stands before media: its memory is looked at.
    front: Vec<u32>,
    /// Media, when it is not the front.
    media: Option<u32>,
}

/// What one file took.
#[derive(Clone, Copy, Default)]
struct Taken {
    rate: f64,
    front_cpu: f64,
    media_cpu: f64,
    /// The memory of the front before it, and at most.
    resident: u64,
    peak: u64,
}

fn main() {
    let (apart, together) = (Platform::in_many_processes(), Platform::in_one_process());
    let nginx = Nginx::before(&apart.media_origin);
    if nginx.is_none() {
        println!("nginx is not installed (Debian and Ubuntu: apt-get install nginx); nothing to compare with");
    }
    let media = Some(apart.process("media"));
    let way = |name, origin: &str, front| Way { name, platform: &apart, origin: origin.to_owned(), front, media };
    let mut ways = vec![way("media itself", &apart.media_origin, Vec::new())];
    ways.extend(nginx.as_ref().map(|nginx| way("nginx, media", nginx.url.trim_end_matches('/'), nginx.processes())));
    ways.push(way("lyceum router, media", &apart.origin, vec![apart.process("router")]));
    let front = vec![together.process("router")];
    ways.push(Way { name: "lyceum up", platform: &together, origin: together.origin.clone(), front, media: None });

    // What every process needs once is not growth.
    for way in &ways {
        let url = way.send(40 * MEBIBYTE).1;
        fetch(&Target::of(&way.lead(&url)));
    }
    let mut sent = Vec::new();
    let mut urls = Vec::new();
    for _ in 0..SENDINGS {
        urls.clear();
        for way in &ways {
            let (taken, url) = way.send(LARGE_BYTES);
            sent.push(taken);
            urls.push(url);
        }
    }
    let mut fetched = Vec::new();
    for _ in 0..FETCHES {
        fetched.extend(ways.iter().zip(&urls).map(|(way, url)| way.fetch(url)));
    }
    tell("sent in parts", &ways, &sent);
    tell("fetched whole", &ways, &fetched);
    for (number, way) in ways.iter().enumerate().filter(|(_, way)| way.name.starts_with("lyceum")) {
        let growth = growth(&[&sent[..], &fetched].concat(), number, ways.len());
        println!("\nthe memory of `{}` grew by {:.1} MiB in all", way.name, mebibytes(growth));
        assert!(growth <= GROWTH_MAX, "{growth} bytes are too much");
    }
}

impl Way<'_> {
    /// The same address, reached this way.
    fn lead(&self, url: &str) -> String {
        url.replacen(&self.platform.origin, &self.origin, 1)
    }

    /// Sends a film of this size; what the sending took, and where it is fetched from.
    fn send(&self, byte_size: u64) -> (Taken, String) {
        let upload = self.platform.announce(byte_size, &sha256(byte_size));
        let taken = self.watch(byte_size, || {
            let mut from = 0;
            for part in &upload.parts {
                put(&self.lead(&part.url), from..from + part.byte_size, byte_size);
                from += part.byte_size;
            }
            assert_eq!(from, byte_size);
        });
        (taken, self.platform.complete(&upload))
    }

    fn fetch(&self, url: &str) -> Taken {
        self.watch(LARGE_BYTES, || assert_eq!(fetch(&Target::of(&self.lead(url))), LARGE_BYTES))
    }

    fn watch(&self, bytes: u64, work: impl FnOnce()) -> Taken {
        let resident: u64 = self.front.iter().map(|process| memory(*process, "VmRSS")).sum();
        self.front.iter().for_each(|process| forget_peak(*process));
        let usage = || (Usage::of(self.front.iter().copied()), Usage::of(self.media));
        let (before, begin) = (usage(), Instant::now());
        work();
        let (elapsed, after) = (begin.elapsed(), usage());
        let peak: u64 = self.front.iter().map(|process| memory(*process, "VmHWM")).sum();
        let per_gibibyte = |time: Duration| time.as_secs_f64() * 1e3 * 1024.0 / mebibytes(bytes);
        Taken {
            rate: mebibytes(bytes) / elapsed.as_secs_f64(),
            front_cpu: per_gibibyte(after.0.since(before.0)),
            media_cpu: per_gibibyte(after.1.since(before.1)),
            resident,
            peak,
        }
    }
}

/// How much more memory than at first the front of a way had at most.
fn growth(all: &[Taken], way: usize, ways: usize) -> u64 {
    let of_way = || all.iter().skip(way).step_by(ways);
    let peak = of_way().map(|taken| taken.peak).max().unwrap_or_default();
    peak.saturating_sub(of_way().next().map_or(0, |first| first.resident))
}

/// Medians of each way, and the most that memory grew.
fn tell(what: &str, ways: &[Way<'_>], all: &[Taken]) {
    println!("\n2 GiB {what:15}          ms of CPU per GiB     growth of the");
    println!("                        MiB/s     front      media     front, MiB");
    for (number, way) in ways.iter().enumerate() {
        let of_way = || all.iter().skip(number).step_by(ways.len());
        let of = |value: fn(&Taken) -> f64| median(of_way().map(value));
        println!(
            "{:22} {:6.0}    {:6.0}     {:6.0}         {:6.1}",
            way.name,
            of(|taken| taken.rate),
            of(|taken| taken.front_cpu),
            of(|taken| taken.media_cpu),
            mebibytes(growth(all, number, ways.len()))
        );
    }
}

fn sha256(byte_size: u64) -> String {
    let mut hash = Sha256::new();
    client::blocks(0..byte_size, byte_size, |block| hash.update(block));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE as f64
}
