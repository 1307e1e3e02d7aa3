//! How files come to people: as what, under which name, and what becomes of deleted ones.

use std::time::Duration;

use kit_testing::TestDatabase;

use super::{Shelf, code};
use crate::house::{FILM, House, PREVIEW, Sending, TEXT, VIDEO, learner, text};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox";

/// HEAD: the headers of GET, and nothing else (RFC 9110 section 9.3.2, AS-035).
#[tokio::test]
async fn head_is_get_without_the_bytes() {
    let shelf = Shelf::digits().await;
    let (get, head) = (shelf.get(&[]).await, shelf.head(&[]).await);
    assert_eq!((head.status, head.bytes.len(), head.header("content-length")), (get.status, 0, "10"));
    for header in ["etag", "last-modified", "content-type", "content-disposition", "accept-ranges", "cache-control"] {
        assert_eq!(get.headers.get(header), head.headers.get(header), "{header}");
    }
    shelf.house.stop().await;
}

/// AS-012, AS-020, AS-052, PS-25: a file that is opened by itself is downloaded, or shown in a box, and runs nothing.
#[tokio::test]
async fn ps_25_as_012_and_as_052_a_file_runs_nothing() {
    let shelf = Shelf::with(Sending { bytes: b"so: <script>alert(1)</script>", ..TEXT }).await;
    let reply = shelf.get(&[]).await;
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8", "AS-029");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"digits.txt\"");
    assert_eq!((reply.header("content-security-policy"), reply.header("x-content-type-options")), (POLICY, "nosniff"));
    for content_type in
        ["text/html", "image/svg+xml", "application/javascript", "text/javascript", "application/xhtml+xml"]
    {
        for kind in ["ATTACHMENT", "POSTER", "SUBTITLE", "VIDEO", "AUDIO", "THUMBNAIL"] {
            let input = Sending { kind, name: "a", content_type, bytes: b"<svg/>" }.input();
            let reply = shelf.house.change(&learner(), "createUpload", "upload { id }", input).await;
            assert_eq!(reply.user_error("createUpload"), "TYPE_NOT_ALLOWED", "{kind} {content_type}");
        }
    }
    shelf.house.stop().await;
}

/// domain.md 4.3: what is played is shown, what is downloaded is kept.
#[tokio::test]
async fn what_is_downloaded_is_an_attachment() {
    let house = House::open(TestDatabase::sqlite()).await;
    let film = house.film_of(PREVIEW).await;
    let playing = house.playing(&learner(), PREVIEW, "PROGRESSIVE").await;
    let fetching = house.address(&learner(), &film).await;
    for (url, disposition) in
        [(playing, "inline; filename=\"film.mp4\""), (fetching, "attachment; filename=\"film.mp4\"")]
    {
        let reply = house.get(&url, &[]).await;
        assert_eq!((reply.header("content-type"), reply.header("content-disposition")), ("video/mp4", disposition));
        assert_eq!(&reply.bytes[..], FILM);
    }
    house.stop().await;
}

/// AS-055, AS-056, AS-047: the name is the server's: without folders, with the ending of its type, and written so that it
/// ends no header (RFC 6266, RFC 8187).
#[tokio::test]
async fn as_055_and_as_056_the_name_is_the_servers() {
    let house = House::open(TestDatabase::sqlite()).await;
    for (name, disposition) in [
        ("a b.txt", "attachment; filename=\"a b.txt\""),
        ("../../etc/passwd", "attachment; filename=\"passwd.txt\""),
        ("page.html", "attachment; filename=\"page.html.txt\""),
        ("강의.txt", "attachment; filename=\"__.txt\"; filename*=UTF-8''%EA%B0%95%EC%9D%98.txt"),
        (
            "a\"; filename=\"b.exe",
            "attachment; filename=\"a_; filename=_b.exe.txt\"; filename*=UTF-8''a%22%3B%20filename%3D%22b.exe.txt",
        ),
    ] {
        let file = house.keep(&learner(), Sending { name, ..TEXT }).await;
        let url = house.address(&learner(), &file).await;
        assert_eq!(house.get(&url, &[]).await.header("content-disposition"), disposition, "{name}");
    }
    house.stop().await;
}

kit_testing::on_each_database! {
    /// domain.md 3.4: a deleted file is gone at once, and its bytes after seven days; the worker takes them once.
    async fn a_deleted_file_is_gone_and_purged_after_seven_days(place: TestDatabase) {
        let house = House::open(place).await;
        let (file, kept) = (house.keep(&learner(), TEXT).await, house.keep(&learner(), VIDEO).await);
        let url = house.address(&learner(), &file).await;
        assert_eq!(house.usage(&learner()).await, (10 + i64::try_from(FILM.len()).unwrap(), 2));
        house.delete(&learner(), &file).await;
        assert_eq!(code(&house.get(&url, &[]).await), (410, "file-deleted"));
        assert_eq!(code(&house.get(&url, &[("range", "bytes=0-1"), ("if-none-match", "*")]).await), (410, "file-deleted"));
        assert_eq!(house.usage(&learner()).await, (i64::try_from(FILM.len()).unwrap(), 1));
        house.clock().advance(Duration::from_secs(7 * 24 * 60 * 60 - 1));
        house.work().await;
        assert_eq!(house.stored().len(), 2);
        house.clock().advance(Duration::from_secs(1));
        house.work().await;
        house.work().await;
        assert_eq!(house.stored().len(), 1);
        let url = house.address(&learner(), &kept).await;
        assert_eq!(&house.get(&url, &[]).await.bytes[..], FILM);
        house.stop().await;
    }

    /// domain.md 3.4: what several files share stays until the last of them is purged.
    async fn shared_bytes_stay_for_the_last_one(place: TestDatabase) {
        let house = House::open(place).await;
        let (one, two) = (house.keep(&learner(), TEXT).await, house.keep(&learner(), TEXT).await);
        let id = |text: &str| text.parse::<kit_ids::MediaFileId>().unwrap();
        let select = house.database().query("SELECT object_key FROM media_files WHERE id = ?").bind(id(&one));
        let shared: String = select.fetch_one().await.unwrap().get("object_key").unwrap();
        let share = house.database().query("UPDATE media_files SET object_key = ? WHERE id = ?").bind(&shared).bind(id(&two));
        share.execute().await.unwrap();
        for (file, left) in [(&one, true), (&two, false)] {
            house.delete(&learner(), file).await;
            house.clock().advance(Duration::from_secs(7 * 24 * 60 * 60));
            house.work().await;
            assert_eq!(house.files().join(&shared).exists(), left);
        }
        house.stop().await;
    }
}

/// AS-163: what is wrong here is told to nobody but the log.
#[tokio::test]
async fn as_163_a_failure_tells_nothing() {
    let shelf = Shelf::digits().await;
    for stored in shelf.house.stored() {
        std::fs::remove_file(stored).unwrap();
    }
    let reply = shelf.get(&[]).await;
    assert_eq!(code(&reply), (500, "internal"));
    let detail = text(&reply.body["detail"]);
    assert!(!detail.contains('/') && !detail.contains("usr_"), "{detail}");
    shelf.house.stop().await;
}

/// AS-048, AS-050, AS-051, AS-054: no archive is unpacked and no picture decoded, whatever they claim to become.
#[tokio::test]
async fn as_048_to_as_054_files_are_kept_as_they_are() {
    let house = House::open(TestDatabase::sqlite()).await;
    let flood = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0";
    let mut slip = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\x10\0\0\0".to_vec();
    slip.extend(b"../../etc/passwd");
    for (kind, name, content_type, bytes) in
        [("POSTER", "a.png", "image/png", &flood[..]), ("ATTACHMENT", "a.zip", "application/zip", &slip)]
    {
        let file = house.keep(&learner(), Sending { kind, name, content_type, bytes }).await;
        let url = house.address(&learner(), &file).await;
        assert_eq!(&house.get(&url, &[]).await.bytes[..], bytes, "{name}");
    }
    assert_eq!(house.stored().len(), 2);
    house.stop().await;
}
