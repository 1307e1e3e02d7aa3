import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, bytes, count, duration, factor, percent, plural, rate, span } from "../src/format.ts";
import { bucketBegin, ceiling, intensity, ticks, timeTicks, within, zoomed } from "../src/scale.ts";

const plain = (text: string) => text.replaceAll("\u202f", " ");

test("durations have few digits, and the unit that fits", () => {
  const all: [number, string][] = [[0, "0 ms"], [0.004, "4.0 µs"], [0.42, "0.42 ms"], [8.34, "8.3 ms"], [9.97, "10 ms"], [214.4, "214 ms"], [999.6, "1.00 s"], [1249, "1.25 s"], [12_340, "12.3 s"], [200_000, "3 min 20 s"]];
  for (const [ms, text] of all) assert.equal(plain(duration(ms)), text);
  assert.equal(duration(null), "–");
  assert.equal(duration(Number.NaN), "–");
  assert.equal(plain(span(93_600)), "1 d 2 h");
  assert.equal(plain(span(0)), "0 s");
});

test("counts, rates, shares and sizes are short", () => {
  assert.deepEqual([812, 9421, 48_213, 1_240_000, 3.25].map((each) => plain(count(each))), ["812", "9 421", "48.2k", "1.24M", "3.3"]);
  assert.deepEqual([0, 0.0004, 0.42, 8.3, 204].map((each) => plain(rate(each))), ["0/s", "1.4/h", "0.42/s", "8.3/s", "204/s"]);
  assert.deepEqual([0, 0.00001, 0.0042, 0.083, 0.52].map((each) => plain(percent(each))), ["0 %", "< 0.01 %", "0.42 %", "8.3 %", "52 %"]);
  assert.deepEqual([812, 4100, 46_000_000].map((each) => plain(bytes(each))), ["812 B", "4.10 kB", "46.0 MB"]);
  assert.deepEqual([factor(2.13), factor(12.4), plural(1, "span"), plain(plural(2, "span"))], ["2.1×", "12×", "1 span", "2 spans"]);
  assert.equal(plain(ago(0, 61_000)), "1 min ago");
});

test("axes have round ticks within their range", () => {
  assert.deepEqual(ticks({ begin: 0, end: 100 }, 4), [0, 50, 100]);
  assert.deepEqual(ticks({ begin: 0.12, end: 0.48 }, 4), [0.2, 0.3, 0.4]);
  assert.deepEqual(ticks({ begin: 5, end: 5 }, 4), [5]);
  assert.ok(ticks({ begin: 0, end: 1e-7 }, 8).length <= 10);
  const minute = 60_000;
  assert.deepEqual(timeTicks({ begin: 30_000, end: 5.5 * minute }, 5), [minute, 2 * minute, 3 * minute, 4 * minute, 5 * minute]);
  const midnight = timeTicks({ begin: 0, end: 4 * 86_400_000 }, 4, 9 * 3_600_000)[0]!;
  assert.equal((midnight + 9 * 3_600_000) % 86_400_000, 0);
  assert.deepEqual([0, 3, 97, 101, 0.04].map(ceiling), [1, 3, 100, 150, 0.04]);
});

test("zooming keeps the point below the pointer, and never leaves the whole", () => {
  const whole = { begin: 0, end: 100 };
  const near = zoomed(whole, whole, 25, 0.5, 1);
  assert.deepEqual(near, { begin: 12.5, end: 62.5 });
  assert.equal((25 - near.begin) / (near.end - near.begin), 0.25);
  assert.deepEqual(zoomed(near, whole, 25, 100, 1), whole);
  assert.equal(zoomed(near, whole, 25, 0, 1).end - zoomed(near, whole, 25, 0, 1).begin, 1);
  assert.deepEqual(within({ begin: -20, end: 10 }, whole), { begin: 0, end: 30 });
  assert.deepEqual(within({ begin: 90, end: 130 }, whole), { begin: 60, end: 100 });
});

test("few are seen beside many, and none is not seen", () => {
  assert.equal(intensity(0, 1000), 0);
  assert.ok(intensity(1, 1000) > 0.05 && intensity(1, 1000) < intensity(10, 1000));
  assert.equal(intensity(1000, 1000), 1);
  assert.deepEqual([bucketBegin([1, 2, 5], 0), bucketBegin([1, 2, 5], 2)], [0, 2]);
});
