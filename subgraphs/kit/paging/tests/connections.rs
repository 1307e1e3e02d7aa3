use async_graphql::{Context, EmptyMutation, Object, Request, SimpleObject};
use kit_graph::{GraphResult, Loaders, execute, export_sdl, schema};
use kit_ids::CourseId;
use kit_paging::{CursorKey, Order, PageArguments, PagingContext, Position};
use kit_viewer::Viewer;

const BY_ID: Order = Order::new("courses.id", &[], "id");

#[derive(SimpleObject)]
struct Course {
    /// Its id.
    id: CourseId,
}

kit_paging::connection! {
    /// Courses, page by page.
    pub struct CourseConnection;
    /// A course in a list.
    pub struct CourseEdge for Course;
}

struct Query;

#[Object]
impl Query {
    async fn courses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<CourseConnection> {
        let page = PageArguments::new(first, after, last, before).parse(&BY_ID, ctx.cursor_key())?;
        // Two rows, whatever is asked for: what matters here is how they are shown.
        let page = page.page(vec![CourseId::from_bytes([1; 16]), CourseId::from_bytes([2; 16])]);
        let total = ctx.wants_total_count().then_some(7);
        Ok(CourseConnection::new(page, total, |id| {
            let cursor = ctx.cursor_key().cursor(&BY_ID, &Position::new([], id));
            CourseEdge { cursor, node: Course { id } }
        }))
    }
}

async fn run(fields: &str) -> (serde_json::Value, Option<String>) {
    let schema = schema(Query, EmptyMutation).data(CursorKey::derive(&[1; 32], "learning")).finish();
    let request = Request::new(format!("{{ courses{fields} }}"));
    let response = execute(&schema, request, Viewer::anonymous(), Loaders::new()).await;
    let response = serde_json::to_value(response).unwrap();
    let code = response["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
    (response["data"]["courses"].clone(), code)
}

/// P6: edges, page info with the cursors of the ends, and the total when it is selected.
#[tokio::test]
async fn a_connection_shows_its_page_and_what_lies_around_it() {
    let (connection, _) = run("(first: 1) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }").await;
    assert_eq!(connection["edges"].as_array().unwrap().len(), 1);
    let cursor = &connection["edges"][0]["cursor"];
    assert_eq!(connection["pageInfo"]["startCursor"], *cursor);
    assert_eq!(connection["pageInfo"]["endCursor"], *cursor);
    assert_eq!(connection["pageInfo"]["hasNextPage"], true);
    assert_eq!(connection["pageInfo"]["hasPreviousPage"], false);
    assert_eq!(connection["totalCount"], 7);
    let text = cursor.as_str().unwrap();
    let (behind, code) = run(&format!(r#"(first: 2, after: "{text}") {{ pageInfo {{ hasPreviousPage }} }}"#)).await;
    assert_eq!((behind["pageInfo"]["hasPreviousPage"].as_bool(), code), (Some(true), None));
}

/// P6, P8
#[tokio::test]
async fn wrong_arguments_have_their_codes() {
    for arguments in ["", "(first: 0)", "(first: 101)", "(first: 1, last: 1)"] {
        assert_eq!(run(&format!("{arguments} {{ totalCount }}")).await.1.as_deref(), Some("BAD_USER_INPUT"));
    }
    let (_, code) = run(r#"(first: 1, after: "AQAB") { totalCount }"#).await;
    assert_eq!(code.as_deref(), Some("INVALID_CURSOR"));
}

/// P6, P17: the types are as Relay wants them, and `PageInfo` is shared between subgraphs.
#[test]
fn the_types_are_those_of_the_specification() {
    let sdl = export_sdl(&schema(Query, EmptyMutation).finish());
    let declared: Vec<&str> = sdl.lines().map(str::trim).filter(|line| !line.contains("\"\"\"")).collect();
    let text = declared.join(" ");
    for expected in [
        "type PageInfo @shareable {",
        "edges: [CourseEdge!]!",
        "pageInfo: PageInfo!",
        "totalCount: Int! ",
        "cursor: String!",
        "node: Course!",
        "courses(first: Int, after: String, last: Int, before: String): CourseConnection!",
    ] {
        assert!(text.contains(expected), "{expected}\n{sdl}");
    }
}
