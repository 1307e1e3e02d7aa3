//! Nothing acknowledged is ever lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::product::{Client, Product};

const REGISTER: &str = "/auth/v1/register";

/// Registers users one after the other until told to stop or refused a connection; returns the emails acknowledged.
async fn register_until_stopped(client: Client, worker: usize, stop: Arc<AtomicBool>) -> Vec<String> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let email = format!("durable-{worker}-{number}@demo.invalid");
        let body = json!({ "name": "Durable", "email": email, "password": "a long enough secret" }).to_string();
        let sent =
            http.post(client.address(REGISTER)).header("content-type", "application/json").body(body).send().await;
        match sent.map(|response| response.status().as_u16()) {
            Ok(201) => acknowledged.push(email),
            // Stopped, or too many from one address: what was acknowledged is what counts.
            Ok(_) | Err(_) => break,
        }
    }
    acknowledged
}

/// Enrols in one course after the other until told to stop; returns the courses whose enrolment was acknowledged.
async fn enrol_until_stopped(client: Client, courses: Vec<String>, stop: Arc<AtomicBool>) -> Vec<String> {
    let enrol = "mutation($input: EnrollInCourseInput!) { enrollInCourse(input: $input) { enrollment { id } userErrors { message } } }";
    let mut acknowledged = Vec::new();
    for course in courses {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let input = json!({ "courseId": course, "paymentToken": "tok_visa" });
        let Some(reply) = client.try_operation(enrol, json!({ "input": input })).await else { break };
        if reply.at("/data/enrollInCourse/enrollment/id").is_string() {
            acknowledged.push(course);
        }
    }
    acknowledged
}

async fn courses_on_sale(client: &Client) -> Vec<String> {
    let reply = client.query("{ courses(first: 100) { edges { node { id viewerEnrollment { id } } } } }").await;
    let edges = reply.data()["courses"]["edges"].as_array().unwrap().clone();
    edges
        .iter()
        .filter(|edge| edge["node"]["viewerEnrollment"] == Value::Null)
        .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn enrolled_courses(client: &Client) -> Vec<String> {
    let reply = client.query("{ courses(first: 100) { edges { node { id viewerEnrollment { id } } } } }").await;
    let edges = reply.data()["courses"]["edges"].as_array().unwrap().clone();
    edges
        .iter()
        .filter(|edge| edge["node"]["viewerEnrollment"]["id"].is_string())
        .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Stops the product in the middle of mutations, starts it on what it left, and looks for everything acknowledged.
async fn nothing_acknowledged_is_lost(stop_it: impl FnOnce(&mut Product) + Send + 'static) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let start = move || Product::start_in(&path);
    let mut product = tokio::task::spawn_blocking(start.clone()).await.unwrap();
    let client = product.signed_in("new_user").await;
    let courses = courses_on_sale(&client).await;
    assert!(courses.len() >= 4, "the scenario needs courses to enrol in");

    let stop = Arc::new(AtomicBool::new(false));
    let enrolling = tokio::spawn(enrol_until_stopped(client.clone(), courses, Arc::clone(&stop)));
    let registering = tokio::spawn(register_until_stopped(product.client(), 0, Arc::clone(&stop)));
    // Long enough for some to be acknowledged, short enough for some to be under way.
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    tokio::task::spawn_blocking(move || stop_it(&mut product)).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let (enrolled, registered) = (enrolling.await.unwrap(), registering.await.unwrap());

    let product = tokio::task::spawn_blocking(start).await.unwrap();
    let found = enrolled_courses(&product.signed_in("new_user").await).await;
    let lost: Vec<&String> = enrolled.iter().filter(|course| !found.contains(course)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    for email in &registered {
        product.client().sign_in(email, "a long enough secret").await;
    }
}

/// EB-04, EB-10, P13: kill -9 in the middle of mutations, with databases that flush each commit.
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    nothing_acknowledged_is_lost(|product| product.front.kill()).await;
}

/// S4-OPS-5: Ctrl-C in the middle of mutations is an orderly end.
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_interrupted() {
    nothing_acknowledged_is_lost(|product| {
        let status = product.front.interrupt();
        assert!(status.success(), "an orderly stop is a success, not {status}:\n{}", product.front.log());
    })
    .await;
}
