//! Text that is not meant well.

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{Graph, admin};

kit_testing::on_each_database! {
    /// OW-02: whatever takes text takes it as text.
    async fn no_text_becomes_part_of_a_statement(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.published("a").await;
        let known = [("courseId", json!(course)), ("categoryId", json!(graph.category)), ("language", json!("en"))];
        let sdl = (learning::SUBGRAPH.sdl)();
        let places = kit_testing::assert_text_stays_text(&graph.subgraph, &sdl, &admin(), &known).await;
        assert!(places > 40, "{places}");
        graph.subgraph.stop().await;
    }

    /// AMP-29: a text to look for is as long as a title may be at most, and its wildcards are letters.
    async fn what_is_looked_for_is_bounded(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.published("a").await;
        let count = async |text: &str| {
            let query = "query($text: String) { courses(first: 1, filter: { query: $text }) { totalCount } }";
            graph.subgraph.ask_with(&Viewer::anonymous(), query, json!({ "text": text })).await
        };
        assert_eq!(count("On a").await.data("/courses/totalCount"), 1);
        for text in ["%", "_n a", "%_%_%_%", "!", "!%", &"%".repeat(200), &"강".repeat(200)] {
            assert_eq!(count(text).await.data("/courses/totalCount"), 0, "{text}");
        }
        for text in ["x".repeat(201), "%_".repeat(50_000)] {
            let (reads, reply) = graph.subgraph.count_reads("courses", count(&text)).await;
            assert_eq!((reads, reply.codes()), (0, vec!["BAD_USER_INPUT"]), "{}", reply.body);
        }
        graph.subgraph.stop().await;
    }

    /// OW-05: nothing is fetched from an address that somebody gives, whatever it leads to.
    async fn no_address_is_fetched(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let listening = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listening.set_nonblocking(true).unwrap();
        let port = listening.local_addr().unwrap().port();
        let hosts = ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "169.254.169.254"];
        for (number, host) in hosts.into_iter().enumerate() {
            let url = format!("http://{host}:{port}/latest/meta-data/");
            let mut input = graph.new_course(&format!("course-{number}"));
            input["thumbnailUrl"] = json!(url);
            let reply = graph.subgraph.change(&admin(), "createCourse", "course { id thumbnailUrl }", input).await;
            let kept = reply.data("/createCourse/course/thumbnailUrl");
            assert!(*kept == json!(url) || reply.codes() == ["BAD_USER_INPUT"], "{}", reply.body);
            graph.subgraph.work().await;
        }
        let waiting = listening.accept();
        assert_eq!(waiting.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody has called");
        graph.subgraph.stop().await;
    }
}
