//! What transactions saw and did, as they themselves noted it.

/// Which list or register.
pub(crate) type Key = i64;
/// What was written. No two writes have the same.
pub(crate) type Value = i64;

/// One step of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Appended a value to a list.
    Append(Key, Value),
    /// Read a list.
    Read(Key, Vec<Value>),
}

/// How a transaction ended, as far as its client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Committed,
    Aborted,
    /// The answer to its commit never came.
    Unknown,
}

/// A transaction that appends to lists and reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) steps: Vec<Step>,
    pub(crate) outcome: Outcome,
}

/// A transaction that reads a register and writes it, because of what it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) key: Key,
    pub(crate) read: Value,
    pub(crate) written: Value,
    pub(crate) outcome: Outcome,
}
