import assert from "node:assert/strict";
import { test } from "node:test";
import { operations } from "../mock/platform.ts";
import { requests, trace } from "../mock/traces.ts";
import type { Span } from "../src/model.ts";
import { entriesOf, foldedAtFirst, placesOf, rowsOf, treeOf } from "../src/waterfall/tree.ts";

const NOW = Date.UTC(2026, 10, 21, 20);
const span = (id: string, parent: string | null, service: string, status: Span["status"] = "unset"): Span =>
  ({ id, parent, service, name: id, kind: "internal", beginMs: id.charCodeAt(0), durationMs: 1, selfMs: 1, status, error: null, critical: false, attributes: {}, events: [], links: [] });
const tree = treeOf([span("a", null, "router"), span("b", "a", "router"), span("c", "b", "reviews"), span("d", "c", "reviews", "error"), span("e", "a", "router")]);
const shown = (rows: ReturnType<typeof rowsOf>) => rows.map(({ span: { id }, depth }) => `${"-".repeat(depth)}${id}`).join(" ");

test("spans stand below their parents; what is folded says how much it hides", () => {
  assert.equal(shown(rowsOf(tree, new Set())), "a -b --c ---d -e");
  const folded = rowsOf(tree, new Set(["b"]));
  assert.equal(shown(folded), "a -b -e");
  assert.deepEqual([folded[1]!.hidden, folded[1]!.hiddenErrors, folded[1]!.isOpen], [2, 1, false]);
  assert.deepEqual(folded.map(({ place, siblings }) => [place, siblings]), [[1, 1], [1, 2], [2, 2]]);
});

test("what fits is shown with what leads to it", () => {
  assert.equal(shown(rowsOf(tree, new Set(), ({ id }) => id === "c")), "a -b --c");
  assert.equal(shown(rowsOf(tree, new Set(), () => false)), "");
});

test("what is folded away is drawn in the row that hides it", () => {
  const places = placesOf(tree, rowsOf(tree, new Set(["b"])));
  assert.deepEqual([places.get("d"), places.get("c"), places.get("e")], [1, 1, 2]);
  assert.deepEqual(entriesOf(tree, "reviews"), ["c"]);
});

test("a trace of thousands of spans is folded at first, and its rows are made in little time", () => {
  const all = operations();
  const kept = requests(all, NOW);
  assert.equal(kept.length, 10_000);
  const largest = trace(kept.find(({ seed }) => seed === 7)!, 40);
  assert.ok(largest.spans.length > 5000, String(largest.spans.length));
  const wide = treeOf(largest.spans);
  const folded = foldedAtFirst(wide);
  assert.ok(rowsOf(wide, folded).length < 60);
  const begin = performance.now();
  for (let round = 0; round < 10; round += 1) assert.equal(rowsOf(wide, new Set()).length, largest.spans.length);
  assert.ok(performance.now() - begin < 2000);
});

test("a chain as deep as a trace may be does not end the page", () => {
  const deep = treeOf(Array.from({ length: 20_000 }, (_, index) => ({ ...span(`s${index}`, index === 0 ? null : `s${index - 1}`, "router"), beginMs: index })));
  assert.equal(rowsOf(deep, new Set()).length, 20_000);
});
