/// The page's development server: made-up data of a whole platform, and the built page under the router's own policy.
///
/// `node mock/server.ts [port] [plain|empty|token|down]`: without data, behind a token (`let-me-in`), or with failing answers.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFileSync } from "node:fs";
import type { Bottlenecks, Fault, OperationDetail, OperationRow, Overview, SubgraphDetail, SubgraphRow, Trace } from "../src/model.ts";
import { failing, fetchRate, latency, middle, rate, series, spanOf, sums, WINDOWS, type Sums } from "./aggregates.ts";
import { graph, typesIn } from "./graph.ts";
import { CHARACTER, CLIENTS, SUBGRAPHS, operations, sdlOf, type Name, type Operation } from "./platform.ts";
import { Random, hashOf } from "./random.ts";
import { documentOf, request, requests, slowdown, trace, type Kept } from "./traces.ts";

const PORT = Number(process.argv[2] ?? 4199);
const MODE = process.argv[3] ?? "plain";
const STARTED = Date.now();
const ALL = operations();
const KEPT = MODE === "empty" ? [] : requests(ALL, STARTED);
const BY_HASH = new Map(ALL.map((each) => [each.hash, each]));
const ASSETS = new URL("../../assets/studio/", import.meta.url);
let faults: Fault[] = [];

class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

const since = { startedAt: new Date(STARTED - 6.4 * 86_400_000).toISOString(), reloadedAt: new Date(STARTED - 38 * 60_000).toISOString() };
const summaries = (kept: Kept[], limit: number) => kept.slice(0, limit).map(({ summary }) => summary);
const inside = (window: string) => KEPT.filter(({ beginMs }) => beginMs > Date.now() - WINDOWS[window]!.seconds * 1000 - (Date.now() - STARTED));
const slowest = (kept: Kept[], limit: number) => summaries([...kept].sort((a, b) => b.summary.durationMs - a.summary.durationMs), limit);
const failed = (kept: Kept[], limit: number) => summaries(kept.filter(({ summary }) => summary.errors > 0), limit);

const counted = new Map<string, { at: number; sums: Sums }>();
function summed(window: string, operation?: Operation): Sums {
  const key = `${window}/${operation?.hash ?? ""}`;
  const now = Date.now();
  const known = counted.get(key);
  if (known && now - known.at < 4000) return known.sums;
  const fresh = sums(operation ? [operation] : ALL, ALL, spanOf(window, now), STARTED + (now - STARTED));
  counted.set(key, { at: now, sums: fresh });
  return fresh;
}

function overview(window: string): Overview {
  const all = summed(window);
  const span = spanOf(window, Date.now());
  const kept = inside(window);
  const head = { window, beginAt: new Date(span.beginMs).toISOString(), endAt: new Date(span.endMs).toISOString(), since };
  const nothing = latency(0);
  if (MODE === "empty") {
    const none = series(span, () => 0);
    const gaps = series(span, () => null);
    return { ...head, requests: 0, requestsPerSecond: 0, errors: 0, errorRate: 0, latency: nothing, overhead: nothing, cacheShare: 0, series: { requests: none, errors: none, p50: gaps, p95: gaps, p99: gaps }, heatmap: { beginAt: head.beginAt, stepSeconds: span.step, bucketsMs: [], counts: [] }, slowest: [], failing: [], alerts: [], store: { traces: 0, bytes: 0, bytesMax: 67_108_864, oldestAt: null, ageMaxSeconds: 86_400 } };
  }
  return {
    ...head, requests: all.requests, requestsPerSecond: all.requests / WINDOWS[window]!.seconds, errors: all.errors, errorRate: all.errors / all.requests, latency: all.latency,
    overhead: latency(0.29, 0.5), cacheShare: 0.274, series: all.series, heatmap: all.heatmap, slowest: slowest(kept, 10), failing: failed(kept, 10),
    alerts: [
      { level: "critical", what: "media answered nine times slower than usual", why: "p95 was 310 ms from 4 to 7 minutes ago; 3 operations went over the budget of 100 ms.", href: "#/subgraphs/media" },
      { level: "warning", what: "GlobalSearch is 2.1 times slower since the last reload", why: "p95 was 68 ms before and is 143 ms now; its fetch of discovery takes the difference.", href: `#/operations/${ALL.find(({ name }) => name === "GlobalSearch")!.hash}` },
    ],
    store: { traces: KEPT.length, bytes: 48_112_204, bytesMax: 67_108_864, oldestAt: KEPT[KEPT.length - 1]?.summary.beginAt ?? null, ageMaxSeconds: 86_400 },
  };
}

const weigh = (operation: Operation) => operation.weight * middle(operation, 600_000);
const TIME = ALL.reduce((sum, each) => sum + weigh(each), 0);

function row(operation: Operation, window: string): OperationRow {
  const span = spanOf(window, Date.now());
  const now = Date.now();
  const total = series(span, (at) => Math.round(rate(operation, ALL, at) * span.step));
  const count = total.points.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const errors = Math.round(count * failing(operation, 3_000_000));
  const all = latency(middle(operation, 120_000));
  const isWorse = operation.rounds.flat().includes("discovery") && operation.rounds.length < 4;
  return {
    hash: operation.hash, name: operation.name, kind: operation.kind, requests: count, requestsPerSecond: count / WINDOWS[window]!.seconds, errors, errorRate: count > 0 ? errors / count : 0,
    latency: all, costMean: operation.cost, cacheShare: operation.cacheShare * 0.8, timeShare: weigh(operation) / TIME,
    clients: CLIENTS.slice(0, 1 + (hashOf(operation.name) % 4)).map(({ name, weight }) => ({ name, requests: Math.round((count * weight) / 100) })),
    sparkline: total, sparklineP95: series(span, (at) => middle(operation, now - at) * 2.77),
    regression: isWorse ? { sinceAt: since.reloadedAt, p95BeforeMs: all.p95Ms / 2.1, p95AfterMs: all.p95Ms, factor: 2.1 } : null, lastSeenAt: new Date(now - (hashOf(operation.hash) % 60_000)).toISOString(),
  };
}

const SORTS: Record<string, (row: OperationRow) => number | string> = {
  requests: (each) => each.requests, errorRate: (each) => each.errorRate, p50: (each) => each.latency.p50Ms, p95: (each) => each.latency.p95Ms, p99: (each) => each.latency.p99Ms,
  cost: (each) => each.costMean ?? 0, cacheShare: (each) => each.cacheShare, time: (each) => each.timeShare, name: (each) => (each.name ?? "").toLowerCase(),
};

function listed(query: URLSearchParams, window: string) {
  const search = (query.get("search") ?? "").toLowerCase();
  const sort = SORTS[query.get("sort") ?? "time"];
  if (!sort) throw new Problem(400, "The query string cannot be read", "There is no such order.");
  const sign = query.get("order") === "asc" ? 1 : -1;
  const rows = (MODE === "empty" ? [] : ALL).filter(({ name, kind }) => name.toLowerCase().includes(search) && (!query.get("kind") || kind === query.get("kind"))).map((each) => row(each, window))
    .filter(({ clients }) => !query.get("client") || clients.some(({ name }) => name === query.get("client")));
  rows.sort((a, b) => (sort(a) < sort(b) ? -sign : sort(a) > sort(b) ? sign : 0));
  return { window, total: rows.length, ...page(rows, query, "operations") };
}

function page<T>(all: T[], query: URLSearchParams, name: string) {
  const from = Number(query.get("after") ?? 0);
  const limit = Math.min(500, Number(query.get("limit") ?? 50));
  return { [name]: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
}

function detail(operation: Operation, window: string): OperationDetail {
  const own = summed(window, operation);
  const kept = inside(window).filter((each) => each.operation === operation);
  const base = row(operation, window);
  const critical = operation.rounds.map((round) => round.indexOf([...round].sort((a, b) => CHARACTER[b].middleMs - CHARACTER[a].middleMs)[0]!));
  const total = operation.rounds.reduce((sum, round) => sum + Math.max(...round.map((name) => CHARACTER[name].middleMs)), 0);
  let index = 0;
  let before: number[] = [];
  const fetches = operation.rounds.flatMap((round, depth) => {
    const here: number[] = [];
    const made = round.map((subgraph, place) => {
      here.push(index);
      const isCritical = critical[depth] === place;
      const all = latency(CHARACTER[subgraph].middleMs * slowdown(subgraph, 60_000));
      return {
        index: index++, subgraph: subgraph as string, dependsOn: before.length > 0 ? [before[place % before.length]!] : [], paths: depth === 0 ? [] : [["courses.edges.@.node", "drama.episodes.edges.@.node", "me"][place % 3]!],
        document: depth === 0 ? operation.text : documentOf(subgraph), executions: Math.round(base.requests * (1 - 0.7 * base.cacheShare)), latency: all,
        timeShare: CHARACTER[subgraph].middleMs / total / (isCritical ? 1 : 1.6), criticalShare: isCritical ? CHARACTER[subgraph].middleMs / total : 0.03, errors: Math.round(base.requests * CHARACTER[subgraph].failing),
        entitiesMean: depth === 0 ? null : 4 + (hashOf(subgraph + operation.name) % 40), keptShare: depth === 0 ? 0 : 0.1 + (hashOf(subgraph) % 30) / 100,
      };
    });
    before = here;
    return made;
  });
  return {
    ...base, requests: own.requests, errors: own.errors, errorRate: own.errors / Math.max(1, own.requests), latency: own.latency, text: operation.text, plan: { fetches },
    fields: [...operation.text.matchAll(/^\s+(\w+)/gm)].map(([, name]) => ({ coordinate: name!, requests: Math.round(own.requests * (0.4 + (hashOf(name!) % 60) / 100)) })),
    clients: base.clients.map(({ name, requests }) => ({ name, requests, errors: Math.round(requests * base.errorRate), p95Ms: base.latency.p95Ms * (0.8 + (hashOf(name) % 50) / 100) })),
    errorCodes: own.errors > 0 ? [{ code: "SUBGRAPH_TIMEOUT", count: Math.ceil(own.errors * 0.6) }, { code: "FORBIDDEN", count: Math.floor(own.errors * 0.4) }] : [],
    series: own.series, heatmap: own.heatmap, slowest: slowest(kept, 20), recent: summaries(kept, 20), failing: failed(kept, 20),
  };
}

function traces(query: URLSearchParams, window: string) {
  const search = (query.get("search") ?? "").toLowerCase();
  const is = (name: string, value: string | null) => !query.get(name) || query.get(name) === value;
  const begin = query.get("beginAt") ? Date.parse(query.get("beginAt")!) : 0;
  const end = query.get("endAt") ? Date.parse(query.get("endAt")!) : Infinity;
  const min = Number(query.get("minMs") ?? 0);
  const max = Number(query.get("maxMs") ?? Infinity);
  const found = inside(window).filter(({ summary, beginMs }) =>
    is("operation", summary.operation?.hash ?? null) && is("client", summary.client) && is("cache", summary.cache) && is("status", summary.errors > 0 ? "error" : "ok") &&
    (!query.get("subgraph") || summary.subgraphs.includes(query.get("subgraph")!)) && summary.durationMs >= min && summary.durationMs < max && beginMs >= begin && beginMs < end &&
    (search === "" || summary.operation?.name?.toLowerCase().includes(search) || summary.traceId.startsWith(search) || summary.correlationId.startsWith(search)));
  if (query.get("sort") === "slowest") found.sort((a, b) => b.summary.durationMs - a.summary.durationMs);
  return { total: found.length, ...page(found.map(({ summary }) => summary), query, "traces") };
}

function found(id: string): Trace {
  const kept = KEPT.find(({ summary }) => summary.traceId === id);
  if (!kept) throw new Problem(404, "There is no such trace", `The trace was not kept, or is no longer: which are, the sampling decides, and they are kept for at most 24 hours and while there is room.`);
  return trace(kept, middle(kept.operation, kept.ageMs));
}

function otlp({ spans, summary }: Trace) {
  const nanos = (ms: number) => String(BigInt(Math.round((Date.parse(summary.beginAt) + ms) * 1000)) * 1000n);
  const value = (given: unknown) => (typeof given === "number" ? { doubleValue: given } : typeof given === "boolean" ? { boolValue: given } : { stringValue: String(given) });
  const services = [...new Set(spans.map(({ service }) => service))];
  return { resourceSpans: services.map((service) => ({ resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] }, scopeSpans: [{ spans: spans.filter((each) => each.service === service).map((each) => ({ traceId: summary.traceId, spanId: each.id, parentSpanId: each.parent ?? "", name: each.name, startTimeUnixNano: nanos(each.beginMs), endTimeUnixNano: nanos(each.beginMs + each.durationMs), attributes: Object.entries(each.attributes).map(([key, given]) => ({ key, value: value(given) })) })) }] })) };
}

function subgraph(name: Name, window: string): SubgraphRow {
  const span = spanOf(window, Date.now());
  const now = Date.now();
  const character = CHARACTER[name];
  const asked = series(span, (at) => Math.round(fetchRate(name, ALL, at) * span.step));
  const total = asked.points.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const bad = series(span, (at) => Math.round(fetchRate(name, ALL, at) * span.step * character.failing * (slowdown(name, now - at) > 4 ? 12 : 1)));
  const errors = bad.points.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const inFlight = Math.round((fetchRate(name, ALL, now) * character.middleMs) / 1000 + (name === "media" ? 28 : 0));
  const time = (each: Name) => fetchRate(each, ALL, now) * CHARACTER[each].middleMs;
  return {
    name, url: name === "media" ? "http://media.lyceum.svc:4104/graphql" : null, inProcess: name !== "media", health: name === "media" ? "degraded" : name === "discovery" ? "degraded" : "up",
    healthReason: name === "media" ? "1.8 % of its fetches failed in the last 15 minutes" : name === "discovery" ? "p95 is 2.4 times what it was before the last reload" : null,
    requests: total, requestsPerSecond: total / WINDOWS[window]!.seconds, errors, errorRate: errors / total, latency: latency(character.middleMs * slowdown(name, 60_000)),
    inFlight, inFlightMax: character.capacity, saturation: inFlight / character.capacity, cacheShare: 0.05 + (hashOf(name) % 40) / 100, timeShare: time(name) / SUBGRAPHS.reduce((sum, each) => sum + time(each), 0),
    series: { requests: asked, errors: bad, p95: series(span, (at) => character.middleMs * 2.77 * slowdown(name, now - at) * (1 + ((hashOf(`${name}${Math.floor(at / 15_000)}`) % 100) - 50) / 400)) },
    sdlHash: hashOf(sdlOf(name)).toString(16).padStart(8, "0"), sdlChangedAt: name === "discovery" || name === "reviews" ? since.reloadedAt : null, types: typesIn(name).length, fields: typesIn(name).reduce((sum, { fields }) => sum + fields.length, 0),
  };
}

function subgraphDetail(name: Name, window: string): SubgraphDetail {
  const asking = ALL.filter(({ rounds }) => rounds.flat().includes(name)).map((each) => row(each, window)).sort((a, b) => b.timeShare - a.timeShare);
  const sum = asking.reduce((total, { timeShare }) => total + timeShare, 0);
  return {
    ...subgraph(name, window), sdl: sdlOf(name), operations: asking.map(({ hash, name: operation, requests: count, latency: { p95Ms }, timeShare }) => ({ hash, name: operation, requests: count, p95Ms, timeShare: timeShare / sum })),
    changes: name === "discovery" || name === "reviews" ? [{ at: since.reloadedAt, added: ["SearchHit.highlight", "Query.trendingSince"], removed: [], changed: ["Query.search(first:): Int = 10 → Int = 20"] }, { at: new Date(STARTED - 3 * 86_400_000).toISOString(), added: [], removed: ["SearchHit.rank"], changed: [] }] : [],
    entities: typesIn(name).filter(({ keys }) => keys.length > 0).map(({ name: type, keys }) => ({ type, keys })), slowest: slowest(inside(window).filter(({ summary }) => summary.subgraphs.includes(name)), 10),
  };
}

function bottlenecks(window: string): Bottlenecks {
  const span = spanOf(window, Date.now());
  const count = ALL.reduce((sum, each) => sum + rate(each, ALL, span.endMs), 0) * WINDOWS[window]!.seconds;
  const parts = SUBGRAPHS.map((name) => ({ service: name as string, criticalMs: fetchRate(name, ALL, span.endMs) * CHARACTER[name].middleMs * slowdown(name, 60_000) * WINDOWS[window]!.seconds * (0.5 + (hashOf(name) % 40) / 100) }));
  parts.push({ service: "router", criticalMs: count * 0.33 });
  const total = parts.reduce((sum, { criticalMs }) => sum + criticalMs, 0);
  const services = parts.map(({ service, criticalMs }) => ({ service, criticalMs, criticalShare: criticalMs / total, selfMs: criticalMs * 1.6, share: criticalMs / total })).sort((a, b) => b.criticalMs - a.criticalMs);
  const kinds = ["statement", "fetch", "batch", "subgraph", "cache", "statement", "stage"] as const;
  const items: Bottlenecks["items"] = services.flatMap(({ service, criticalMs, criticalShare }, place) => {
    const random = new Random(service);
    if (service === "router") return [];
    const name = service as Name;
    return Array.from({ length: 2 }, (_, index) => {
      const kind = kinds[(place * 2 + index) % kinds.length]!;
      const table = CHARACTER[name].tables[index]!;
      const share = criticalShare * (index === 0 ? 0.52 : 0.21);
      const operation = random.pick(ALL.filter(({ rounds }) => rounds.flat().includes(name)));
      const what = { statement: `SELECT ${table}`, fetch: `fetch of ${operation.name}`, batch: `batch ${table}`, subgraph: service, cache: `${operation.name} is not kept`, stage: "plan" }[kind];
      const calls = Math.round(criticalMs / random.between(2, 9));
      const percent = `${(share * 100).toFixed(1)} %`;
      const sentence = { statement: `The statement ran ${random.between(1, 4).toFixed(1)} times per request and took ${percent} of all waiting.`, fetch: `It starts only when the fetch before it has ended, and takes ${percent} of all waiting.`, batch: `Its keys come in ${random.whole(2, 6)} batches of ${random.whole(2, 9)} instead of one.`, subgraph: `${percent} of all waiting is for ${service}.`, cache: `It could be kept for 60 s by its @cacheControl, but User.displayName is private.`, stage: `Plans are made anew for ${percent} of the requests.` }[kind];
      const halved = criticalMs * (index === 0 ? 0.26 : 0.1);
      return { kind, service, name: what, operation: operation.hash, criticalMs: criticalMs * (index === 0 ? 0.52 : 0.21), share, calls, p95Ms: CHARACTER[name].middleMs * random.between(1.5, 3), saves: { ifHalvedMs: halved, share: share / 2, sentence: kind === "batch" ? `One batch instead would save ${(share * 50).toFixed(1)} % of the time of all requests.` : `Twice as fast, it would save ${(share * 50).toFixed(1)} % of the time of all requests, ${(halved / count).toFixed(2)} ms each.` }, sentence, traceId: KEPT.find((each) => each.operation === operation && each.summary.durationMs > 30)?.summary.traceId ?? KEPT[0]?.summary.traceId ?? null };
    });
  }).sort((a, b) => b.share - a.share).slice(0, 20);
  const over = ALL.map((each) => row(each, window)).filter((each) => each.latency.p95Ms > 100).map(({ hash, name, latency: { p95Ms } }) => ({ hash, name, p95Ms })).sort((a, b) => b.p95Ms - a.p95Ms);
  return { window, requests: Math.round(count), totalMs: total, services, items, budget: { p95BudgetMs: 100, over } };
}

function clients() {
  return { sinceSeconds: 553_000, clients: Object.fromEntries(CLIENTS.map(({ name, weight }) => {
    const use = (share: number) => ({ operations: Math.round(share * 4_211_000), errors: Math.round(share * 8_100), cost: Math.round(share * 310_000_000), lastUsedSecondsAgo: hashOf(name) % 90 });
    const asked = ALL.filter((each) => (name === "partner_demo") === each.name.startsWith("Partner"));
    const sum = asked.reduce((total, each) => total + each.weight, 0);
    const refusalsByCode: Record<string, number> = name === "partner_demo" ? { PERSISTED_QUERY_ONLY: 214, RATE_LIMITED: 61 } : name === "web" ? { RATE_LIMITED: 1402, COST_LIMIT: 12 } : {};
    return [name, { ...use(weight / 100), byOperation: Object.fromEntries(asked.map((each) => [each.hash, { ...use((weight * each.weight) / sum / 100), name: each.name }])), refusals: Object.values(refusalsByCode).reduce((a, b) => a + b, 0), refusalsByCode }];
  })) };
}

function event(index: number, source: string, kind: string, subject: string, correlation: string, causation?: string) {
  const id = `01jd${(hashOf(kind) + index).toString(32).padStart(22, "0").slice(-22)}`;
  return { specversion: "1.0", id, source, type: `${source}.${kind}.v1`, subject, time: new Date(STARTED - 420_000 + index * 180).toISOString(), seq: index + 3, correlationid: correlation, ...(causation ? { causationid: causation } : {}), data: { userId: "usr_01jwh91ew0", amount: 120 } };
}

function flow(correlation: string) {
  const written = event(0, "reviews", "review.written", "rev_01jwh91ew0swq2zma0", correlation);
  const scored = event(1, "reviews", "score.changed", "mov_01jwh91ew0swq2zma0", correlation, written.id);
  const points = event(2, "rewards", "points.credited", "wal_01jwh91ew0swq2zma0", correlation, written.id);
  const tier = event(3, "reviews", "critic.promoted", "usr_01jwh91ew0swq2zma0", correlation, points.id);
  const told = event(4, "discovery", "document.indexed", "mov_01jwh91ew0swq2zma0", correlation, scored.id);
  return { subgraphs: { reviews: { events: [written, scored, tier] }, rewards: { events: [points] }, discovery: { events: [told] } }, unavailable: [] };
}

function outbox() {
  return { subgraphs: Object.fromEntries(SUBGRAPHS.map((name, place) => [name, { unpublished: name === "media" ? 14 : 0, oldestAgeSeconds: name === "media" ? 9 : null, deadLetters: name === "rewards" ? 2 : 0, consumers: SUBGRAPHS.filter((_, other) => (other * 3 + place) % 7 === 1).map((consumer) => ({ consumer: `${name}-${consumer}`, events: (hashOf(name + consumer) % 9) * (name === "discovery" ? 41 : 0) })) }])), unavailable: [] };
}

const letters = ["review.written", "walk.ended"].map((kind, index) => ({ id: event(index, "reviews", kind, "rev_01", "flow-7").id, consumer: "rewards-points", reason: index === 0 ? "the wallet of usr_01jwh91ew0 is closed" : "deadlock detected (40P01), five times", attempts: 5, ageSeconds: 4200 * (index + 1), event: event(index, index === 0 ? "reviews" : "activity", kind, "rev_01jwh91ew0swq2zma0", `flow-${index}7c1`) }));
const dead = () => ({ subgraphs: { rewards: { total: letters.length, letters }, identity: { total: 0, letters: [] } }, unavailable: [] });

async function answer(message: IncomingMessage, url: URL): Promise<unknown> {
  const path = url.pathname;
  const query = url.searchParams;
  const window = query.get("window") ?? "15m";
  if (!WINDOWS[window]) throw new Problem(400, "There is no such window", `Windows are ${Object.keys(WINDOWS).join(", ")}.`);
  if (MODE === "down" && path !== "/ops/session") throw new Problem(503, "The store cannot be asked", "It is being rebuilt after a reload; ask again in a few seconds.");
  const [, , section, name, more] = path.split("/").map(decodeURIComponent);
  if (section === "session") return { identity: MODE === "token" ? "token" : "loopback", scopes: ["ops:read", "admin"], production: false, version: "0.6.0", name: "Lyceum" };
  if (section === "overview") return overview(window);
  if (section === "operations") {
    if (!name) return listed(query, window);
    const operation = BY_HASH.get(name);
    if (!operation) throw new Problem(404, "There is no such operation", `Nobody has asked the operation ${name} in the last ${window}.`);
    return detail(operation, window);
  }
  if (section === "traces") return !name ? traces(query, window) : more === "otlp" ? otlp(found(name)) : found(name);
  if (section === "subgraphs") {
    if (!name) return { subgraphs: SUBGRAPHS.map((each) => subgraph(each, window)) };
    if (!SUBGRAPHS.includes(name as Name)) throw new Problem(404, "There is no such subgraph", `No subgraph is called ${name}.`);
    return subgraphDetail(name as Name, window);
  }
  if (section === "graph") return graph(window, Date.now());
  if (section === "bottlenecks") return bottlenecks(window);
  if (section === "clients") return clients();
  if (section === "cache") return name ? { outdated: true } : { fetches: { bytes: 41_218_003, bytesMax: 67_108_864 }, replies: { bytes: 9_440_127, bytesMax: 67_108_864 } };
  if (section === "flow") return flow(name ?? "");
  if (section === "outbox") return outbox();
  if (section === "dead-letters") return message.method === "POST" ? { subgraphs: { rewards: { replays: letters.splice(0, name === "replay" ? letters.length : 1).map(({ id, consumer }) => ({ id, consumer, outcome: "done" })) } }, unavailable: [] } : dead();
  if (section === "faults") {
    faults = faults.filter(({ untilAt }) => Date.parse(untilAt) > Date.now());
    if (message.method === "DELETE") faults = faults.filter((each) => each.subgraph !== name);
    if (message.method === "POST") {
      let body = "";
      for await (const chunk of message) body += String(chunk);
      const asked = JSON.parse(body) as { subgraph: string; delayMs?: number; error?: string; share?: number; seconds: number };
      faults = [...faults.filter((each) => each.subgraph !== asked.subgraph), { subgraph: asked.subgraph, delayMs: asked.delayMs ?? null, error: asked.error ?? null, share: asked.share ?? 1, untilAt: new Date(Date.now() + asked.seconds * 1000).toISOString(), by: "loopback" }];
    }
    return { allowed: true, faults };
  }
  throw new Problem(404, "There is nothing here", `${path} is not answered.`);
}

function live(reply: ServerResponse): void {
  reply.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const random = new Random(Date.now());
  const tick = () => {
    const now = Date.now();
    const per = MODE === "empty" ? 0 : Math.round(ALL.reduce((sum, each) => sum + rate(each, ALL, now), 0));
    reply.write(`event: tick\ndata: ${JSON.stringify({ requests: per, errors: Math.round(per * 0.004), p95Ms: 61 + random.between(-9, 14), requestsPerSecond: per, at: new Date(now).toISOString() })}\n\n`);
    for (let index = 0; MODE !== "empty" && index < 3; index += 1) {
      const kept = request(ALL, random.whole(8, 2 ** 31), now, 0);
      KEPT.unshift(kept);
      if (KEPT.length > 10_000) KEPT.pop();
      reply.write(`event: trace\ndata: ${JSON.stringify(kept.summary)}\n\n`);
    }
  };
  tick();
  const timer = setInterval(tick, 1000);
  reply.on("close", () => clearInterval(timer));
}

const MEDIA: Record<string, string> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml", md: "text/markdown; charset=utf-8" };

function asset(path: string, reply: ServerResponse): void {
  const file = /^\/studio\/(studio\.js|studio\.css|icon\.svg|licenses\.md)$/.exec(path)?.[1];
  if (!file) {
    reply.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" });
    reply.end(readFileSync(new URL("index.html", ASSETS)));
    return;
  }
  const isCompressed = /\.(js|css)$/.test(file);
  reply.writeHead(200, { "content-type": MEDIA[file.split(".").pop()!]!, ...(isCompressed ? { "content-encoding": "gzip" } : {}) });
  reply.end(readFileSync(new URL(isCompressed ? `${file}.gz` : file, ASSETS)));
}

createServer((message, reply) => {
  const url = new URL(message.url ?? "/", "http://localhost");
  if (url.pathname.startsWith("/studio")) return asset(url.pathname, reply);
  const refuse = (problem: Problem) => {
    reply.writeHead(problem.status, { "content-type": "application/problem+json" });
    reply.end(JSON.stringify({ type: "about:blank", title: problem.title, status: problem.status, detail: problem.message }));
  };
  if (MODE === "token" && message.headers.authorization !== "Bearer let-me-in") {
    return refuse(message.headers.authorization ? new Problem(403, "The viewer may not", "This needs the scope `ops:read`.") : new Problem(401, "The token is missing or not accepted", "Send an access token: Authorization: Bearer."));
  }
  if (url.pathname === "/ops/live") return live(reply);
  answer(message, url).then(
    (told) => {
      reply.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      reply.end(JSON.stringify(told));
    },
    (error: unknown) => refuse(error instanceof Problem ? error : new Problem(500, "It has failed", String(error))),
  );
}).listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/studio (${KEPT.length} traces, ${MODE})`));
