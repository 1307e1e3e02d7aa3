//! The public hint codes of Federation composition, and how much each matters.

use std::fmt;

use serde::Serialize;

/// How much a hint matters. The order is that of importance, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HintLevel {
    /// Nothing to do; says how something was merged.
    Debug,
    /// Worth knowing.
    Info,
    /// Something that was declared does not reach clients, or is probably a mistake.
    Warning,
}

macro_rules! hint_codes {
    ($($variant:ident = $level:ident, $text:literal: $doc:literal,)*) => {
        /// What was noticed about a graph that composes. The codes are those that Apollo documents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum HintCode {
            $(#[doc = $doc] #[serde(rename = $text)] $variant,)*
        }

        impl HintCode {
            /// Every code that composition can give.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// How much it matters.
            pub fn level(self) -> HintLevel {
                match self { $(Self::$variant => HintLevel::$level,)* }
            }

            /// What it means, in one sentence of Markdown.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

hint_codes! {
    ContextualArgumentNotContextualInAllSubgraphs = Info, "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": "An argument is filled from a context in some subgraphs only; clients cannot send it.",
    InconsistentButCompatibleFieldType = Info, "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": "A field has different types in different subgraphs, of which one serves for all.",
    InconsistentButCompatibleArgumentType = Info, "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": "An argument has different types in different subgraphs, of which one serves for all.",
    InconsistentDefaultValuePresence = Warning, "INCONSISTENT_DEFAULT_VALUE_PRESENCE": "An argument or input field has a default in some subgraphs only; the supergraph gives it none.",
    InconsistentEntity = Info, "INCONSISTENT_ENTITY": "A type has a `@key` in some subgraphs only.",
    InconsistentObjectValueTypeField = Debug, "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD": "A field of an object without a `@key` is in some of its subgraphs only.",
    InconsistentInterfaceValueTypeField = Debug, "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD": "A field of an interface without a `@key` is in some of its subgraphs only.",
    InconsistentInputObjectField = Warning, "INCONSISTENT_INPUT_OBJECT_FIELD": "An input field is in some subgraphs only; clients cannot send it.",
    InconsistentUnionMember = Debug, "INCONSISTENT_UNION_MEMBER": "A type belongs to a union in some subgraphs only.",
    InconsistentEnumValueForInputEnum = Warning, "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM": "A value of an enum that clients send is in some subgraphs only; clients cannot send it.",
    InconsistentEnumValueForOutputEnum = Debug, "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM": "A value of an enum that clients receive is in some subgraphs only.",
    InconsistentExecutableDirectivePresence = Warning, "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE": "A directive for operations is in some subgraphs only; clients cannot use it.",
    NoExecutableDirectiveIntersection = Warning, "NO_EXECUTABLE_DIRECTIVE_INTERSECTION": "A directive for operations has no location that all subgraphs allow; clients cannot use it.",
    InconsistentExecutableDirectiveRepeatable = Warning, "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE": "A directive for operations can be repeated in some subgraphs only; clients cannot repeat it.",
    InconsistentExecutableDirectiveLocations = Warning, "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS": "A directive for operations has different locations in different subgraphs; clients can use those that all allow.",
    InconsistentDescription = Warning, "INCONSISTENT_DESCRIPTION": "Subgraphs describe an element differently; the description that most of them give is kept.",
    InconsistentArgumentPresence = Warning, "INCONSISTENT_ARGUMENT_PRESENCE": "An optional argument is in some subgraphs only; clients cannot send it.",
    FromSubgraphDoesNotExist = Warning, "FROM_SUBGRAPH_DOES_NOT_EXIST": "An `@override` names a subgraph that does not exist.",
    OverriddenFieldCanBeRemoved = Info, "OVERRIDDEN_FIELD_CAN_BE_REMOVED": "A field is overridden by another subgraph, so that this one can remove it.",
    OverrideDirectiveCanBeRemoved = Info, "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": "An `@override` takes a field from a subgraph that does not resolve it.",
    OverrideMigrationInProgress = Info, "OVERRIDE_MIGRATION_IN_PROGRESS": "A progressive `@override` is under way.",
    UnusedEnumType = Debug, "UNUSED_ENUM_TYPE": "An enum is used nowhere; all its values are kept.",
    InconsistentNonRepeatableDirectiveArguments = Warning, "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": "A directive has different arguments in different subgraphs; those that most of them give are kept.",
    MergedNonRepeatableDirectiveArguments = Info, "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": "A directive has different arguments in different subgraphs, which were merged.",
    DirectiveCompositionInfo = Info, "DIRECTIVE_COMPOSITION_INFO": "A `@composeDirective` says what would happen without it, or a specification is linked in different major versions where it is not composed.",
    DirectiveCompositionWarn = Warning, "DIRECTIVE_COMPOSITION_WARN": "A composed directive has another name in a subgraph that does not compose it.",
    InconsistentRuntimeTypesForShareableReturn = Warning, "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN": "Subgraphs that share a field can return different types for it.",
}

impl fmt::Display for HintCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for HintLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
        })
    }
}
