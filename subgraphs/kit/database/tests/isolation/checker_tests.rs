//! The checker finds each anomaly in a history that has it, and none in one that has none.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::checker::{Anomaly, Level, anomalies_of_lists, anomalies_of_registers};
use super::history::Step::{Append, Read};
use super::history::{Key, Noted, Outcome, Step, Update, Value};

fn committed(steps: &[Step]) -> Noted {
    Noted { steps: steps.to_vec(), outcome: Outcome::Committed }
}

fn aborted(steps: &[Step]) -> Noted {
    Noted { steps: steps.to_vec(), outcome: Outcome::Aborted }
}

fn read(key: Key, list: &[Value]) -> Step {
    Read(key, list.to_vec())
}

/// The only anomaly of a history.
fn only(history: &[Noted]) -> Anomaly {
    let found = anomalies_of_lists(history);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// EB-22: any order of whole transactions is right at every level.
#[test]
fn transactions_one_after_the_other_are_right() {
    for seed in 0..50 {
        let mut chance = Chance(seed);
        let mut lists: BTreeMap<Key, Vec<Value>> = (0..4).map(|key| (key, Vec::new())).collect();
        let mut history = Vec::new();
        for value in (0..100).step_by(5) {
            let mut after = lists.clone();
            let steps = (0..5).map(|step| {
                let key = chance.below(4);
                let list = after.get_mut(&key).unwrap();
                if chance.below(2) == 0 {
                    return Read(key, list.clone());
                }
                list.push(value + step);
                Append(key, value + step)
            });
            let steps: Vec<_> = steps.collect();
            match chance.below(4) {
                0 => history.push(aborted(&steps)),
                1 => {
                    history.push(Noted { steps, outcome: Outcome::Unknown });
                    lists = after;
                }
                _ => {
                    history.push(committed(&steps));
                    lists = after;
                }
            }
        }
        history.push(committed(&lists.into_iter().map(|(key, list)| Read(key, list)).collect::<Vec<_>>()));
        assert_eq!(anomalies_of_lists(&history), [], "seed {seed}");
    }
}

#[test]
fn mixed_writes_are_found() {
    let one = committed(&[Append(0, 1), Append(1, 2)]);
    let other = committed(&[Append(0, 3), Append(1, 4)]);
    let found = only(&[one, other, committed(&[read(0, &[1, 3]), read(1, &[4, 2])])]);
    assert!(matches!(found, Anomaly::G0(_)), "{found:?}");
    assert!(found.is_forbidden_at(Level::ReadCommitted));
}

#[test]
fn a_read_of_what_was_never_committed_is_found() {
    let dirty = committed(&[read(0, &[1])]);
    let found = anomalies_of_lists(&[aborted(&[Append(0, 1)]), dirty, committed(&[read(0, &[])])]);
    assert!(found.contains(&Anomaly::G1a { reader: 1, value: 1 }), "{found:?}");
    // One that stays is dirty for every reader, the last one included.
    let found = only(&[aborted(&[Append(0, 1)]), committed(&[read(0, &[1])])]);
    assert_eq!(found, Anomaly::G1a { reader: 1, value: 1 });
    assert!(found.is_forbidden_at(Level::ReadCommitted));
}

#[test]
fn a_read_of_half_a_transaction_is_found() {
    let history =
        [committed(&[Append(0, 1), Append(0, 2)]), committed(&[read(0, &[1])]), committed(&[read(0, &[1, 2])])];
    let found = anomalies_of_lists(&history);
    assert!(found.contains(&Anomaly::G1b { reader: 1, value: 1 }), "{found:?}");
    assert!(found[0].is_forbidden_at(Level::ReadCommitted));
}

#[test]
fn transactions_that_read_each_other_are_found() {
    let one = committed(&[Append(0, 1), read(1, &[2])]);
    let other = committed(&[Append(1, 2), read(0, &[1])]);
    let found = only(&[one, other, committed(&[read(0, &[1]), read(1, &[2])])]);
    assert!(matches!(found, Anomaly::G1c(_)), "{found:?}");
    assert!(found.is_forbidden_at(Level::ReadCommitted));
}

/// A skewed read, which READ COMMITTED allows.
#[test]
fn a_read_before_and_after_another_transaction_is_found() {
    let writer = committed(&[Append(0, 1), Append(1, 2)]);
    let reader = committed(&[read(0, &[]), read(1, &[2])]);
    let found = only(&[writer, reader, committed(&[read(0, &[1]), read(1, &[2])])]);
    assert!(matches!(found, Anomaly::GSingle(_)), "{found:?}");
    assert!(found.is_forbidden_at(Level::Serializable) && !found.is_forbidden_at(Level::ReadCommitted));
}

#[test]
fn transactions_that_overlook_each_other_are_found() {
    let one = committed(&[read(0, &[]), Append(1, 1)]);
    let other = committed(&[read(1, &[]), Append(0, 2)]);
    let found = only(&[one, other, committed(&[read(0, &[2]), read(1, &[1])])]);
    assert!(matches!(found, Anomaly::G2(_)), "{found:?}");
    assert!(found.is_forbidden_at(Level::Serializable) && !found.is_forbidden_at(Level::ReadCommitted));
}

#[test]
fn lists_that_do_not_fit_are_found() {
    let appended = committed(&[Append(0, 1)]);
    assert_eq!(only(&[appended.clone(), committed(&[read(0, &[])])]), Anomaly::LostWrite { value: 1 });
    assert_eq!(only(&[appended.clone(), committed(&[read(0, &[1, 7])])]), Anomaly::Unwritten { value: 7 });
    let found = anomalies_of_lists(&[appended.clone(), committed(&[read(0, &[1, 1])])]);
    assert!(found.contains(&Anomaly::Incompatible { key: 0 }), "{found:?}");
    let forked = [appended, committed(&[Append(0, 2)]), committed(&[read(0, &[2])]), committed(&[read(0, &[1, 2])])];
    assert!(anomalies_of_lists(&forked).contains(&Anomaly::Incompatible { key: 0 }));
    let blind = committed(&[Append(0, 1), read(0, &[])]);
    let found = anomalies_of_lists(&[blind, committed(&[read(0, &[1])])]);
    assert!(found.contains(&Anomaly::Internal { reader: 0, key: 0 }), "{found:?}");
}

/// A transaction without an answer may be there or not, and its writes are no dirt.
#[test]
fn an_unknown_end_is_either_end() {
    let unknown = Noted { steps: vec![Append(0, 1)], outcome: Outcome::Unknown };
    assert_eq!(anomalies_of_lists(&[unknown.clone(), committed(&[read(0, &[1])])]), []);
    assert_eq!(anomalies_of_lists(&[unknown, committed(&[read(0, &[])])]), []);
}

#[test]
fn updates_that_replace_each_other_are_found() {
    let update = |read, written| Update { key: 0, read, written, outcome: Outcome::Committed };
    let last = |value| BTreeMap::from([(0, value)]);
    assert_eq!(anomalies_of_registers(&[update(0, 1), update(1, 2), update(2, 3)], &last(3)), []);
    let lost = anomalies_of_registers(&[update(0, 1), update(0, 2)], &last(2));
    assert_eq!(lost, [Anomaly::LostUpdate { key: 0, read: 0 }]);
    assert!(!lost[0].is_forbidden_at(Level::ReadCommitted), "which is why whoever reads to write has to lock");
    let forgotten = anomalies_of_registers(&[update(0, 1), update(1, 2)], &last(1));
    assert_eq!(forgotten, [Anomaly::LostWrite { value: 2 }]);
    let dirty = [Update { outcome: Outcome::Aborted, ..update(0, 1) }, update(1, 2)];
    let found = anomalies_of_registers(&dirty, &last(2));
    assert!(found.contains(&Anomaly::G1a { reader: 1, value: 1 }), "{found:?}");
}
