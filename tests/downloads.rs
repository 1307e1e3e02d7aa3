//! Files that are being fetched while what serves them stops, or dies and starts again.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::json;

use crate::product::{Client, Product, Shape, long_film, sha256_hex};

/// So much is fetched before something happens: far less than the whole, and more than a reply's head.
const FIRST_BYTES: usize = 1024 * 1024;
/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(120);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// A product whose files all pass through it, an address to fetch a film from, and the film's digest.
async fn product_with_a_film(shape: Shape) -> (Product, String, String) {
    let product = tokio::task::spawn_blocking(move || Product::start_serving_files(shape)).await.unwrap();
    let film = long_film();
    let admin = product.signed_in("admin").await;
    let file = admin.upload(None, &film).await;
    let download = admin.change("createDownload", "ticket { url }", json!({ "fileId": file })).await;
    (product, download["ticket"]["url"].as_str().unwrap().to_owned(), sha256_hex(&film))
}

/// Reads until so many bytes are there, or the reply has ended.
async fn read(response: &mut Response, bytes: &mut Vec<u8>, enough: usize) -> Result<(), reqwest::Error> {
    while bytes.len() < enough {
        match response.chunk().await? {
            Some(chunk) => bytes.extend(chunk),
            None => break,
        }
    }
    Ok(())
}

/// Asks for what is missing until all is there, as players and browsers do; how often there was an answer.
async fn resume(client: &Client, address: &str, tag: &str, bytes: &mut Vec<u8>, byte_size: usize) -> usize {
    let (begin, mut answers) = (Instant::now(), 0);
    while bytes.len() < byte_size {
        assert!(begin.elapsed() < PATIENCE, "{} of {byte_size} bytes came", bytes.len());
        let request = client.request_to(Method::GET, address).header("if-range", tag);
        let asked = request.header("range", format!("bytes={}-", bytes.len())).send().await;
        let answered = asked.ok().filter(|response| !response.status().is_server_error());
        let Some(mut response) = answered else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        assert_eq!(response.status(), 206, "the file is the same");
        let range = format!("bytes {}-{}/{byte_size}", bytes.len(), byte_size - 1);
        assert_eq!(response.headers()["content-range"], range);
        // What breaks off once more is asked for once more.
        let _ = read(&mut response, bytes, byte_size).await;
        answers += 1;
    }
    answers
}

async fn a_download_goes_on_after_a_restart(shape: Shape) {
    let (mut product, address, sha256) = product_with_a_film(shape).await;
    let client = product.client();
    let mut response = client.request_to(Method::GET, &address).send().await.unwrap();
    let byte_size = usize::try_from(response.content_length().unwrap()).unwrap();
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let mut bytes = Vec::new();
    read(&mut response, &mut bytes, FIRST_BYTES).await.unwrap();

    let restarting = tokio::task::spawn_blocking(move || {
        product.restart_files();
        product
    });
    let broken_off = read(&mut response, &mut bytes, byte_size).await;
    assert!(broken_off.is_err(), "a reply never ends early in silence");
    assert!(bytes.len() < byte_size);
    assert!(resume(&client, &address, &tag, &mut bytes, byte_size).await > 0);
    assert_eq!((bytes.len(), sha256_hex(&bytes)), (byte_size, sha256));
    restarting.await.unwrap();
}

async fn a_stop_lets_downloads_end(shape: Shape) {
    let (product, address, sha256) = product_with_a_film(shape).await;
    let (client, listener) = (product.client(), product.url.trim_start_matches("http://").to_owned());
    let mut response = client.request_to(Method::GET, &address).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut bytes = Vec::new();
    read(&mut response, &mut bytes, FIRST_BYTES).await.unwrap();

    let stopping = tokio::task::spawn_blocking(move || product.terminate());
    let begin = Instant::now();
    while TcpStream::connect(&listener).is_ok() {
        assert!(begin.elapsed() < PATIENCE, "it does not stop to listen");
        tokio::time::sleep(PAUSE).await;
    }
    read(&mut response, &mut bytes, usize::MAX).await.unwrap();
    assert_eq!(sha256_hex(&bytes), sha256);
    stopping.await.unwrap();
}

/// RL-18: the process dies in the middle, and starts again.
#[tokio::test]
async fn one_process_goes_on_after_a_restart() {
    a_download_goes_on_after_a_restart(Shape::OneProcess).await;
}

/// RL-18: media dies behind the router in the middle, and starts again.
#[tokio::test]
async fn distributed_goes_on_after_a_restart() {
    a_download_goes_on_after_a_restart(Shape::Distributed).await;
}

/// RL-09: SIGTERM in the middle; what is under way ends, and nothing new begins.
#[tokio::test]
async fn one_process_ends_what_it_began() {
    a_stop_lets_downloads_end(Shape::OneProcess).await;
}

/// RL-09: SIGTERM to the router and all subgraphs in the middle.
#[tokio::test]
async fn distributed_ends_what_it_began() {
    a_stop_lets_downloads_end(Shape::Distributed).await;
}
