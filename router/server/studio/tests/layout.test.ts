import assert from "node:assert/strict";
import { test } from "node:test";
import { layered } from "../src/dag.ts";
import { spring } from "../src/layout.ts";

test("each fetch stands to the right of all that it waits for", () => {
  const nodes = [{ id: 0, dependsOn: [] }, { id: 1, dependsOn: [0] }, { id: 2, dependsOn: [0] }, { id: 3, dependsOn: [1, 2] }, { id: 4, dependsOn: [0, 3] }];
  const placed = new Map(layered(nodes).map((each) => [each.id, each]));
  for (const { id, dependsOn } of nodes) for (const on of dependsOn) assert.ok(placed.get(on)!.layer < placed.get(id)!.layer);
  assert.equal(placed.get(4)!.layer, 3);
});

test("lines do not cross where they need not", () => {
  const placed = new Map(layered([{ id: 0, dependsOn: [] }, { id: 1, dependsOn: [] }, { id: 2, dependsOn: [1] }, { id: 3, dependsOn: [0] }]).map(({ id, row }) => [id, row]));
  assert.equal(placed.get(0)! < placed.get(1)!, placed.get(3)! < placed.get(2)!);
});

test("a plan that waits for itself, or for what is not there, is placed once each", () => {
  const placed = layered([{ id: 0, dependsOn: [1] }, { id: 1, dependsOn: [0, 9] }, { id: 2, dependsOn: [2] }]);
  assert.deepEqual(placed.map(({ id }) => id).sort(), [0, 1, 2]);
  assert.deepEqual(layered([]), []);
});

test("the same graph always looks the same, in whatever order it is told", () => {
  const names = ["activity", "identity", "learning", "media", "reviews"];
  const links = [{ from: "learning", to: "reviews", weight: 900 }, { from: "reviews", to: "identity", weight: 40 }, { from: "learning", to: "media", weight: 5 }];
  const [one, other] = [spring(names, links), spring([...names].reverse(), links)];
  for (const name of names) assert.deepEqual(one.get(name), other.get(name));
});

test("every subgraph has a place of its own in the picture", () => {
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  const points = [...spring(names, names.flatMap((from, index) => [{ from, to: names[(index * 7 + 1) % 50]!, weight: index + 1 }]))];
  assert.equal(points.length, 50);
  for (const [, { x, y }] of points) assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
  assert.equal(new Set(points.map(([, { x, y }]) => `${x.toFixed(4)} ${y.toFixed(4)}`)).size, 50);
  assert.deepEqual(spring(["one"], []), new Map([["one", { x: 0.5, y: 0.5 }]]));
});
