//! HTTP Live Streaming (RFC 8216).

use std::time::Duration;

use kit_testing::TestDatabase;

use super::code;
use crate::house::{FILM, House, LESSON, PREVIEW, learner};

/// The address of what lies beside a playlist.
fn beside(url: &str, name: &str) -> String {
    format!("{}/{name}", url.strip_suffix("/index.m3u8").unwrap())
}

kit_testing::on_each_database! {
    /// domain.md 4.3: a playlist names its parts beside it, so that each carries the same proof; together they are the film.
    async fn a_playlist_and_its_segments_are_the_film(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(PREVIEW).await;
        let url = house.playing(&learner(), PREVIEW, "HLS").await;
        let reply = house.get(&url, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/vnd.apple.mpegurl", "no-store"));
        let playlist = String::from_utf8(reply.bytes.to_vec()).unwrap();
        let expected = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:";
        assert!(playlist.starts_with(expected) && playlist.ends_with("\n#EXT-X-ENDLIST\n"), "{playlist}");
        let names: Vec<&str> = playlist.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(names, ["segment-1.m4s", "segment-2.m4s", "segment-3.m4s", "segment-4.m4s", "segment-5.m4s", "segment-6.m4s"]);
        let seconds = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(','));
        let seconds: Vec<f64> = seconds.map(|text| text.parse().unwrap()).collect();
        assert!((seconds.iter().sum::<f64>() - 12.0).abs() < 0.1 && seconds.iter().all(|one| one.round() <= 2.0), "{seconds:?}");

        house.clock().advance(Duration::from_secs(100));
        let mut film = Vec::new();
        for name in ["init.mp4"].into_iter().chain(names) {
            let reply = house.get(&beside(&url, name), &[]).await;
            let content_type = if name == "init.mp4" { "video/mp4" } else { "video/iso.segment" };
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, content_type), "{name}");
            assert_eq!(reply.header("cache-control"), "private, max-age=500", "RG-33: as long as the address is good");
            assert_eq!(reply.header("content-length"), reply.bytes.len().to_string());
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            film.extend(&reply.bytes);
        }
        assert!(FILM.starts_with(&film), "{} of {} bytes", film.len(), FILM.len());
        house.stop().await;
    }

    /// PS-17, RG-34: each segment is looked at again.
    async fn segments_end_with_the_right_to_them(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.film_of(LESSON).await;
        house.enroll(&learner(), "PURCHASE").await;
        let url = house.playing(&learner(), LESSON, "HLS").await;
        let segment = beside(&url, "segment-1.m4s");
        assert_eq!(house.get(&segment, &[]).await.status, 200);
        house.revoke().await;
        assert_eq!(code(&house.get(&segment, &[]).await), (403, "access-over"));
        house.delete(&crate::house::admin(), &film).await;
        assert_eq!(code(&house.get(&segment, &[]).await), (410, "file-deleted"));
        house.clock().advance(Duration::from_secs(600));
        assert_eq!(code(&house.get(&url, &[]).await), (403, "ticket-expired"));
        house.stop().await;
    }
}

/// PS-01, PS-07, PS-08: neither the proof nor the name lead anywhere else.
#[tokio::test]
async fn other_names_and_proofs_open_nothing() {
    let house = House::open(TestDatabase::sqlite()).await;
    let film = house.film_of(PREVIEW).await;
    let url = house.playing(&learner(), PREVIEW, "HLS").await;
    for name in [
        "segment-0.m4s",
        "segment-7.m4s",
        "segment-01.m4s",
        "segment-+1.m4s",
        "segment-.m4s",
        "segment-99999999999999999999.m4s",
        "segment--1.m4s",
        "segment-1.ts",
        "other.m3u8",
        "..%2F..%2Fcontent",
        "%2e%2e",
        "INDEX.M3U8",
        "index.m3u8%00",
    ] {
        assert_eq!(code(&house.get(&beside(&url, name), &[]).await), (404, "file-not-found"), "{name}");
    }
    let proof = url.strip_suffix("/index.m3u8").unwrap().rsplit('/').next().unwrap();
    for place in 0..proof.len() {
        for other in ["A", "0", "~", ""] {
            let changed = format!("{}{other}{}", &proof[..place], &proof[place + 1..]);
            if changed != proof {
                let status = house.get(&url.replace(proof, &changed), &[]).await.status.as_u16();
                assert!(matches!(status, 403 | 404), "{changed}: {status}");
            }
        }
    }
    let other = house.keep(&learner(), crate::house::VIDEO).await;
    assert_eq!(code(&house.get(&url.replace(&film, &other), &[]).await), (403, "ticket-invalid"), "PS-18");
    let content = format!("/media/v1/files/{film}/content?{}", proof.replace('~', "&"));
    assert_eq!(house.get(&content, &[]).await.status, 403, "PS-02");
    house.stop().await;
}
