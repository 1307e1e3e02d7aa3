import assert from "node:assert/strict";
import { test } from "node:test";
import { EventReader } from "../src/live.ts";
import { placeOf } from "../src/routes.ts";

test("an address says which page, and what of it", () => {
  assert.deepEqual(placeOf("/studio", "").parts, []);
  const place = placeOf("/studio/clients/kiosk%20one%2F2", "?window=1h&search=a%26b");
  assert.deepEqual(place.parts, ["clients", "kiosk one/2"]);
  assert.deepEqual([place.query.get("window"), place.query.get("search")], ["1h", "a&b"]);
  assert.deepEqual(placeOf("/studio/clients/%E0%A4%A", "").parts, ["clients", "%E0%A4%A"]);
});

test("events are read however their text is cut", () => {
  const text = ': hello\r\n\r\nevent: tick\ndata: {"a":1}\n\nevent: trace\r\ndata: one\r\ndata: two\r\n\r\nid: 4\n\ndata\n\n';
  const expected = [{ event: "tick", data: '{"a":1}' }, { event: "trace", data: "one\ntwo" }, { event: "message", data: "" }];
  for (const size of [1, 2, 3, 7, 1000]) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.read(text.slice(at, at + size)));
    assert.deepEqual(events, expected, String(size));
  }
});
