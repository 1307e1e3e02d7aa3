use kit_database::{Database, MigrationFile, Migrations, Value};
use kit_ids::{CourseId, Randomness, SeededRandomness};
use kit_paging::{CursorKey, Order, Page, PageArguments, PageRequest, Position, SortKey, SortValue};
use kit_testing::TestDatabase;

pub(crate) const MIGRATIONS: Migrations = Migrations {
    set: "paging",
    files: &[MigrationFile {
        name: "0001_rows",
        sqlite: "CREATE TABLE list_rows (id BLOB PRIMARY KEY, owner INTEGER NOT NULL, title TEXT NOT NULL,
                 rating INTEGER NOT NULL) STRICT",
        mysql: "CREATE TABLE list_rows (id BINARY(16) PRIMARY KEY, owner BIGINT NOT NULL,
                title VARCHAR(32) NOT NULL, rating BIGINT NOT NULL)",
    }],
};

const BY_ID: Order = Order::new("rows.id", &[], "id");
const BEST: Order = Order::new("rows.best", &[SortKey::descending("rating")], "id");
const MIXED: Order = Order::new("rows.mixed", &[SortKey::ascending("title"), SortKey::descending("rating")], "id");

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListRow {
    pub(crate) id: CourseId,
    pub(crate) owner: i64,
    pub(crate) title: String,
    pub(crate) rating: i64,
}

impl ListRow {
    fn position(&self, order: &Order) -> Position {
        let values: Vec<SortValue> = match order {
            order if *order == BY_ID => vec![],
            order if *order == BEST => vec![self.rating.into()],
            _ => vec![self.title.as_str().into(), self.rating.into()],
        };
        Position::new(values, self.id)
    }
}

/// Rows with few different titles and ratings, so that ties are everywhere.
pub(crate) async fn filled(database: &Database, count: usize) -> Vec<ListRow> {
    let chance = SeededRandomness::new(7);
    let rows: Vec<ListRow> = (0..count)
        .map(|_| {
            let mut bytes = [0; 18];
            chance.fill(&mut bytes);
            ListRow {
                id: CourseId::from_bytes(bytes[..16].try_into().unwrap()),
                owner: i64::from(bytes[0] % 3),
                title: ["Ada", "ada", "Zoë", "Zoe", "한글"][usize::from(bytes[16] % 5)].to_owned(),
                rating: i64::from(bytes[17] % 4) - 2,
            }
        })
        .collect();
    let values = rows.iter().map(|row| {
        [
            Value::Bytes(row.id.to_bytes().to_vec()),
            Value::Integer(row.owner),
            Value::Text(row.title.clone()),
            Value::Integer(row.rating),
        ]
    });
    let insert = "INSERT INTO list_rows (id, owner, title, rating) VALUES (..)";
    database.query(insert).bind_rows(values).execute().await.unwrap();
    rows
}

async fn read(database: &Database, order: &Order, page: &PageRequest) -> Page<ListRow> {
    let keyset = order.keyset(page);
    let sql = format!(
        "SELECT id, owner, title, rating FROM list_rows WHERE rating < ? AND {} ORDER BY {} LIMIT ?",
        keyset.condition, keyset.order_by
    );
    let query = kit_database::Executor::query_assembled(database, sql).bind(1_000_i64);
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await.unwrap();
    let row = |row: &kit_database::Row| ListRow {
        id: CourseId::from_bytes(row.get::<[u8; 16]>("id").unwrap()),
        owner: row.get("owner").unwrap(),
        title: row.get("title").unwrap(),
        rating: row.get("rating").unwrap(),
    };
    page.page(rows.iter().map(row).collect())
}

/// The same order, worked out in memory.
fn sorted(mut rows: Vec<ListRow>, order: &Order) -> Vec<ListRow> {
    rows.sort_by(|left, right| match order {
        order if *order == BY_ID => left.id.cmp(&right.id),
        order if *order == BEST => right.rating.cmp(&left.rating).then(right.id.cmp(&left.id)),
        _ => left.title.cmp(&right.title).then(right.rating.cmp(&left.rating)).then(right.id.cmp(&left.id)),
    });
    rows
}

kit_testing::on_each_database! {
    /// P6: every row once and in order, forward and backward, in each order, for any page size, over ties.
    async fn paging_visits_every_row_once_and_in_order(place: TestDatabase) {
        let database = place.migrated(&MIGRATIONS).await;
        let rows = filled(&database, 41).await;
        let key = CursorKey::derive(&[1; 32], "paging");
        for order in [BY_ID, BEST, MIXED] {
            let expected = sorted(rows.clone(), &order);
            for size in [1, 2, 3, 7, 20, 40, 41, 42, 100] {
                let (mut forward, mut after) = (Vec::new(), None);
                loop {
                    let arguments = PageArguments::new(Some(size), after.clone(), None, None);
                    let page = read(&database, &order, &arguments.parse(&order, &key).unwrap()).await;
                    assert_eq!(page.has_previous, after.is_some());
                    forward.extend(page.rows);
                    after = forward.last().map(|row: &ListRow| key.cursor(&order, &row.position(&order)));
                    if !page.has_next { break }
                }
                assert_eq!(forward, expected, "forward by {size}");

                let (mut backward, mut before) = (Vec::new(), None);
                loop {
                    let arguments = PageArguments::new(None, None, Some(size), before.clone());
                    let page = read(&database, &order, &arguments.parse(&order, &key).unwrap()).await;
                    assert_eq!(page.has_next, before.is_some());
                    backward.splice(0..0, page.rows);
                    before = backward.first().map(|row: &ListRow| key.cursor(&order, &row.position(&order)));
                    if !page.has_previous { break }
                }
                assert_eq!(backward, expected, "backward by {size}");
            }
        }
    }

    /// P6: `after` and `before` together cut a piece out of the list, as the Relay specification says.
    async fn two_cursors_bound_a_page_on_both_sides(place: TestDatabase) {
        let database = place.migrated(&MIGRATIONS).await;
        let expected = sorted(filled(&database, 20).await, &MIXED);
        let key = CursorKey::derive(&[1; 32], "paging");
        let cursor = |place: usize| Some(key.cursor(&MIXED, &expected[place].position(&MIXED)));
        let request = PageArguments::new(Some(100), cursor(4), None, cursor(9)).parse(&MIXED, &key).unwrap();
        assert_eq!(read(&database, &MIXED, &request).await.rows, expected[5..9]);
        let request = PageArguments::new(None, cursor(4), Some(2), cursor(9)).parse(&MIXED, &key).unwrap();
        assert_eq!(read(&database, &MIXED, &request).await.rows, expected[7..9]);
    }
}
