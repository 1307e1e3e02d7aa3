//! Addresses that were not given out (PS-01 to PS-08, PS-18, PS-22). That a seal covers each field with its length, and is
//! compared in constant time (PS-06, PS-23), is proven where seals are made.

use http::{Method, Uri};

use super::{Shelf, code};
use crate::house::{House, TEXT, learner, text};

const ORIGIN: &str = "https://files.lyceum.example";

/// Everything that an address becomes when one byte of it is another one, or is missing.
fn changed(url: &str) -> Vec<String> {
    let path = url.strip_prefix(ORIGIN).unwrap();
    let mut changed = Vec::new();
    for place in 1..path.len() {
        for other in ["A", "a", "0", "-", "/", "%", ""] {
            let one = format!("{}{other}{}", &path[..place], &path[place + 1..]);
            if one != path && one.parse::<Uri>().is_ok() {
                changed.push(one);
            }
        }
    }
    changed
}

/// PS-01, PS-05: of all addresses that differ in one byte none opens anything.
#[tokio::test]
async fn ps_01_no_byte_of_an_address_may_change() {
    let shelf = Shelf::digits().await;
    let changed = changed(&shelf.url);
    assert!(changed.len() > 1_000);
    for url in changed {
        let reply = shelf.house.get(&url, &[]).await;
        assert!(matches!(reply.status.as_u16(), 400 | 403 | 404), "{url}: {}", reply.status);
    }
    assert_eq!(shelf.get(&[]).await.status, 200);
    shelf.house.stop().await;
}

/// PS-01: the same for an address to send to.
#[tokio::test]
async fn ps_01_no_byte_of_a_sending_address_may_change() {
    let shelf = Shelf::digits().await;
    let upload = shelf.house.announce(&learner(), TEXT).await;
    let url = text(&upload["url"]);
    for changed in changed(url) {
        let reply = shelf.house.put(&changed, "text/plain", TEXT.bytes).await;
        assert!(matches!(reply.status.as_u16(), 400 | 403 | 404), "{changed}: {}", reply.status);
    }
    assert_eq!(shelf.house.put(url, "text/plain", TEXT.bytes).await.status, 201);
    shelf.house.stop().await;
}

async fn refused(house: &House, url: &str) {
    let reply = house.get(url, &[]).await;
    assert_eq!(code(&reply), (403, "ticket-invalid"), "{url}");
}

/// PS-03: other spellings of its end.
#[tokio::test]
async fn ps_03_its_end_has_one_spelling() {
    let shelf = Shelf::digits().await;
    let end = shelf.url.split("exp=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let later = (end.parse::<i64>().unwrap() + 1).to_string();
    let (zeros, plus, float) = (format!("0{end}"), format!("%2B{end}"), format!("{end}.0"));
    let given = format!("exp={end}");
    for other in [later.as_str(), &zeros, &plus, &float, "-1", "9223372036854775808", "1e99", ""] {
        refused(&shelf.house, &shelf.url.replace(&given, &format!("exp={other}"))).await;
    }
    for other in [
        shelf.url.replace("exp=", "Expires="),
        shelf.url.replace("exp=", "EXP="),
        shelf.url.replace("exp=", "%65xp="),
        shelf.url.replace(&format!("{given}&"), ""),
        format!("{}&{given}", shelf.url),
        format!("{}&exp={later}", shelf.url),
    ] {
        refused(&shelf.house, &other).await;
    }
    shelf.house.stop().await;
}

/// PS-05, PS-06, PS-22: its proof has one spelling, is of the key that it names, and is no other's.
#[tokio::test]
async fn ps_05_its_proof_has_one_spelling() {
    let shelf = Shelf::digits().await;
    let (before, seal) = shelf.url.split_once("sig=").unwrap();
    let (seal, after) = seal.split_once('&').unwrap();
    let with = |seal: &str| format!("{before}sig={seal}&{after}");
    let standard = seal.replace('-', "+").replace('_', "/");
    let twice = format!("{seal}&sig={seal}");
    let hexadecimal = "0".repeat(64);
    for other in [
        "",
        "A",
        &format!("{seal}="),
        &format!("{seal}A"),
        &seal.to_uppercase(),
        &seal.to_lowercase(),
        &hexadecimal,
        &twice,
    ] {
        refused(&shelf.house, &with(other)).await;
    }
    if standard != seal {
        refused(&shelf.house, &with(&standard)).await;
    }
    refused(&shelf.house, &shelf.url.replace(&format!("sig={seal}&"), "")).await;
    refused(&shelf.house, &shelf.url.replace("&dl=1", "")).await;
    for key in ["", "other", "../test", "test%00", "TEST", "none", "HS256"] {
        refused(&shelf.house, &shelf.url.replace("kid=test&", &format!("kid={key}&"))).await;
    }
    // PS-06: the same letters, another field.
    let user = shelf.url.split("sub=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    refused(&shelf.house, &shelf.url.replace(&format!("sub={user}"), "sub=")).await;
    refused(&shelf.house, &shelf.url.replace(&format!("&sub={user}"), "").replace("exp=", &format!("exp={user}")))
        .await;
    shelf.house.stop().await;
}

/// PS-07, PS-08: a path is read once, into an id; where bytes lie is never made of it.
#[tokio::test]
async fn ps_07_and_ps_08_a_path_leads_nowhere_else() {
    let shelf = Shelf::digits().await;
    let (path, query) = shelf.url.strip_prefix(ORIGIN).unwrap().split_once('?').unwrap();
    let file = shelf.file.as_str();
    for other in [
        path.replace("/files/", "//files/"),
        path.replace("/files/", "/files/./"),
        path.replace("/files/", "/files/../files/"),
        path.replace("/files/", "/files/%2e%2e/files/"),
        path.replace("/files/", "/files%2F"),
        path.replace(file, "..%2F..%2Fetc%2Fpasswd"),
        path.replace(file, &format!("{file}%00")),
        path.replace(file, &format!("{file}.")),
        path.replace(file, &format!("{file}%20")),
        path.replace(file, &file.to_uppercase()),
        path.replace(file, &format!("%5C{file}")),
        path.replace(file, &file.replace('_', "%255F")),
        path.replace("/content", "/Content"),
        format!("{path}/"),
        path.replace(file, "fil_00000000000000000000000000"),
    ] {
        let reply = shelf.house.get(&format!("{other}?{query}"), &[]).await;
        assert!(matches!(reply.status.as_u16(), 403 | 404), "{other}: {}", reply.status);
    }
    let encoded = path.replace(file, &file.replace("fil", "%66il"));
    let reply = shelf.house.get(&format!("{encoded}?{query}"), &[]).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.bytes[..]),
        (200, TEXT.bytes),
        "another spelling of the same id is the same file"
    );
    shelf.house.stop().await;
}

/// OW-04, ADV-51, PS-08, AS-053: what somebody calls a file never shows in where it lies.
#[tokio::test]
async fn ps_08_and_as_053_where_a_file_lies_is_made_of_ids() {
    let shelf = Shelf::digits().await;
    let mut input = TEXT.input();
    let names = [
        "../../../etc/passwd",
        "..\\..\\windows",
        "a/../../b",
        "CON",
        ".htaccess",
        "$(touch x).txt",
        "a;rm -rf ~|`id`",
        "{{7*7}}${7*7}<%=7*7%>",
        "%2e%2e%2fpasswd",
        "-rf",
    ];
    for (number, name) in names.into_iter().enumerate() {
        input["fileName"] = name.into();
        let reply = shelf.house.change(&learner(), "createUpload", "upload { url }", input.clone()).await;
        let url = reply.text_at("/createUpload/upload/url");
        assert_eq!(shelf.house.put(&url, "text/plain", TEXT.bytes).await.status, 201);
        let stored = shelf.house.stored();
        assert_eq!(stored.len(), number + 2);
        for path in stored {
            let path = path.strip_prefix(shelf.house.files()).unwrap().to_str().unwrap();
            assert!(path.starts_with("usr/usr_") && path.split('/').count() == 4, "{path}");
            assert!(
                path.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || "/_.".contains(one)),
                "{path}"
            );
        }
    }
    shelf.house.stop().await;
}

/// AS-135: a folder is no file.
#[tokio::test]
async fn as_135_nothing_is_listed() {
    let shelf = Shelf::digits().await;
    for path in [
        "/media/v1",
        "/media/v1/",
        "/media/v1/files",
        "/media/v1/files/",
        "/media/v1/uploads",
        &format!("/media/v1/files/{}", shelf.file),
    ] {
        let reply = shelf.house.http(Method::GET, path, &[], Vec::new()).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    shelf.house.stop().await;
}
