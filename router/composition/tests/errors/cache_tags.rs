//! `@cacheTag` stands where something is kept, and names values that are known there.

use router_composition::{ErrorCode, compose};

use super::assert_refused;
use crate::sources::plain_subgraphs;

const LINK: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.12\", import: [\"@key\", \"@cacheTag\"])\n";

fn refused(code: ErrorCode, sdl: &str) -> String {
    let errors = assert_refused(code, &plain_subgraphs([("a", &format!("{LINK}{sdl}"))]));
    errors[0].message.clone()
}

#[test]
fn a_tag_stands_on_the_query_root_and_on_entities() {
    for (sdl, message) in [
        (
            "type Query { t: T } type T { x: Int @cacheTag(format: \"x\") }",
            "[a] T.x: @cacheTag: it is no field of the query root, so it is never kept by itself",
        ),
        (
            "type Query { t: T } type Mutation { m: Int @cacheTag(format: \"x\") } type T { x: Int }",
            "[a] Mutation.m: @cacheTag: it is no field of the query root, so it is never kept by itself",
        ),
        (
            "type Query { t: T } type T @cacheTag(format: \"x\") { x: Int }",
            "[a] T: @cacheTag: it is no entity that this subgraph resolves, so it is never kept by itself",
        ),
        (
            "type Query { t: T } type T @key(fields: \"id\", resolvable: false) @cacheTag(format: \"x\") { id: ID! }",
            "[a] T: @cacheTag: it is no entity that this subgraph resolves, so it is never kept by itself",
        ),
    ] {
        assert_eq!(refused(ErrorCode::CacheTagInvalidPlace, sdl), message);
    }
}

#[test]
fn a_format_names_what_is_known() {
    let on_field = |format: &str| {
        let types = "input I { id: ID! all: [ID!] in: I } type T { x: Int }";
        format!("type Query {{ t(id: ID, all: [ID!], in: I): T @cacheTag(format: \"{format}\") }} {types}")
    };
    let on_type = |format: &str| {
        let keys = "@key(fields: \"id in { a b }\") @key(fields: \"id slug all\")";
        let fields = "{ id: ID! slug: String! all: [Int!] in: In } type In { a: Int b: Int }";
        format!("type Query {{ t: T }} type T {keys} @cacheTag(format: \"{format}\") {fields}")
    };
    for (sdl, message) in [
        (on_field(""), "[a] Query.t: @cacheTag: the format \"\" cannot be read: it is empty"),
        (
            on_field("t-{$args.id"),
            "[a] Query.t: @cacheTag: the format \"t-{$args.id\" cannot be read: its braces do not match",
        ),
        (on_field("{$key.id}"), "[a] Query.t: @cacheTag: a field of the query root is asked for without a key"),
        (on_field("{$args.slug}"), "[a] Query.t: @cacheTag: there is no argument \"slug\""),
        (on_field("{$args.id.id}"), "[a] Query.t: @cacheTag: there is no argument \"id.id\""),
        (on_field("{$args.all}"), "[a] Query.t: @cacheTag: \"all\" is [ID!], which is not one value"),
        (on_field("{$args.in}"), "[a] Query.t: @cacheTag: \"in\" is I, which is not one value"),
        (on_field("{$args.in.in.all}"), "[a] Query.t: @cacheTag: \"in.in.all\" is [ID!], which is not one value"),
        (on_type("{$args.id}"), "[a] T: @cacheTag: an entity is asked for by a key and has no arguments"),
        (
            on_type("{$key.slug}"),
            "[a] T: @cacheTag: \"slug\" is not in every @key, and the value not known whichever is used",
        ),
        (
            on_type("{$key.in.a}"),
            "[a] T: @cacheTag: \"in.a\" is not in every @key, and the value not known whichever is used",
        ),
    ] {
        assert_eq!(refused(ErrorCode::CacheTagInvalidFormat, &sdl), message);
    }
    let list = "type Query { t: T } type T @key(fields: \"id\") @cacheTag(format: \"{$key.id}\") { id: [ID!]! }";
    assert_eq!(
        refused(ErrorCode::CacheTagInvalidFormat, list),
        "[a] T: @cacheTag: \"id\" is [ID!]!, which is not one value"
    );
}

#[test]
fn values_below_arguments_and_keys_can_be_named() {
    let sdl = "type Query { t(in: I!): T @cacheTag(format: \"t-{$args.in.in.id}\") } input I { id: ID! in: I }
        type T @key(fields: \"in { a } id\") @key(fields: \"in { a b }\") @cacheTag(format: \"{$key.in.a}\") { id: ID! in: In! }
        type In { a: Int! b: Int! }";
    compose(&plain_subgraphs([("a", &format!("{LINK}{sdl}"))])).unwrap();
}
