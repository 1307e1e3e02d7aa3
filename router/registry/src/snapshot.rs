use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use thiserror::Error;

use crate::{ClientName, RegisteredOperation, Version};

/// The most operations that one client may have.
pub const OPERATIONS_MAX: usize = 20_000;

/// All that is registered, as it was at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Which state of the store it is.
    pub version: Version,
    /// Each client's operations.
    pub clients: BTreeMap<ClientName, Arc<OperationSet>>,
}

/// One client's operations, in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct OperationSet {
    by_id: BTreeMap<Arc<str>, RegisteredOperation>,
    /// How many ids each text has.
    texts: HashMap<Arc<str>, usize>,
}

/// Why an operation cannot be registered beside the others.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Conflict {
    /// The id is taken.
    #[error("the id `{0}` is registered with another text; revoke it first, or give the operation another id")]
    OtherText(Arc<str>),
    /// There are too many.
    #[error("a client may have {OPERATIONS_MAX} operations; revoke those that are not used any more")]
    TooMany,
}

impl OperationSet {
    /// What is registered under this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&RegisteredOperation> {
        self.by_id.get(id)
    }

    /// Whether exactly this text is registered.
    #[must_use]
    pub fn has_text(&self, text: &str) -> bool {
        self.texts.contains_key(text)
    }

    /// All of them, in the order of their ids.
    pub fn operations(&self) -> impl Iterator<Item = &RegisteredOperation> {
        self.by_id.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Adds an operation; false when it was there already.
    ///
    /// # Errors
    /// When its id stands for another text, or there are too many.
    pub fn add(&mut self, operation: RegisteredOperation) -> Result<bool, Conflict> {
        match self.by_id.get(&operation.id) {
            Some(known) if known.text == operation.text => Ok(false),
            Some(known) => Err(Conflict::OtherText(Arc::clone(&known.id))),
            None if self.by_id.len() == OPERATIONS_MAX => Err(Conflict::TooMany),
            None => {
                *self.texts.entry(Arc::clone(&operation.text)).or_default() += 1;
                self.by_id.insert(Arc::clone(&operation.id), operation);
                Ok(true)
            }
        }
    }

    /// Takes an operation away; false when there was none.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(removed) = self.by_id.remove(id) else { return false };
        if let Some(ids) = self.texts.get_mut(&removed.text) {
            *ids -= 1;
            if *ids == 0 {
                self.texts.remove(&removed.text);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Conflict, OperationSet};
    use crate::RegisteredOperation;

    fn operation(id: &str, text: &str) -> RegisteredOperation {
        RegisteredOperation { id: id.into(), name: None, text: text.into() }
    }

    #[test]
    fn an_id_never_becomes_another_document() {
        let mut set = OperationSet::default();
        assert_eq!(set.add(operation("a", "{ me }")), Ok(true));
        assert_eq!(set.add(operation("a", "{ me }")), Ok(false));
        assert_eq!(set.add(operation("a", "{ you }")), Err(Conflict::OtherText("a".into())));
        assert_eq!(set.by_id("a").map(|found| &*found.text), Some("{ me }"));
        assert!(!set.has_text("{ you }"));
    }

    /// Another id keeps the text registered.
    #[test]
    fn a_text_goes_with_its_last_id() {
        let mut set = OperationSet::default();
        for id in ["a", "b"] {
            set.add(operation(id, "{ me }")).unwrap();
        }
        assert!(set.remove("a") && !set.remove("a") && set.has_text("{ me }"));
        assert!(set.remove("b") && !set.has_text("{ me }") && set.is_empty());
    }
}
