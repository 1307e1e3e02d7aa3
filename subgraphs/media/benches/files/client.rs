//! The least that a client has to do, on blocking sockets, so that servers are what is measured.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;

/// The beginning of a film; what follows is a box that players skip.
const FILM: &[u8] = b"\0\0\0\x10ftypisom\0\0\0\0";
const BLOCK_BYTES: usize = 256 * 1024;

/// Something to fetch.
pub(crate) struct Target {
    authority: String,
    path: String,
}

impl Target {
    pub(crate) fn of(url: &str) -> Self {
        let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        Self { authority: authority.to_owned(), path: format!("/{path}") }
    }

    fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(&self.authority).unwrap();
        connection.set_nodelay(true).unwrap();
        connection
    }

    fn get(&self, connection: &mut TcpStream, more: &str) {
        let Self { authority, path } = self;
        write!(connection, "GET {path} HTTP/1.1\r\nhost: {authority}\r\n{more}\r\n").unwrap();
    }
}

/// A part of a film of some size, block by block.
pub(crate) fn blocks(part: Range<u64>, byte_size: u64, mut take: impl FnMut(&[u8])) {
    let mut begin = FILM.to_vec();
    begin.extend(u32::try_from(byte_size - FILM.len() as u64).unwrap().to_be_bytes());
    begin.extend(b"free");
    let block: Vec<u8> = (0..BLOCK_BYTES).map(|place| u8::try_from((place / 251 + place) % 256).unwrap()).collect();
    let mut from = part.start;
    while from < part.end {
        // Parts begin where blocks do.
        let count = usize::try_from(part.end - from).unwrap().min(BLOCK_BYTES);
        if from == 0 {
            let rest = &block[begin.len()..count];
            take(&[&begin[..], rest].concat());
        } else {
            take(&block[..count]);
        }
        from += count as u64;
    }
}

/// Sends a part of a film.
pub(crate) fn put(url: &str, part: Range<u64>, byte_size: u64) {
    let target = Target::of(url);
    let mut connection = target.connect();
    let (authority, path, length) = (&target.authority, &target.path, part.end - part.start);
    write!(connection, "PUT {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {length}\r\n\r\n").unwrap();
    blocks(part, byte_size, |block| connection.write_all(block).unwrap());
    let (head, _) = head(&mut connection, &mut vec![0; BLOCK_BYTES]);
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
}

/// Fetches everything, and answers how many bytes it was.
pub(crate) fn fetch(target: &Target) -> u64 {
    let mut connection = target.connect();
    target.get(&mut connection, "");
    body(&mut connection, "HTTP/1.1 200", &mut vec![0; BLOCK_BYTES])
}

/// Fetches ranges of a file of this size, one after the other on one connection, here and there.
pub(crate) fn fetch_ranges(target: &Target, byte_size: u64, range_bytes: u64, count: u64) -> u64 {
    let (mut connection, mut buffer) = (target.connect(), vec![0; BLOCK_BYTES]);
    let ranges = byte_size / range_bytes;
    let range = |number: u64| {
        let from = number.wrapping_mul(7_919) % ranges * range_bytes;
        format!("range: bytes={from}-{}\r\n", from + range_bytes - 1)
    };
    let mut bytes = 0;
    for number in 0..count {
        target.get(&mut connection, &range(number));
        bytes += body(&mut connection, "HTTP/1.1 206", &mut buffer);
    }
    bytes
}

fn body(connection: &mut TcpStream, status: &str, buffer: &mut [u8]) -> u64 {
    let (head, begun) = head(connection, buffer);
    assert!(head.starts_with(status), "{head}");
    let lines = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let length: u64 = lines.unwrap();
    let mut left = length - begun;
    while left > 0 {
        let most = usize::try_from(left).unwrap().min(buffer.len());
        let read = connection.read(&mut buffer[..most]).unwrap();
        assert!(read > 0, "the reply broke off");
        left -= read as u64;
    }
    length
}

/// The head of a reply, and how much of its body came with it.
fn head(connection: &mut TcpStream, buffer: &mut [u8]) -> (String, u64) {
    let mut read = 0;
    loop {
        let more = connection.read(&mut buffer[read..]).unwrap();
        assert!(more > 0, "there is no reply");
        read += more;
        if let Some(end) = buffer[..read].windows(4).position(|four| four == b"\r\n\r\n") {
            return (String::from_utf8_lossy(&buffer[..end]).into_owned(), (read - end - 4) as u64);
        }
    }
}
