//! The directives of Federation: since when, in which specification, with which definition.

/// A directive that Federation gives to subgraphs. In the order of [`DIRECTIVES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FederationDirective {
    Key,
    External,
    Requires,
    Provides,
    Extends,
    Shareable,
    Override,
    Inaccessible,
    Tag,
    ComposeDirective,
    InterfaceObject,
    Authenticated,
    RequiresScopes,
    Policy,
    Context,
    FromContext,
    Cost,
    ListSize,
    CacheTag,
}

/// What Federation says about one directive.
pub(crate) struct Row {
    pub(crate) directive: FederationDirective,
    /// The name without `@`.
    pub(crate) name: &'static str,
    /// The minor version of Federation 2 that brought it.
    pub(crate) since_minor: u32,
    /// Whether Federation 1 had it.
    pub(crate) in_federation_1: bool,
    /// The specification of its own that it has besides Federation's: name and the version that supergraphs link.
    pub(crate) own: Option<(&'static str, &'static str)>,
    /// Arguments and locations; `FieldSet`, `Scope`, `Policy` and `ContextFieldValue` are replaced by local names.
    pub(crate) definition: &'static str,
}

use FederationDirective as Directive;

macro_rules! row {
    ($directive:ident, $name:literal, $since:literal, $first:literal, $own:expr, $definition:literal) => {
        Row {
            directive: Directive::$directive,
            name: $name,
            since_minor: $since,
            in_federation_1: $first,
            own: $own,
            definition: $definition,
        }
    };
}

const EVERYWHERE_INACCESSIBLE: &str = "on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR \
                                       | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION";

/// Every directive, in the order in which they came.
#[rustfmt::skip]
pub(crate) const DIRECTIVES: &[Row] = &[
    row!(Key, "key", 0, true, None, "(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
    row!(External, "external", 0, true, None, "(reason: String) on OBJECT | FIELD_DEFINITION"),
    row!(Requires, "requires", 0, true, None, "(fields: FieldSet!) on FIELD_DEFINITION"),
    row!(Provides, "provides", 0, true, None, "(fields: FieldSet!) on FIELD_DEFINITION"),
    row!(Extends, "extends", 0, true, None, "on OBJECT | INTERFACE"),
    row!(Shareable, "shareable", 0, false, None, "repeatable on OBJECT | FIELD_DEFINITION"),
    row!(Override, "override", 0, false, None, "(from: String!, label: String) on FIELD_DEFINITION"),
    Row { directive: Directive::Inaccessible, name: "inaccessible", since_minor: 0, in_federation_1: true, own: Some(("inaccessible", "v0.2")), definition: EVERYWHERE_INACCESSIBLE },
    row!(Tag, "tag", 0, true, Some(("tag", "v0.3")), "(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA"),
    row!(ComposeDirective, "composeDirective", 1, false, None, "(name: String!) repeatable on SCHEMA"),
    row!(InterfaceObject, "interfaceObject", 3, false, None, "on OBJECT"),
    row!(Authenticated, "authenticated", 5, false, Some(("authenticated", "v0.1")), "on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"),
    row!(RequiresScopes, "requiresScopes", 5, false, Some(("requiresScopes", "v0.1")), "(scopes: [[Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"),
    row!(Policy, "policy", 6, false, Some(("policy", "v0.1")), "(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"),
    row!(Context, "context", 8, false, None, "(name: String!) repeatable on OBJECT | INTERFACE | UNION"),
    row!(FromContext, "fromContext", 8, false, None, "(field: ContextFieldValue) on ARGUMENT_DEFINITION"),
    row!(Cost, "cost", 9, false, Some(("cost", "v0.1")), "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"),
    row!(ListSize, "listSize", 9, false, Some(("cost", "v0.1")), "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"),
    row!(CacheTag, "cacheTag", 12, false, None, "(format: String!) repeatable on OBJECT | FIELD_DEFINITION"),
];

/// The scalars that definitions name.
pub(crate) const SCALARS: [&str; 4] = ["FieldSet", "Scope", "Policy", "ContextFieldValue"];

/// The newest minor version of Federation 2 that is known.
pub(crate) const NEWEST_MINOR: u32 = 12;

impl FederationDirective {
    /// What Federation says about it.
    pub(crate) fn row(self) -> &'static Row {
        &DIRECTIVES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::DIRECTIVES;

    #[test]
    fn the_rows_stand_in_the_order_of_the_variants() {
        for (index, row) in DIRECTIVES.iter().enumerate() {
            assert_eq!(row.directive as usize, index, "{}", row.name);
        }
    }
}
