import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { typesOf } from "../src/sdl.ts";
import { graphql, laidOut, sql } from "../src/tokenizer.ts";
import { usageByLine } from "../src/usage.ts";

const GRAPH = new URL("../../../../docs/graph/", import.meta.url);
const subgraphs = readdirSync(GRAPH).filter((name) => name.endsWith(".graphql"));
const joined = (tokens: { text: string }[]) => tokens.map(({ text }) => text).join("");
const kindOf = (text: string, of: string) => graphql(text).find((token) => token.text === of)?.kind;

test("the tokens of a text are the text", () => {
  for (const name of subgraphs) {
    const text = readFileSync(new URL(name, GRAPH), "utf8");
    assert.equal(joined(graphql(text)), text, name);
  }
  for (const broken of ['{ a(b: "unfinished', '"""', "$ @ # ü \u0000 {{{", ""]) assert.equal(joined(graphql(broken)), broken);
});

test("what a name means decides its colour", () => {
  const text = 'query Courses($first: Int = 20) { courses(first: $first, filter: { level: "A" }) @include(if: true) { ... on Course { type title } query } }';
  const expected = { query: "keyword", Courses: "type", $first: "variable", Int: "type", "20": "number", courses: "field", filter: "argument", '"A"': "text", "@include": "directive", on: "keyword", Course: "type", type: "field", title: "field" };
  for (const [name, kind] of Object.entries(expected)) assert.equal(kindOf(text, name), kind, name);
});

test("an operation on one line gets its lines; one that has them keeps them", () => {
  assert.equal(laidOut("query Q($id: ID!) { drama(id: $id) { title ... on Node { id } episodes(first: 5) { name } } }"),
    "query Q($id: ID!) {\n  drama(id: $id) {\n    title\n    ... on Node {\n      id\n    }\n    episodes(first: 5) {\n      name\n    }\n  }\n}");
  const own = "{\n      me { id }\n}";
  assert.equal(laidOut(own), own);
});

test("a statement stands on as many lines as it has clauses", () => {
  assert.equal(joined(sql("SELECT a, count(*) FROM t LEFT JOIN u ON u.id = t.id WHERE a = ANY($1) AND b IN (SELECT id FROM v WHERE c > 2) ORDER BY a")),
    "SELECT a, count(*)\nFROM t\nLEFT JOIN u\n  ON u.id = t.id\nWHERE a = ANY($1)\n  AND b IN (\n  SELECT id\n  FROM v\n  WHERE c > 2\n)\nORDER BY a");
  assert.equal(joined(sql("select extract(epoch from at) from e")), "select extract(epoch from at)\nfrom e");
  const letters = (text: string) => text.replace(/\s+/g, "");
  for (const statement of ["INSERT INTO t (a) VALUES ('it''s', $1) ON CONFLICT (a) DO UPDATE SET b = 1 RETURNING id", "WITH x AS (SELECT 1) SELECT * FROM x", "'unfinished", ")((("]) assert.equal(letters(joined(sql(statement))), letters(statement));
});

test("the types of every subgraph are found, with their fields and keys", () => {
  for (const name of subgraphs) {
    const text = readFileSync(new URL(name, GRAPH), "utf8");
    const types = typesOf(text);
    const wanted = [...text.matchAll(/^(?:extend )?(?:type|interface|input|enum|union|scalar) (\w+)/gm)].map((match) => match[1]);
    assert.deepEqual(types.filter(({ kind }) => !["schema", "directive"].includes(kind)).map(({ name: type }) => type), wanted, name);
    for (const { kind, fields, name: type } of types) if (kind === "type" || kind === "input") assert.ok(fields.length > 0, `${name} ${type}`);
  }
  const screen = typesOf(readFileSync(new URL("screen.graphql", GRAPH), "utf8")).find(({ name }) => name === "Drama")!;
  assert.deepEqual(screen.keys, ["id"]);
  assert.ok(screen.text.startsWith('"A series told in episodes."'));
  assert.deepEqual(screen.fields.find(({ name }) => name === "episodes"), { name: "episodes", type: "EpisodeConnection!" });
});

test("arguments on lines of their own, blocks and comments do not confuse", () => {
  const [only] = typesOf('"""\ntype Fake {\n  no: Int\n}\n"""\ntype Real {\n  "What { it does"\n  found(\n    first: Int = 3\n    after: String\n  ): [Hit!]! # }\n  other: Int\n}');
  assert.equal(only!.name, "Real");
  assert.deepEqual(only!.fields, [{ name: "found", type: "[Hit!]!" }, { name: "other", type: "Int" }]);
});

test("each line is marked with how often its field was used", () => {
  const usage = usageByLine("query Q {\n  me: viewer {\n    name\n    ... on User {\n      name\n    }\n  }\n  # none\n}", [{ coordinate: "Query.viewer", requests: 9 }, { coordinate: "User.name", requests: 4 }]);
  assert.deepEqual(usage, [null, 9, 4, null, 4, null, null, null, null]);
});
