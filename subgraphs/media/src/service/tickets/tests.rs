use kit_viewer::SharedKey;
use proptest::prelude::*;

use super::*;

const FILE: MediaFileId = MediaFileId::from_bytes([1; 16]);
const OTHER: MediaFileId = MediaFileId::from_bytes([4; 16]);
const UPLOAD: UploadId = UploadId::from_bytes([2; 16]);
const USER: UserId = UserId::from_bytes([3; 16]);
const END: i64 = 2_000;
const BEFORE: i64 = (END - 1) * 1_000_000;

fn tickets() -> Tickets {
    let key = SharedKey::new("k1", [9; 32]).unwrap();
    Tickets::new(&KeyRing::new(vec![key]).unwrap(), "http://localhost:4000/")
}

fn ticket(purpose: Use) -> ContentTicket {
    ContentTicket { file: FILE, holder: Holder::Person(USER), purpose, expires_at: END }
}

fn query(url: &str) -> &str {
    url.split_once('?').unwrap().1
}

#[test]
fn an_address_is_recognised_until_its_end() {
    let tickets = tickets();
    for purpose in [Use::Play, Use::Download] {
        let url = tickets.content_url(&ticket(purpose));
        assert!(url.starts_with(&format!("http://localhost:4000/media/v1/files/{FILE}/content?exp=2000&sub={USER}&")));
        assert_eq!(tickets.content(FILE, query(&url), BEFORE), Ok(ticket(purpose)));
        assert_eq!(tickets.content(FILE, query(&url), END * 1_000_000), Err(TicketFault::Expired));
    }
    let keepers = ContentTicket { holder: Holder::Keeper(USER), ..ticket(Use::Play) };
    let url = tickets.content_url(&keepers);
    assert_eq!(tickets.content(FILE, query(&url), BEFORE), Ok(keepers));
    assert_eq!(tickets.content(FILE, &query(&url).replace('*', ""), BEFORE), Err(TicketFault::Invalid), "PS-06");

    let url = tickets.content_url(&ticket(Use::Segments));
    let proof = url.strip_suffix("/index.m3u8").unwrap().rsplit('/').next().unwrap();
    assert_eq!(tickets.segments(FILE, proof, BEFORE), Ok(ticket(Use::Segments)));
    assert_eq!(tickets.segments(MediaFileId::from_bytes([8; 16]), proof, BEFORE), Err(TicketFault::Invalid));
    assert_eq!(tickets.segments(FILE, &proof.replace('~', "."), BEFORE), Err(TicketFault::Invalid));

    for part in [None, Some(1), Some(12)] {
        let url = tickets.upload_url(UPLOAD, part, END);
        assert_eq!(tickets.may_send(UPLOAD, part, query(&url), BEFORE), Ok(()));
        assert_eq!(tickets.may_send(UPLOAD, part, query(&url), END * 1_000_000), Err(TicketFault::Expired));
        // PS-19
        assert_eq!(tickets.may_send(UPLOAD, Some(2), query(&url), BEFORE), Err(TicketFault::Invalid));
        assert_eq!(tickets.content(FILE, query(&url), BEFORE), Err(TicketFault::Invalid), "PS-02");
    }
}

/// PS-01, PS-05: no byte of the query may change.
#[test]
fn every_changed_byte_is_refused() {
    let tickets = tickets();
    let url = tickets.content_url(&ticket(Use::Download));
    let query = query(&url);
    for place in 0..query.len() {
        for other in ["A", "a", "0", "~", ""] {
            let changed = format!("{}{other}{}", &query[..place], &query[place + 1..]);
            let found = tickets.content(FILE, &changed, BEFORE);
            assert!(changed == query || found == Err(TicketFault::Invalid), "{changed}: {found:?}");
        }
    }
    assert_eq!(tickets.content(OTHER, query, BEFORE), Err(TicketFault::Invalid));
}

/// PS-03, PS-05, PS-09: spellings, repetitions and additions.
#[test]
fn other_spellings_of_a_query_mean_nothing() {
    let tickets = tickets();
    let url = tickets.content_url(&ticket(Use::Play));
    let query = query(&url);
    for end in ["02000", "+2000", "-2000", "2000.0", "2e3", "9223372036854775808", "", " 2000", "2000%20"] {
        let changed = query.replace("exp=2000", &format!("exp={end}"));
        assert_eq!(tickets.content(FILE, &changed, BEFORE), Err(TicketFault::Invalid), "{end}");
    }
    for changed in [
        query.replace("exp=2000", "Expires=2000"),
        query.replace("exp=", "EXP="),
        format!("{query}&exp=2000"),
        format!("{query}&sig=a"),
        format!("{query}&dl=1"),
        format!("{query}&dl=0"),
        query.replace("sig=", "sign="),
        query.split("&sig=").next().unwrap().to_owned(),
        String::new(),
    ] {
        assert_eq!(tickets.content(FILE, &changed, BEFORE), Err(TicketFault::Invalid), "{changed}");
    }
    let added = format!("{query}&response-content-type=text/html&versionId=1");
    assert_eq!(tickets.content(FILE, &added, BEFORE), Ok(ticket(Use::Play)), "what is not covered means nothing");
}

proptest! {
    #[test]
    fn no_query_but_its_own_opens_a_file(query in "[ -~]{0,80}") {
        prop_assert!(tickets().content(FILE, &query, 0).is_err());
        prop_assert!(tickets().segments(FILE, &query, 0).is_err());
    }
}
