//! The public error codes of Federation composition.

use std::fmt;

use serde::Serialize;

macro_rules! error_codes {
    ($($variant:ident = $text:literal: $doc:literal,)*) => {
        /// Why a composition is refused. The codes are those that Apollo documents, so that what is written about them
        /// applies here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = $doc] #[serde(rename = $text)] $variant,)*
        }

        impl ErrorCode {
            /// Every code that composition can raise.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it means, in one sentence of Markdown.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

error_codes! {
    InvalidGraphql = "INVALID_GRAPHQL": "The SDL is not a valid GraphQL schema.",
    DirectiveDefinitionInvalid = "DIRECTIVE_DEFINITION_INVALID": "A subgraph defines a directive of Federation differently than Federation does.",
    TypeDefinitionInvalid = "TYPE_DEFINITION_INVALID": "A subgraph defines a type of a linked specification differently than that does.",
    InvalidSubgraphName = "INVALID_SUBGRAPH_NAME": "A subgraph's name is empty, reserved or used twice.",
    InvalidLinkIdentifier = "INVALID_LINK_IDENTIFIER": "The `url` of a `@link` is not a specification URL.",
    InvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE": "A `@link` is malformed or imports what does not exist.",
    UnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION": "A `@link` asks for a Federation version that is not known.",
    UnknownLinkVersion = "UNKNOWN_LINK_VERSION": "A `@link` asks for a version of an Apollo specification that is not known.",
    LinkImportNameMismatch = "LINK_IMPORT_NAME_MISMATCH": "Subgraphs import one composed directive under different names.",
    DirectiveCompositionError = "DIRECTIVE_COMPOSITION_ERROR": "A `@composeDirective` cannot be followed.",
    RootQueryUsed = "ROOT_QUERY_USED": "A type named Query exists that is not the query root.",
    RootMutationUsed = "ROOT_MUTATION_USED": "A type named Mutation exists that is not the mutation root.",
    RootSubscriptionUsed = "ROOT_SUBSCRIPTION_USED": "A type named Subscription exists that is not the subscription root.",
    ExtensionWithNoBase = "EXTENSION_WITH_NO_BASE": "A type is extended, but no subgraph defines it.",
    TypeWithOnlyUnusedExternal = "TYPE_WITH_ONLY_UNUSED_EXTERNAL": "A type of a Federation 1 subgraph has only `@external` fields that nothing uses.",
    KeyInvalidFields = "KEY_INVALID_FIELDS": "The `fields` of a `@key` do not select fields of the type.",
    KeyFieldsHasArgs = "KEY_FIELDS_HAS_ARGS": "A `@key` selects a field that takes arguments.",
    KeyFieldsSelectInvalidType = "KEY_FIELDS_SELECT_INVALID_TYPE": "A `@key` selects a field of an interface or union type.",
    KeyInvalidFieldsType = "KEY_INVALID_FIELDS_TYPE": "The `fields` of a `@key` are not a string.",
    KeyDirectiveInFieldsArg = "KEY_DIRECTIVE_IN_FIELDS_ARG": "The `fields` of a `@key` apply a directive.",
    KeyUnsupportedOnInterface = "KEY_UNSUPPORTED_ON_INTERFACE": "A `@key` stands on an interface in a subgraph that links Federation before 2.3.",
    RequiresInvalidFields = "REQUIRES_INVALID_FIELDS": "The `fields` of a `@requires` do not select fields of the type.",
    RequiresInvalidFieldsType = "REQUIRES_INVALID_FIELDS_TYPE": "The `fields` of a `@requires` are not a string.",
    RequiresDirectiveInFieldsArg = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG": "The `fields` of a `@requires` apply a directive.",
    RequiresFieldsMissingExternal = "REQUIRES_FIELDS_MISSING_EXTERNAL": "A `@requires` selects a field that is not `@external`.",
    RequiresUnsupportedOnInterface = "REQUIRES_UNSUPPORTED_ON_INTERFACE": "A `@requires` stands on an interface field.",
    ProvidesInvalidFields = "PROVIDES_INVALID_FIELDS": "The `fields` of a `@provides` do not select fields of the returned type.",
    ProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE": "The `fields` of a `@provides` are not a string.",
    ProvidesDirectiveInFieldsArg = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG": "The `fields` of a `@provides` apply a directive.",
    ProvidesFieldsMissingExternal = "PROVIDES_FIELDS_MISSING_EXTERNAL": "A `@provides` selects a field that is not `@external`.",
    ProvidesFieldsHasArgs = "PROVIDES_FIELDS_HAS_ARGS": "A `@provides` selects a field that takes arguments.",
    ProvidesOnNonObjectField = "PROVIDES_ON_NON_OBJECT_FIELD": "A `@provides` stands on a field that returns no composite type.",
    ProvidesUnsupportedOnInterface = "PROVIDES_UNSUPPORTED_ON_INTERFACE": "A `@provides` stands on an interface field.",
    ExternalUnused = "EXTERNAL_UNUSED": "An `@external` field is used by no `@key`, `@requires`, `@provides` or interface.",
    ExternalMissingOnBase = "EXTERNAL_MISSING_ON_BASE": "A field is `@external` wherever it is declared.",
    ExternalOnInterface = "EXTERNAL_ON_INTERFACE": "An interface field is `@external`.",
    ExternalTypeMismatch = "EXTERNAL_TYPE_MISMATCH": "An `@external` field has another type than the field it stands for.",
    ExternalArgumentMissing = "EXTERNAL_ARGUMENT_MISSING": "An `@external` field lacks an argument of the field it stands for.",
    ExternalArgumentTypeMismatch = "EXTERNAL_ARGUMENT_TYPE_MISMATCH": "An argument of an `@external` field has another type than that of the field it stands for.",
    ExternalArgumentDefaultMismatch = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH": "An argument of an `@external` field has another default than that of the field it stands for.",
    ExternalCollisionWithAnotherDirective = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE": "A field is both `@external` and `@provides`.",
    MergedDirectiveApplicationOnExternal = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL": "A directive that reaches the supergraph stands on an `@external` field.",
    InvalidShareableUsage = "INVALID_SHAREABLE_USAGE": "`@shareable` stands on an interface field.",
    InvalidFieldSharing = "INVALID_FIELD_SHARING": "Several subgraphs resolve a field that not all of them mark `@shareable`.",
    InterfaceObjectUsageError = "INTERFACE_OBJECT_USAGE_ERROR": "`@interfaceObject` is used where it cannot be.",
    InterfaceKeyNotOnImplementation = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION": "An implementation lacks a `@key` of its interface.",
    InterfaceKeyMissingImplementationType = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE": "A subgraph with a `@key` on an interface lacks one of its implementations.",
    InterfaceFieldNoImplem = "INTERFACE_FIELD_NO_IMPLEM": "An implementation lacks a field that its interface has in another subgraph.",
    TypeKindMismatch = "TYPE_KIND_MISMATCH": "A type is of different kinds in different subgraphs.",
    FieldTypeMismatch = "FIELD_TYPE_MISMATCH": "A field has incompatible types in different subgraphs.",
    FieldArgumentTypeMismatch = "FIELD_ARGUMENT_TYPE_MISMATCH": "An argument has incompatible types in different subgraphs.",
    FieldArgumentDefaultMismatch = "FIELD_ARGUMENT_DEFAULT_MISMATCH": "An argument has different defaults in different subgraphs.",
    InputFieldDefaultMismatch = "INPUT_FIELD_DEFAULT_MISMATCH": "An input field has different defaults in different subgraphs.",
    RequiredArgumentMissingInSomeSubgraph = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH": "An argument is required in one subgraph and unknown in another.",
    RequiredInputFieldMissingInSomeSubgraph = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH": "An input field is required in one subgraph and unknown in another.",
    EmptyMergedInputType = "EMPTY_MERGED_INPUT_TYPE": "No field of an input type is in all subgraphs.",
    EmptyMergedEnumType = "EMPTY_MERGED_ENUM_TYPE": "No value of an input enum is in all subgraphs.",
    EnumValueMismatch = "ENUM_VALUE_MISMATCH": "An enum that is both input and output differs between subgraphs.",
    OverrideFromSelfError = "OVERRIDE_FROM_SELF_ERROR": "An `@override` names its own subgraph.",
    OverrideSourceHasOverride = "OVERRIDE_SOURCE_HAS_OVERRIDE": "An `@override` takes a field from a subgraph that itself overrides it.",
    OverrideCollisionWithAnotherDirective = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE": "An `@override` meets `@external`, `@requires` or `@provides`.",
    OverrideOnInterface = "OVERRIDE_ON_INTERFACE": "An `@override` stands on an interface field.",
    OverrideLabelInvalid = "OVERRIDE_LABEL_INVALID": "The `label` of an `@override` is malformed.",
    ReferencedInaccessible = "REFERENCED_INACCESSIBLE": "A public element has an `@inaccessible` type.",
    OnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN": "A public type has only `@inaccessible` members.",
    QueryRootTypeInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE": "The query root is `@inaccessible`.",
    RequiredInaccessible = "REQUIRED_INACCESSIBLE": "A required argument or input field is `@inaccessible`.",
    ImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE": "A public interface field is implemented by an `@inaccessible` one.",
    DefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE": "A public default names an `@inaccessible` enum value.",
    DisallowedInaccessible = "DISALLOWED_INACCESSIBLE": "`@inaccessible` stands on an argument of a directive for schemas, which clients never see anyway.",
    AuthRequirementsAppliedOnInterface = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE": "An authorization directive stands on an interface or one of its fields.",
    MissingTransitiveAuthRequirements = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS": "A field is easier to see than what it `@requires`.",
    CostAppliedToInterfaceField = "COST_APPLIED_TO_INTERFACE_FIELD": "A `@cost` stands on an interface field.",
    ListSizeAppliedToNonList = "LIST_SIZE_APPLIED_TO_NON_LIST": "A `@listSize` stands on a field that returns no list, or names such a field in `sizedFields`.",
    ListSizeInvalidAssumedSize = "LIST_SIZE_INVALID_ASSUMED_SIZE": "The `assumedSize` of a `@listSize` is negative.",
    ListSizeInvalidSlicingArgument = "LIST_SIZE_INVALID_SLICING_ARGUMENT": "A `@listSize` names a slicing argument that the field lacks or that is no `Int`.",
    ListSizeInvalidSizedField = "LIST_SIZE_INVALID_SIZED_FIELD": "A `@listSize` names a sized field that the returned type lacks.",
    CacheTagInvalidPlace = "CACHE_TAG_INVALID_PLACE": "A `@cacheTag` stands neither on a field of the query root nor on an entity.",
    CacheTagInvalidFormat = "CACHE_TAG_INVALID_FORMAT": "The `format` of a `@cacheTag` is malformed, or names a value that is not there.",
    ContextNameInvalid = "CONTEXT_NAME_INVALID": "The name of a `@context` has characters other than letters and digits.",
    ContextNotSet = "CONTEXT_NOT_SET": "A `@fromContext` names a context that no type sets, or stands where none can be had.",
    ContextInvalidSelection = "CONTEXT_INVALID_SELECTION": "The selection of a `@fromContext` does not give exactly one value that fits the argument.",
    ContextNoResolvableKey = "CONTEXT_NO_RESOLVABLE_KEY": "A type with a `@fromContext` has no resolvable `@key`.",
    ContextualArgumentNotContextualInAllSubgraphs = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": "An argument is filled from a context in one subgraph, but in another clients would have to give it.",
    NoContextInSelection = "NO_CONTEXT_IN_SELECTION": "The `field` of a `@fromContext` does not begin with a context.",
    NoQueries = "NO_QUERIES": "No subgraph has a query.",
    ShareableHasMismatchedRuntimeTypes = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES": "Subgraphs that share a field return disjoint types for it.",
    SatisfiabilityError = "SATISFIABILITY_ERROR": "A query of the composed schema cannot be answered.",
    MaxValidationSubgraphPathsExceeded = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": "The graph has more ways through it than composition is allowed to look at.",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
