use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CostSettings, SettingsError};

/// What a document may ask for, how long answering it may take, and how many prepared ones are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationSettings {
    /// Bounds on a document.
    pub limits: OperationLimits,
    /// What one operation may cost.
    pub cost: CostSettings,
    /// How long answering a query or a mutation may take as a whole once it is prepared, in milliseconds. What subgraphs have
    /// not answered by then is null, with an error `OPERATION_TIMEOUT`; what they have answered is there. A subscription
    /// lasts as long as it is listened to. Default 30000. `LYCEUM_ROUTER__OPERATIONS__TIME_MAX_MS`
    pub time_max_ms: u64,
    /// The cache of prepared operations.
    pub cache: OperationCacheSettings,
    /// The labels of progressive overrides (`@override(label:)`) that are on. Those of the form `percent(number)` are drawn
    /// for each request, and are not named here. Default: none.
    pub override_labels: BTreeSet<String>,
}

/// Bounds on a document, checked before any subgraph is called (domain section 4.4). Fragments count where they are
/// spread, so that they hide nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationLimits {
    /// How deep fields may nest. Default 15, which is also what the standard introspection query needs.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__DEPTH_MAX`
    pub depth_max: usize,
    /// How many fields may carry an alias. Default 30. `LYCEUM_ROUTER__OPERATIONS__LIMITS__ALIASES_MAX`
    pub aliases_max: usize,
    /// How many response keys the root may have. Default 10. `LYCEUM_ROUTER__OPERATIONS__LIMITS__ROOT_FIELDS_MAX`
    pub root_fields_max: usize,
    /// How many fields there may be in all. Default 2000, so that fragments that spread each other cannot multiply.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__FIELDS_MAX`
    pub fields_max: usize,
    /// How many tokens are read, white space and comments included. Default 16384.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__TOKENS_MAX`
    pub tokens_max: usize,
    /// How many operations and fragments a document may have. Default 100.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__DEFINITIONS_MAX`
    pub definitions_max: usize,
    /// How many variables an operation may have. Default 100. `LYCEUM_ROUTER__OPERATIONS__LIMITS__VARIABLES_MAX`
    pub variables_max: usize,
    /// How many directives a document may have. Default 100. `LYCEUM_ROUTER__OPERATIONS__LIMITS__DIRECTIVES_MAX`
    pub directives_max: usize,
    /// How many values a list may have, in a document or in a variable. Default 1000.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__LIST_VALUES_MAX`
    pub list_values_max: usize,
    /// How deep lists and input objects may nest, in a document or in a variable. Default 10.
    /// `LYCEUM_ROUTER__OPERATIONS__LIMITS__INPUT_DEPTH_MAX`
    pub input_depth_max: usize,
    /// How deep the syntax itself may nest (selections, lists, input objects); the parser stops there, well before its
    /// stack ends. Default 100. `LYCEUM_ROUTER__OPERATIONS__LIMITS__SYNTAX_DEPTH_MAX`
    pub syntax_depth_max: usize,
}

/// The cache of parsed, validated and planned operations. Its key is the exact document, the operation's name,
/// and what its viewer may not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationCacheSettings {
    /// How many bytes of documents it holds; a prepared operation takes some tens of times its document. Default
    /// 4194304 (4 MiB). `LYCEUM_ROUTER__OPERATIONS__CACHE__DOCUMENT_BYTES_MAX`
    pub document_bytes_max: u64,
    /// How many bytes of documents are kept that clients have registered themselves, where an endpoint's `operations.mode`
    /// is `automatic`, for each of the graph's views. The least used go first. Default 4194304 (4 MiB).
    /// `LYCEUM_ROUTER__OPERATIONS__CACHE__AUTOMATIC_BYTES_MAX`
    pub automatic_bytes_max: u64,
}

impl Default for OperationSettings {
    fn default() -> Self {
        Self {
            limits: OperationLimits::default(),
            cost: CostSettings::default(),
            time_max_ms: 30_000,
            cache: OperationCacheSettings::default(),
            override_labels: BTreeSet::new(),
        }
    }
}

impl Default for OperationLimits {
    fn default() -> Self {
        Self {
            depth_max: 15,
            aliases_max: 30,
            root_fields_max: 10,
            fields_max: 2000,
            tokens_max: 16 * 1024,
            definitions_max: 100,
            variables_max: 100,
            directives_max: 100,
            list_values_max: 1000,
            input_depth_max: 10,
            syntax_depth_max: 100,
        }
    }
}

impl Default for OperationCacheSettings {
    fn default() -> Self {
        Self { document_bytes_max: 4 * 1024 * 1024, automatic_bytes_max: 4 * 1024 * 1024 }
    }
}

/// The parser, the validator and the planner recurse; beyond this their stack is not known to be enough.
const SYNTAX_DEPTH_CEILING: usize = 400;

impl OperationSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        self.cost.validate()?;
        if self.time_max_ms == 0 {
            let problem = "no operation could be answered in no time";
            return Err(SettingsError::new("operations.time_max_ms", problem, "leave it out for the default of 30000"));
        }
        let limits = &self.limits;
        if limits.syntax_depth_max > SYNTAX_DEPTH_CEILING {
            return Err(SettingsError::new(
                "operations.limits.syntax_depth_max",
                format!("{} is more than the stack is known to bear", limits.syntax_depth_max),
                format!("choose at most {SYNTAX_DEPTH_CEILING}"),
            ));
        }
        if limits.depth_max >= limits.syntax_depth_max {
            return Err(SettingsError::new(
                "operations.limits.depth_max",
                "it must be below syntax_depth_max, which counts every field's selection too",
                "raise syntax_depth_max",
            ));
        }
        if let Some(label) = self.override_labels.iter().find(|label| label.starts_with("percent(")) {
            return Err(SettingsError::new(
                "operations.override_labels",
                format!("\"{label}\" is drawn for each request"),
                "leave it out, or give the @override a name for a label",
            ));
        }
        Ok(())
    }
}
