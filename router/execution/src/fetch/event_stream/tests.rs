use proptest::prelude::*;

use super::*;

fn decoded(pieces: &[&[u8]]) -> Vec<(String, String)> {
    let mut decoder = EventStreamDecoder::new(1024);
    let events = pieces.iter().flat_map(|piece| decoder.push(piece).unwrap());
    events.map(|event| (event.name, event.data)).collect()
}

fn event(name: &str, data: &str) -> (String, String) {
    (name.to_owned(), data.to_owned())
}

/// WHATWG HTML section 9.2.6: line ends of three kinds, one space after the colon, several lines of data, comments.
#[test]
fn a_stream_is_read_as_it_is_written() {
    assert_eq!(decoded(&[b"event: next\ndata: {}\n\n"]), [event("next", "{}")]);
    assert_eq!(decoded(&[b"event:next\r\ndata:{}\r\n\r\n"]), [event("next", "{}")]);
    assert_eq!(decoded(&[b"event: next\rdata: {}\r\rdata: 2\r\r"]), [event("next", "{}"), event("", "2")]);
    assert_eq!(decoded(&[b"data: a\ndata:  b\ndata\n\n"]), [event("", "a\n b\n")]);
    assert_eq!(decoded(&[b":\n\n: still here\n\nid: 7\nretry: 10\n\ndata: a\n\n"]), [event("", "a")]);
    assert_eq!(decoded(&["\u{feff}data: a\n\n".as_bytes()]), [event("", "a")]);
    assert_eq!(decoded(&[b"event: complete\n\n"]), [event("complete", "")]);
}

/// An event that has not ended is none: the stream broke off in it.
#[test]
fn an_event_ends_with_an_empty_line() {
    assert_eq!(decoded(&[b"event: next\ndata: {}\n"]), []);
}

#[test]
fn an_event_is_bounded() {
    let mut decoder = EventStreamDecoder::new(8);
    assert_eq!(decoder.push(b"data: 12\n\n").unwrap().len(), 1);
    assert_eq!(decoder.push(b"data: 12\ndata: 34\ndata: 56\n"), Err(TooLarge));
    assert_eq!(EventStreamDecoder::new(8).push(b": a very long comment"), Err(TooLarge));
}

proptest! {
    /// However it is cut, a stream says the same.
    #[test]
    fn cuts_do_not_matter(text in "(event|data|id|:| |a|\n|\r|\u{feff}|ü){0,60}", cut in 0usize..200) {
        let bytes = text.as_bytes();
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        prop_assert_eq!(decoded(&[bytes]), decoded(&[first, second]));
    }
}
