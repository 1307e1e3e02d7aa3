use kit_database::idempotency::{
    Claim, IdempotencyError, IdempotencyKey, KEY_LENGTH_MAX, LIFETIME_US, claim, purge_expired,
};
use kit_database::{Database, in_transaction};
use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::{copies, shelf};

const NOW: i64 = 1_780_000_000_000_000;

fn key(viewer: &str, client_key: &str, input: &str) -> IdempotencyKey {
    IdempotencyKey::of_call(viewer, Some(client_key), "donate", &input).unwrap().unwrap()
}

/// A mutation with an effect: donates a copy and answers how many there are.
async fn donate(database: &Database, key: Option<&IdempotencyKey>, now: i64) -> Result<i64, IdempotencyError> {
    in_transaction!(database, |transaction| {
        let ticket = match claim::<i64>(transaction, key, now).await? {
            Claim::First(ticket) => ticket,
            Claim::Repeated(copies) => return Ok(copies),
        };
        transaction.query("UPDATE books SET copies = copies + 1").execute().await?;
        let copies: i64 = transaction.query("SELECT copies FROM books").fetch_one().await?.get("copies")?;
        ticket.store(transaction, &copies).await?;
        Ok(copies)
    })
}

on_each_database! {
    /// P7
    async fn the_same_again_answers_the_same_without_a_second_effect(place: TestDatabase) {
        let database = shelf(&place).await;
        let key = key("ann", "k1", "one");
        assert_eq!(donate(&database, Some(&key), NOW).await.unwrap(), 2);
        assert_eq!(donate(&database, Some(&key), NOW + LIFETIME_US - 1).await.unwrap(), 2);
        assert_eq!(copies(&database, 1).await, 2);
    }

    /// EB-12: an hour that the clock leaps or falls back opens no door for a second effect.
    async fn a_clock_that_jumps_forgets_no_key(place: TestDatabase) {
        const HOUR_US: i64 = 3_600_000_000;
        let database = shelf(&place).await;
        let key = key("ann", "k1", "one");
        for now in [NOW, NOW + HOUR_US, NOW - HOUR_US, NOW + 2 * HOUR_US] {
            assert_eq!(donate(&database, Some(&key), now).await.unwrap(), 2);
            purge_expired(&database, now).await.unwrap();
        }
        assert_eq!(copies(&database, 1).await, 2);
    }

    /// P7
    async fn another_input_under_the_same_key_is_a_conflict(place: TestDatabase) {
        let database = shelf(&place).await;
        donate(&database, Some(&key("ann", "k1", "one")), NOW).await.unwrap();
        assert!(matches!(donate(&database, Some(&key("ann", "k1", "two")), NOW).await, Err(IdempotencyError::Conflict)));
        let other = IdempotencyKey::of_call("ann", Some("k1"), "borrow", &"one").unwrap().unwrap();
        assert!(matches!(donate(&database, Some(&other), NOW).await, Err(IdempotencyError::Conflict)));
        assert_eq!(copies(&database, 1).await, 2);
    }

    /// P7
    async fn the_keys_of_two_viewers_have_nothing_to_do_with_each_other(place: TestDatabase) {
        let database = shelf(&place).await;
        assert_eq!(donate(&database, Some(&key("ann", "k1", "one")), NOW).await.unwrap(), 2);
        assert_eq!(donate(&database, Some(&key("bob", "k1", "one")), NOW).await.unwrap(), 3);
    }

    /// P7
    async fn a_key_is_free_again_after_a_day(place: TestDatabase) {
        let database = shelf(&place).await;
        donate(&database, Some(&key("ann", "k1", "one")), NOW).await.unwrap();
        assert_eq!(donate(&database, Some(&key("ann", "k1", "two")), NOW + LIFETIME_US).await.unwrap(), 3);
        assert_eq!(purge_expired(&database, NOW + LIFETIME_US + 1).await.unwrap(), 0);
        assert_eq!(purge_expired(&database, NOW + 2 * LIFETIME_US + 1).await.unwrap(), 1);
    }

    /// P7
    async fn a_mutation_that_failed_can_be_tried_again(place: TestDatabase) {
        let database = shelf(&place).await;
        let key = key("ann", "k1", "one");
        let mut transaction = database.begin().await.unwrap();
        assert!(matches!(claim::<i64>(&mut transaction, Some(&key), NOW).await.unwrap(), Claim::First(_)));
        transaction.rollback().await.unwrap();
        assert_eq!(donate(&database, Some(&key), NOW).await.unwrap(), 2);
    }

    /// P7
    async fn without_a_key_every_call_takes_effect(place: TestDatabase) {
        let database = shelf(&place).await;
        assert_eq!(IdempotencyKey::of_call("ann", None, "donate", &"one").unwrap(), None);
        assert_eq!(donate(&database, None, NOW).await.unwrap(), 2);
        assert_eq!(donate(&database, None, NOW).await.unwrap(), 3);
    }

    /// P7
    async fn of_many_that_arrive_together_one_takes_effect(place: TestDatabase) {
        let database = shelf(&place).await;
        let calls = (0..12).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { donate(&database, Some(&key("ann", "k1", "one")), NOW).await })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap().unwrap(), 2);
        }
        assert_eq!(copies(&database, 1).await, 2);
    }
}

/// P7
#[test]
fn an_empty_or_overlong_key_is_refused() {
    let made = |client_key: &str| IdempotencyKey::of_call("ann", Some(client_key), "donate", &1);
    assert!(matches!(made(""), Err(IdempotencyError::Length)));
    assert!(matches!(made(&"k".repeat(KEY_LENGTH_MAX + 1)), Err(IdempotencyError::Length)));
    assert!(made(&"k".repeat(KEY_LENGTH_MAX)).unwrap().is_some());
}
