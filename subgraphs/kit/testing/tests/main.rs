//! The harness keeps its promises.

use kit_testing::{TestDatabase, on_each_database};

const MAKE: &str = "CREATE TABLE diary (page INTEGER NOT NULL PRIMARY KEY)";
const WRITE: &str = "INSERT INTO diary (page) VALUES (1)";

on_each_database! {
    /// P2: a database of one test is empty, whatever another one writes at the same time.
    async fn a_database_belongs_to_one_test(place: TestDatabase) {
        let database = place.open("learning").await;
        database.query(MAKE).execute().await.unwrap();
        database.query(WRITE).execute().await.unwrap();
        let other_place = match database.engine() {
            kit_database::Engine::Sqlite => TestDatabase::sqlite(),
            kit_database::Engine::MySql => TestDatabase::mariadb(kit_testing::MariaDb::shared().unwrap()).await,
        };
        // Another subgraph's name, too: nothing of the first one is found there.
        let other = other_place.open("identity").await;
        assert!(other.query("SELECT page FROM diary").fetch_all().await.is_err());
        assert_eq!(database.query("SELECT page FROM diary").fetch_all().await.unwrap().len(), 1);
    }

    async fn a_database_can_be_opened_again_and_keeps_what_was_written(place: TestDatabase) {
        let database = place.open("learning").await;
        database.query(MAKE).execute().await.unwrap();
        database.query(WRITE).execute().await.unwrap();
        database.close().await;
        let again = place.open("learning").await;
        assert_eq!(again.query("SELECT page FROM diary").fetch_all().await.unwrap().len(), 1);
    }
}

/// P2: the server itself refuses to show one schema to the user of another one.
#[test]
fn the_user_of_one_schema_sees_no_other_one() {
    kit_testing::run_on_mariadb(|mine| async move {
        let other = TestDatabase::mariadb(kit_testing::MariaDb::shared().unwrap()).await;
        let (mine, _other) = (mine.open("learning").await, other.open("identity").await);
        let schemas = "SELECT COUNT(*) AS seen FROM information_schema.schemata WHERE schema_name LIKE 'test%'";
        let seen = mine.query(schemas).fetch_one().await.unwrap();
        assert_eq!(seen.get::<i64>("seen").unwrap(), 1);
    });
}
