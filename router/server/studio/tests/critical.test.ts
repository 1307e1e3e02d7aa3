import assert from "node:assert/strict";
import { test } from "node:test";
import { criticalPath, childrenOf, selfSegments, type Timed } from "../src/critical.ts";

const span = (id: string, parent: string | null, beginMs: number, endMs: number): Timed => ({ id, parent, beginMs, durationMs: endMs - beginMs });

test("the path goes through who was waited for, and back to who waited", () => {
  const spans = [span("root", null, 0, 100), span("a", "root", 10, 40), span("b", "root", 12, 60), span("c", "root", 65, 90)];
  assert.deepEqual(criticalPath(spans), [
    { id: "root", beginMs: 0, endMs: 12 }, { id: "b", beginMs: 12, endMs: 60 }, { id: "root", beginMs: 60, endMs: 65 }, { id: "c", beginMs: 65, endMs: 90 }, { id: "root", beginMs: 90, endMs: 100 },
  ]);
});

test("one that overlaps who came after it was not waited for", () => {
  const path = criticalPath([span("root", null, 0, 50), span("first", "root", 0, 30), span("second", "root", 20, 50)]);
  assert.deepEqual(path.map(({ id }) => id), ["root", "second"]);
});

test("segments cover the root and do not overlap, whatever the spans are", () => {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round += 1) {
    const spans = [span("0", null, 0, 100)];
    for (let index = 1; index < 40; index += 1) {
      const parent = spans[Math.floor(random() * index)]!;
      const begin = parent.beginMs + random() * parent.durationMs;
      spans.push(span(String(index), parent.id, begin, begin + random() * (parent.beginMs + parent.durationMs - begin)));
    }
    const path = criticalPath(spans);
    let at = 0;
    for (const { beginMs, endMs } of path) {
      assert.ok(Math.abs(beginMs - at) < 1e-9 && endMs > beginMs, JSON.stringify(path));
      at = endMs;
    }
    assert.ok(Math.abs(at - 100) < 1e-9);
  }
});

test("work that goes on after the request is not waited for", () => {
  const path = criticalPath([span("root", null, 0, 20), span("sent", "root", 5, 6), span("heard", "sent", 30, 40)]);
  assert.ok(path.every(({ id }) => id !== "heard"));
});

test("broken traces are drawn, too: no root, a loop, a parent that is not there", () => {
  assert.deepEqual(criticalPath([]), []);
  assert.deepEqual(criticalPath([span("a", "b", 0, 5), span("b", "a", 0, 5)]), []);
  const children = childrenOf([span("a", "gone", 0, 5), span("b", "b", 1, 2)]);
  assert.deepEqual(children.get(null)!.map(({ id }) => id), ["a", "b"]);
});

test("a span worked itself where none of its children ran", () => {
  const parts = selfSegments(span("a", null, 0, 100), [span("b", "a", 10, 30), span("c", "a", 20, 40), span("d", "a", 90, 130)]);
  assert.deepEqual(parts, [{ beginMs: 0, endMs: 10 }, { beginMs: 40, endMs: 90 }]);
  assert.deepEqual(selfSegments(span("a", null, 0, 10), [span("b", "a", 0, 10)]), [{ beginMs: 10, endMs: 10 }]);
});
