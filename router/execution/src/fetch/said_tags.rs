//! The tags that a subgraph gives its answers in the `extensions` of its response, beside those of `@cacheTag`:
//! `apolloCacheTags`, a list for all that it has answered, and `apolloEntityCacheTags`, a list for each entity.

use apollo_compiler::response::{JsonMap, JsonValue};

const OF_ALL: &str = "apolloCacheTags";
const OF_ENTITIES: &str = "apolloEntityCacheTags";
/// How many tags a response may give in all; far more than anybody outdates one by one.
const TAGS_MAX: usize = 10_000;
/// How many bytes all of them may take.
const BYTES_MAX: usize = 256 * 1024;

/// What a response says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SaidTags {
    of_all: Vec<String>,
    of_entities: Vec<Vec<String>>,
}

impl SaidTags {
    /// Reads the `extensions` of a response. None when it says something that cannot be understood or is too much: it is not
    /// known then what would outdate the answer, so it cannot be kept.
    pub(crate) fn read(extensions: Option<&JsonMap>) -> Option<Self> {
        let Some(extensions) = extensions else { return Some(Self::default()) };
        let of_all = extensions.get(OF_ALL).map_or(Some(Vec::new()), texts)?;
        let of_entities = match extensions.get(OF_ENTITIES) {
            None => Vec::new(),
            Some(lists) => lists.as_array()?.iter().map(texts).collect::<Option<_>>()?,
        };
        let said = Self { of_all, of_entities };
        let (count, bytes) = said.all().fold((0, 0), |(count, bytes), tag| (count + 1, bytes + tag.len()));
        (count <= TAGS_MAX && bytes <= BYTES_MAX).then_some(said)
    }

    /// Those of the answer to a root fetch.
    pub(crate) fn of_root(&self) -> Vec<String> {
        self.of_all.clone()
    }

    /// Those of an entity, where `place` is its index among all that were asked for and their number; it has none when there
    /// are several lists of them. What cannot be told apart has the tags of all: better outdated once too often.
    pub(crate) fn of_entity(&self, place: Option<(usize, usize)>) -> Vec<String> {
        let own = place.filter(|(_, count)| *count == self.of_entities.len()).map(|(index, _)| index);
        match own.and_then(|index| self.of_entities.get(index)) {
            Some(own) => self.of_all.iter().chain(own).cloned().collect(),
            None => self.all().cloned().collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.of_all.iter().chain(self.of_entities.iter().flatten())
    }
}

fn texts(list: &JsonValue) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(extensions: serde_json::Value) -> Option<SaidTags> {
        SaidTags::read(Some(&serde_json::from_value(extensions).unwrap()))
    }

    #[test]
    fn each_entity_has_its_own_tags_and_those_of_all() {
        let said =
            read(json!({ "apolloCacheTags": ["all"], "apolloEntityCacheTags": [["a", "b"], [], ["c"]], "x": 1 }));
        let said = said.unwrap();
        assert_eq!(said.of_root(), ["all"]);
        assert_eq!(said.of_entity(Some((0, 3))), ["all", "a", "b"]);
        assert_eq!(said.of_entity(Some((1, 3))), ["all"]);
        // Of others than were asked for, or of several lists: they could be anybody's.
        assert_eq!(said.of_entity(Some((0, 2))), ["all", "a", "b", "c"]);
        assert_eq!(said.of_entity(None), ["all", "a", "b", "c"]);
        assert_eq!(SaidTags::read(None), Some(SaidTags::default()));
    }

    #[test]
    fn what_cannot_be_understood_is_nothing() {
        for extensions in [
            json!({ "apolloCacheTags": "a" }),
            json!({ "apolloCacheTags": [1] }),
            json!({ "apolloCacheTags": [["a"]] }),
            json!({ "apolloEntityCacheTags": ["a"] }),
            json!({ "apolloEntityCacheTags": {} }),
            json!({ "apolloEntityCacheTags": [[null]] }),
            json!({ "apolloCacheTags": vec!["a"; TAGS_MAX + 1] }),
            json!({ "apolloEntityCacheTags": [["a".repeat(BYTES_MAX + 1)]] }),
        ] {
            assert_eq!(read(extensions.clone()), None, "{}", extensions.to_string().get(..60).unwrap_or_default());
        }
        assert!(read(json!({ "apolloCacheTags": vec!["a"; TAGS_MAX] })).is_some());
    }
}
