//! Looks through a history for what must not be, in the manner of Elle (Kingsbury and Alvaro, 2020): lists tell in which
//! order they were written, the order tells which transaction depends on which, and transactions that depend on one
//! another in a circle cannot have run one after the other.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::history::{Key, Noted, Outcome, Step, Update, Value};

/// What Adya (1999) calls phenomena. Transactions are given by their places in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Anomaly {
    /// Writes of some transactions are mixed.
    G0(Vec<usize>),
    /// Somebody has read what was never committed.
    G1a { reader: usize, value: Value },
    /// Somebody has read what its writer went on to change.
    G1b { reader: usize, value: Value },
    /// Transactions have each read or overwritten what another one of them wrote, in a circle.
    G1c(Vec<usize>),
    /// The same, where one of them has not seen what another one wrote: a lost update, a skewed read.
    GSingle(Vec<usize>),
    /// The same, where several have not seen it: a skewed write.
    G2(Vec<usize>),
    /// Several have read the same, and each has replaced it.
    LostUpdate { key: Key, read: Value },
    /// What was committed is not there.
    LostWrite { value: Value },
    /// What nobody wrote is there.
    Unwritten { value: Value },
    /// Two have read lists of which neither continues the other, or which have something twice.
    Incompatible { key: Key },
    /// A transaction does not see its own writes.
    Internal { reader: usize, key: Key },
}

/// What an engine promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    ReadCommitted,
    Serializable,
}

impl Anomaly {
    /// Whether it must not be at this level.
    pub(crate) fn is_forbidden_at(&self, level: Level) -> bool {
        let is_of_higher_levels = matches!(self, Self::GSingle(_) | Self::G2(_) | Self::LostUpdate { .. });
        level == Level::Serializable || !is_of_higher_levels
    }
}

/// How one transaction depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dependency {
    /// It wrote behind the other one.
    Write,
    /// It read what the other one wrote.
    Read,
    /// It wrote what the other one had not seen yet.
    Overlooked,
}

type Edge = (usize, usize, Dependency);

/// What is wrong with a history of lists. Its last transaction must have read every list when all others had ended.
pub(crate) fn anomalies_of_lists(history: &[Noted]) -> Vec<Anomaly> {
    let mut found = Vec::new();
    let mut writers: HashMap<Value, (usize, Key)> = HashMap::new();
    let mut last_of: HashMap<(usize, Key), Value> = HashMap::new();
    for (place, noted) in history.iter().enumerate() {
        for step in &noted.steps {
            if let Step::Append(key, value) = *step {
                writers.insert(value, (place, key));
                last_of.insert((place, key), value);
            }
        }
    }
    let orders = orders(history, &mut found);
    for (key, order) in &orders {
        let strange = order.iter().filter(|value| writers.get(value).is_none_or(|(_, of)| of != key));
        found.extend(strange.map(|value| Anomaly::Unwritten { value: *value }));
    }
    for (place, noted) in history.iter().enumerate().filter(|(_, noted)| noted.outcome == Outcome::Committed) {
        for step in &noted.steps {
            match step {
                Step::Append(key, value) => {
                    let is_there = orders.get(key).is_some_and(|order| order.contains(value));
                    found.extend((!is_there).then_some(Anomaly::LostWrite { value: *value }));
                }
                Step::Read(key, list) => {
                    let aborted = |value: &&Value| {
                        writers.get(value).is_some_and(|(writer, _)| history[*writer].outcome == Outcome::Aborted)
                    };
                    let dirty = list.iter().find(aborted);
                    found.extend(dirty.map(|value| Anomaly::G1a { reader: place, value: *value }));
                    let Some(last) = list.last() else { continue };
                    let Some((writer, _)) = writers.get(last) else { continue };
                    let is_half = *writer != place && last_of[&(*writer, *key)] != *last;
                    found.extend(is_half.then_some(Anomaly::G1b { reader: place, value: *last }));
                }
            }
        }
        found.extend(blindness(place, noted));
    }
    found.extend(cycles(&edges(history, &orders, &writers)));
    found
}

/// In which order each list was written: the longest that anybody has read, which every other one must begin.
fn orders(history: &[Noted], found: &mut Vec<Anomaly>) -> BTreeMap<Key, Vec<Value>> {
    let mut orders: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
    let committed = history.iter().filter(|noted| noted.outcome == Outcome::Committed);
    let reads: Vec<(Key, &Vec<Value>)> = committed
        .flat_map(|noted| &noted.steps)
        .filter_map(|step| match step {
            Step::Read(key, list) => Some((*key, list)),
            Step::Append(..) => None,
        })
        .collect();
    for (key, list) in &reads {
        let order = orders.entry(*key).or_default();
        if list.len() > order.len() {
            order.clone_from(list);
        }
    }
    let mut incompatible: HashSet<Key> = HashSet::new();
    for (key, list) in reads {
        let has_doubles = list.iter().collect::<HashSet<_>>().len() < list.len();
        if (has_doubles || !orders[&key].starts_with(list)) && incompatible.insert(key) {
            found.push(Anomaly::Incompatible { key });
        }
    }
    orders
}

/// A transaction that reads a list after it has appended to it must find that at the list's end.
fn blindness(place: usize, noted: &Noted) -> Option<Anomaly> {
    let mut own: HashMap<Key, Vec<Value>> = HashMap::new();
    for step in &noted.steps {
        match step {
            Step::Append(key, value) => own.entry(*key).or_default().push(*value),
            Step::Read(key, list) if own.get(key).is_some_and(|own| !list.ends_with(own)) => {
                return Some(Anomaly::Internal { reader: place, key: *key });
            }
            Step::Read(..) => {}
        }
    }
    None
}

/// Which transaction depends on which. One whose end is unknown counts when its writes are there.
fn edges(history: &[Noted], orders: &BTreeMap<Key, Vec<Value>>, writers: &HashMap<Value, (usize, Key)>) -> Vec<Edge> {
    let writer = |value: &Value| writers.get(value).map(|(writer, _)| *writer);
    let mut edges = Vec::new();
    for order in orders.values() {
        for pair in order.windows(2) {
            edges.extend(writer(&pair[0]).zip(writer(&pair[1])).map(|(one, next)| (one, next, Dependency::Write)));
        }
    }
    for (place, noted) in history.iter().enumerate().filter(|(_, noted)| noted.outcome == Outcome::Committed) {
        for step in &noted.steps {
            let Step::Read(key, list) = step else { continue };
            // What it wrote itself says nothing about others.
            let seen = list.iter().rev().skip_while(|value| writer(value) == Some(place));
            edges.extend(seen.take(1).filter_map(writer).map(|other| (other, place, Dependency::Read)));
            let next = orders[key].get(list.len()).and_then(writer);
            edges.extend(next.map(|other| (place, other, Dependency::Overlooked)));
        }
    }
    edges.retain(|(from, to, _)| from != to);
    edges
}

/// The first circle of each kind.
fn cycles(edges: &[Edge]) -> Vec<Anomaly> {
    use Dependency::{Overlooked, Read, Write};
    let mut found = Vec::new();
    found.extend(cycle(edges, Write, &[Write]).map(Anomaly::G0));
    found.extend(cycle(edges, Read, &[Write, Read]).map(Anomaly::G1c));
    match cycle(edges, Overlooked, &[Write, Read]) {
        Some(circle) => found.push(Anomaly::GSingle(circle)),
        None => found.extend(cycle(edges, Overlooked, &[Write, Read, Overlooked]).map(Anomaly::G2)),
    }
    found
}

/// A circle that begins with a dependency of one kind and goes on with some kinds.
fn cycle(edges: &[Edge], first: Dependency, others: &[Dependency]) -> Option<Vec<usize>> {
    let mut next: HashMap<usize, Vec<usize>> = HashMap::new();
    for (from, to, _) in edges.iter().filter(|(.., kind)| others.contains(kind)) {
        next.entry(*from).or_default().push(*to);
    }
    let starts: HashSet<(usize, usize)> =
        edges.iter().filter(|(.., kind)| *kind == first).map(|(from, to, _)| (*from, *to)).collect();
    starts.into_iter().find_map(|(from, to)| path(&next, to, from))
}

/// The shortest way from one transaction to another.
fn path(next: &HashMap<usize, Vec<usize>>, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came_from: HashMap<usize, usize> = HashMap::from([(from, from)]);
    let mut waiting = VecDeque::from([from]);
    while let Some(here) = waiting.pop_front() {
        if here == to {
            let mut way = vec![to];
            while way[way.len() - 1] != from {
                way.push(came_from[&way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for there in next.get(&here).into_iter().flatten() {
            if !came_from.contains_key(there) {
                came_from.insert(*there, here);
                waiting.push_back(*there);
            }
        }
    }
    None
}

/// What is wrong with a history of registers, which all begin with 0 and end with what `last` says. Since each value is
/// written by somebody who has read the one before, registers without lost updates are lists, and looked through as such.
pub(crate) fn anomalies_of_registers(history: &[Update], last: &BTreeMap<Key, Value>) -> Vec<Anomaly> {
    let mut found = Vec::new();
    let mut readers: HashMap<(Key, Value), usize> = HashMap::new();
    for update in history.iter().filter(|update| update.outcome == Outcome::Committed) {
        let count = readers.entry((update.key, update.read)).or_default();
        *count += 1;
        found.extend((*count == 2).then_some(Anomaly::LostUpdate { key: update.key, read: update.read }));
    }
    if !found.is_empty() {
        return found;
    }
    let before: HashMap<(Key, Value), Value> =
        history.iter().map(|update| ((update.key, update.written), update.read)).collect();
    // Every value with those before it. A circle ends where it has come round.
    let list_to = |key: Key, value: Value| {
        let (mut list, mut known) = (Vec::new(), HashSet::new());
        let mut next = (value != 0).then_some(value);
        while let Some(value) = next.filter(|value| known.insert(*value)) {
            list.push(value);
            next = before.get(&(key, value)).copied().filter(|value| *value != 0);
        }
        list.reverse();
        list
    };
    let mut lists: Vec<Noted> = history
        .iter()
        .map(|update| Noted {
            steps: vec![
                Step::Read(update.key, list_to(update.key, update.read)),
                Step::Append(update.key, update.written),
            ],
            outcome: update.outcome,
        })
        .collect();
    let steps = last.iter().map(|(key, value)| Step::Read(*key, list_to(*key, *value))).collect();
    lists.push(Noted { steps, outcome: Outcome::Committed });
    anomalies_of_lists(&lists)
}
