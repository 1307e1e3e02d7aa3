//! Pages of courses (P6).

use kit_testing::{Reply, TestDatabase};
use kit_viewer::Viewer;

use super::Graph;

async fn page(graph: &Graph, arguments: &str) -> Reply {
    let query = format!(
        "{{ courses({arguments}) {{ totalCount edges {{ cursor node {{ slug }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    graph.subgraph.ask(&Viewer::anonymous(), &query).await
}

fn slugs(reply: &Reply) -> String {
    let edges = reply.data("/courses/edges").as_array().unwrap_or_else(|| panic!("{}", reply.body));
    edges.iter().map(|edge| edge["node"]["slug"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn flags(reply: &Reply) -> (bool, bool) {
    let flag = |name: &str| reply.data(&format!("/courses/pageInfo/{name}")).as_bool().unwrap();
    (flag("hasPreviousPage"), flag("hasNextPage"))
}

fn cursor(reply: &Reply, name: &str) -> String {
    reply.data(&format!("/courses/pageInfo/{name}")).as_str().unwrap().to_owned()
}

kit_testing::on_each_database! {
    /// P6: forward and backward, every entry once, in every order.
    async fn pages_go_forward_and_backward(place: TestDatabase) {
        let graph = Graph::on(place).await;
        for slug in ["a", "b", "c", "d", "e"] {
            graph.published(slug).await;
        }
        for order in ["TITLE", "NEWEST", "UPDATED", "PRICE_LOW", "PRICE_HIGH"] {
            let all = slugs(&page(&graph, &format!("first: 9, orderBy: {order}")).await);
            let one = page(&graph, &format!("first: 2, orderBy: {order}")).await;
            let after = cursor(&one, "endCursor");
            let two = page(&graph, &format!("first: 2, after: \"{after}\", orderBy: {order}")).await;
            let after = cursor(&two, "endCursor");
            let three = page(&graph, &format!("first: 2, after: \"{after}\", orderBy: {order}")).await;
            assert_eq!([slugs(&one), slugs(&two), slugs(&three)].join(" "), all, "{order}");
            assert_eq!([flags(&one), flags(&two), flags(&three)], [(false, true), (true, true), (true, false)]);
            assert_eq!(one.data("/courses/totalCount"), 5);

            let before = cursor(&three, "startCursor");
            let back = page(&graph, &format!("last: 2, before: \"{before}\", orderBy: {order}")).await;
            assert_eq!((slugs(&back), flags(&back)), (slugs(&two), (true, true)), "{order}");
        }
        assert_eq!(slugs(&page(&graph, "first: 9, orderBy: TITLE").await), "a b c d e");
        graph.subgraph.stop().await;
    }

    /// P6: what is no page is an error that says why: too much, too little, both ends, or a cursor of another list.
    async fn what_is_no_page_is_refused(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.published("a").await;
        let foreign = cursor(&page(&graph, "first: 1, orderBy: TITLE").await, "endCursor");
        let cases = [
            ("first: 101".to_owned(), "BAD_USER_INPUT"),
            ("first: -1".to_owned(), "BAD_USER_INPUT"),
            ("last: 0".to_owned(), "BAD_USER_INPUT"),
            ("first: 1, last: 1".to_owned(), "BAD_USER_INPUT"),
            ("first: 1, after: \"forged\"".to_owned(), "INVALID_CURSOR"),
            (format!("first: 1, after: \"{foreign}x\", orderBy: TITLE"), "INVALID_CURSOR"),
            (format!("first: 1, after: \"{foreign}\", orderBy: PRICE_LOW"), "INVALID_CURSOR"),
        ];
        for (arguments, code) in cases {
            let reply = page(&graph, &arguments).await;
            assert_eq!(reply.codes(), [code], "{arguments}: {}", reply.body);
        }
        graph.subgraph.stop().await;
    }

    /// Domain 2.2: each filter, alone and together.
    async fn filters_narrow_the_catalogue(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.published("alpha").await;
        graph.published("beta").await;
        graph.draft("gamma").await;
        let owner = super::owner().user_id().unwrap();
        let other = super::other().user_id().unwrap();
        let category = graph.category;
        let cases = [
            (String::new(), "alpha beta"),
            ("query: \"ALPH\"".to_owned(), "alpha"),
            ("query: \"%\"".to_owned(), ""),
            (format!("categoryIds: [\"{category}\"]"), "alpha beta"),
            ("categoryIds: []".to_owned(), ""),
            ("levels: [BEGINNER, ADVANCED], query: \"beta\"".to_owned(), "beta"),
            ("levels: [ADVANCED]".to_owned(), ""),
            ("language: \"en\"".to_owned(), "alpha beta"),
            ("language: \"ko\"".to_owned(), ""),
            (format!("instructorId: \"{owner}\""), "alpha beta"),
            (format!("instructorId: \"{other}\""), ""),
            ("free: false".to_owned(), "alpha beta"),
            ("free: true".to_owned(), ""),
        ];
        for (filter, expected) in cases {
            let reply = page(&graph, &format!("first: 9, orderBy: TITLE, filter: {{ {filter} }}")).await;
            assert_eq!(slugs(&reply), expected, "{filter}");
        }
        graph.subgraph.stop().await;
    }
}
