use std::collections::HashMap;

use kit_database::{Database, DatabaseError};
use kit_graph::BatchLoad;
use kit_ids::CourseId;
use kit_paging::{Order, PageRequest, SortKey, Window, WindowKey, WindowLoad, Windows};
use kit_testing::TestDatabase;

use crate::keysets::{MIGRATIONS, filled};

const BEST: Order = Order::new("rows.best", &[SortKey::descending("r.rating")], "r.id");

struct RowsOfOwner(Database);

impl WindowLoad for RowsOfOwner {
    type Parent = i64;
    type Filter = ();
    type Row = CourseId;
    type Error = DatabaseError;

    async fn load_windows(&self, owners: &[i64], window: &Window<()>) -> Result<Vec<(i64, CourseId)>, DatabaseError> {
        let keyset = BEST.keyset(&window.page);
        let sql = format!(
            "SELECT id, owner FROM (SELECT r.id, r.owner, ROW_NUMBER() OVER (PARTITION BY r.owner ORDER BY {}) AS place
             FROM list_rows r WHERE r.owner IN (..) AND {}) ranked WHERE place <= ? ORDER BY place",
            keyset.order_by, keyset.condition
        );
        let query = kit_database::Executor::query_assembled(&self.0, sql).bind_list(owners.iter().copied());
        let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
        rows.iter().map(|row| Ok((row.get("owner")?, CourseId::from_bytes(row.get("id")?)))).collect()
    }
}

kit_testing::on_each_database! {
    /// P16: the pages of all parents with one statement; a parent without rows has an empty page.
    async fn one_statement_reads_the_first_rows_of_every_parent(place: TestDatabase) {
        let database = place.migrated(&MIGRATIONS).await;
        let mut rows = filled(&database, 30).await;
        rows.sort_by(|left, right| right.rating.cmp(&left.rating).then(right.id.cmp(&left.id)));
        let keys: Vec<_> = (0..4).map(|owner| WindowKey::new(owner, (), PageRequest::first(3))).collect();

        let before = database.statements_issued();
        let pages: HashMap<_, _> = Windows(RowsOfOwner(database.clone())).load(&keys).await.unwrap();
        assert_eq!(database.statements_issued() - before, 1);

        for key in keys {
            let expected: Vec<_> = rows.iter().filter(|row| row.owner == key.parent).map(|row| row.id).collect();
            let page = &pages[&key];
            assert_eq!(page.rows, expected[..expected.len().min(3)]);
            assert_eq!((page.has_previous, page.has_next), (false, expected.len() > 3));
        }
    }
}
