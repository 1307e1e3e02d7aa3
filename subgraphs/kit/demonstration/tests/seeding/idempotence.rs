//! A small subgraph's seeder on a real database.

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{
    Anchor, BulkInsert, DemonstrationError, Outcome, Profile, Progress, Seed, Seeder, Table, World, WorldKey, checksum,
    record, row, seed, table,
};

use super::database::Scratch;

const PEOPLE: Table = table! {
    people
    key { id: Bytes }
    columns { handle: Text, created_at: Integer, bio: Text, inviter_id: Bytes }
    unchecked { salted }
    self_reference inviter_id
};
const ROLES: Table = table! {
    roles
    key { user_id: Bytes, role: Text }
    columns {}
};
const TABLES: &[Table] = &[PEOPLE, ROLES];

/// People and their roles; `salt` differs from run to run, `fails_at` breaks off before that user.
struct Roster {
    salt: &'static str,
    fails_at: Option<usize>,
}

const ROSTER: Roster = Roster { salt: "a", fails_at: None };

#[async_trait]
impl Seeder for Roster {
    fn name(&self) -> &'static str {
        "roster"
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        let users = world.users();
        let mut people = BulkInsert::new(database, PEOPLE, progress.table("roster", "people", users.len()));
        for user in users {
            if self.fails_at == Some(user.row) {
                // Any error will do: what counts is that the rows so far are in the database.
                people.finish().await?;
                return Err(DemonstrationError::RefusedInProduction);
            }
            let inviter = user.row.checked_sub(1).map(|row| users[row].id);
            people.push(row![user.id, &user.handle, user.created_at, user.bio, inviter, self.salt]).await?;
        }
        people.finish().await?;
        let mut roles = BulkInsert::new(database, ROLES, progress.table("roster", "roles", users.len()));
        for user in users {
            for role in &user.roles {
                roles.push(row![user.id, role.name()]).await?;
            }
        }
        roles.finish().await
    }
}

fn world(profile: Profile) -> World {
    World::new(WorldKey { profile, ..WorldKey::default() })
}

async fn count(database: &Database) -> i64 {
    let row = database.query("SELECT COUNT(*) AS people FROM people").fetch_one().await.expect("the table is there");
    row.get("people").expect("a count is an integer")
}

/// domain.md 5.1: seeding twice changes nothing.
#[tokio::test]
async fn seeding_twice_is_seeding_once() {
    let scratch = Scratch::open().await;
    let (world, progress) = (world(Profile::Demo), Progress::silent());
    let Outcome::Seeded(first) = seed(&ROSTER, &world, &scratch.database, &progress).await.unwrap() else {
        panic!("the database was empty")
    };
    assert_eq!(count(&scratch.database).await, 2_000);
    let second = seed(&ROSTER, &world, &scratch.database, &progress).await.unwrap();
    assert_eq!(second, Outcome::AlreadySeeded(first.clone()));
    assert_eq!(record(&scratch.database, "roster").await.unwrap(), Some(first));
    assert_eq!(count(&scratch.database).await, 2_000);
}

/// domain.md 5.1: a seeding that broke off is removed and done again, with the same result.
#[tokio::test]
async fn an_interrupted_seeding_is_done_again() {
    let (broken, whole) = (Scratch::open().await, Scratch::open().await);
    let (world, progress) = (world(Profile::Tiny), Progress::silent());
    let interrupted = Roster { salt: "a", fails_at: Some(41) };
    let refused = seed(&interrupted, &world, &broken.database, &progress).await;
    assert!(matches!(refused, Err(DemonstrationError::RefusedInProduction)));
    assert_eq!(count(&broken.database).await, 41);
    assert!(!record(&broken.database, "roster").await.unwrap().unwrap().is_finished());

    seed(&ROSTER, &world, &broken.database, &progress).await.unwrap();
    seed(&ROSTER, &world, &whole.database, &progress).await.unwrap();
    assert_eq!(checksum(&broken.database, TABLES).await.unwrap(), checksum(&whole.database, TABLES).await.unwrap());
}

/// domain.md 5.1: the manifest tells worlds apart, and only by what is the same in every run.
#[tokio::test]
async fn the_checksum_covers_the_rows_but_not_the_salt() {
    let (one, two) = (Scratch::open().await, Scratch::open().await);
    let (tiny, progress) = (world(Profile::Tiny), Progress::silent());
    seed(&ROSTER, &tiny, &one.database, &progress).await.unwrap();
    seed(&Roster { salt: "b", fails_at: None }, &tiny, &two.database, &progress).await.unwrap();
    let before = checksum(&one.database, TABLES).await.unwrap();
    assert_eq!(before, checksum(&two.database, TABLES).await.unwrap());
    assert_eq!(before.tables.iter().map(|table| table.table).collect::<Vec<_>>(), ["people", "roles"]);

    two.database.query("UPDATE people SET bio = 'changed' WHERE handle = 'learner_lee'").execute().await.unwrap();
    let after = checksum(&two.database, TABLES).await.unwrap();
    assert_ne!(before.to_string(), after.to_string());
    assert_eq!(before.tables[1], after.tables[1]);
}

/// Demonstration data never mixes with another world or with somebody's own rows.
#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let progress = Progress::silent();
    let seeded = Scratch::open().await;
    seed(&ROSTER, &world(Profile::Tiny), &seeded.database, &progress).await.unwrap();
    let other = WorldKey { profile: Profile::Tiny, seed: Seed(9), anchor: Anchor::default() };
    let refused = seed(&ROSTER, &World::new(other), &seeded.database, &progress).await;
    assert!(matches!(refused, Err(DemonstrationError::OtherWorld { .. })));

    let used = Scratch::open().await;
    used.database.query("INSERT INTO roles (user_id, role) VALUES (x'00', 'ADMIN')").execute().await.unwrap();
    let refused = seed(&ROSTER, &world(Profile::Tiny), &used.database, &progress).await;
    assert!(matches!(refused, Err(DemonstrationError::NotEmpty { .. })));
}

/// A seeder whose row does not fit its table hears of it before the database does.
#[tokio::test]
async fn a_row_of_another_shape_is_refused() {
    let scratch = Scratch::open().await;
    let mut roles = BulkInsert::new(&scratch.database, ROLES, Progress::silent().table("roster", "roles", 1));
    let refused = roles.push(row![1_i64]).await;
    assert!(matches!(refused, Err(DemonstrationError::RowShape { table: "roles", expected: 2, given: 1 })));
}
