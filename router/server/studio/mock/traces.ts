/// Requests that never were, the same ones at each start: 10,000 of them.

import { childrenOf, criticalPath, selfSegments } from "../src/critical.ts";
import type { Attributes, FetchOutcome, RequestFetch, Span, Trace, TraceSummary } from "../src/model.ts";
import { CHARACTER, CLIENTS, SUBGRAPHS, type Name, type Operation } from "./platform.ts";
import { Random } from "./random.ts";

export const KEPT = 10_000;
const MINUTE = 60_000;
const ERRORS = { timed_out: "SUBGRAPH_TIMEOUT", failed: "SUBGRAPH_UNAVAILABLE", refused: "FORBIDDEN" };

/// How much slower a subgraph was than usual: an incident of media some minutes ago, and a reload that made discovery slow.
export function slowdown(subgraph: Name, ageMs: number): number {
  if (subgraph === "media" && ageMs > 4.5 * MINUTE && ageMs < 7 * MINUTE) return 9;
  if (subgraph === "discovery" && ageMs < 38 * MINUTE) return 2.4;
  return 1;
}

interface Timeline {
  fetches: (RequestFetch & { dependsOn: number[]; name: Name })[];
  stages: { name: string; beginMs: number; durationMs: number }[];
  durationMs: number;
}

function timeline(operation: Operation, random: Random, ageMs: number, isHit: boolean): Timeline {
  const stages: Timeline["stages"] = [];
  let at = 0;
  const stage = (name: string, durationMs: number) => {
    stages.push({ name, beginMs: at, durationMs });
    at += durationMs;
  };
  stage("admit", random.between(0.01, 0.04));
  stage("parse", random.between(0.03, 0.12));
  stage("authorize", random.between(0.01, 0.06));
  if (isHit) {
    stage("cache", random.between(0.05, 0.3));
    stage("reply", random.between(0.02, 0.08));
    return { fetches: [], stages, durationMs: at };
  }
  stage("plan", random.chance(0.06) ? random.between(0.8, 3.2) : random.between(0.01, 0.04));
  const executing = at;
  const fetches: Timeline["fetches"] = [];
  let before: number[] = [];
  for (const round of operation.rounds) {
    const here: number[] = [];
    for (const [place, name] of round.entries()) {
      const on = before.length > 0 ? [before[place % before.length]!] : [];
      const begin = on.length > 0 ? Math.max(...on.map((index) => fetches[index]!.beginMs + fetches[index]!.durationMs)) + random.between(0.02, 0.12) : at + 0.02;
      const character = CHARACTER[name];
      const share = character.failing * (slowdown(name, ageMs) > 4 ? 12 : 1);
      let outcome: FetchOutcome = random.chance(share) ? random.pick(["timed_out", "failed"] as const) : "answered";
      const isKept = operation.cacheShare > 0 && on.length > 0 && random.chance(0.12);
      let durationMs = random.logNormal(character.middleMs, 0.55) * slowdown(name, ageMs) * (random.chance(0.012) ? random.between(4, 14) : 1);
      if (outcome === "timed_out") durationMs = 1000;
      if (isKept) {
        durationMs = random.between(0.05, 0.2);
        outcome = "kept";
      }
      const entities = on.length > 0 ? random.whole(1, 60) : null;
      here.push(fetches.length);
      fetches.push({
        index: fetches.length, name, subgraph: name, beginMs: begin, durationMs, outcome, entities, dependsOn: on,
        kept: entities === null ? null : isKept ? entities : random.whole(0, Math.floor(entities / 3)),
        requestBytes: random.whole(300, 2400), replyBytes: random.whole(800, 42_000), critical: false,
      });
    }
    before = here;
  }
  at = Math.max(...fetches.map(({ beginMs, durationMs }) => beginMs + durationMs));
  stages.push({ name: "execute", beginMs: executing, durationMs: at - executing });
  stage("shape", random.between(0.03, 0.4));
  stage("reply", random.between(0.02, 0.09));
  let waiting: number | undefined = fetches.reduce((last, each) => (each.beginMs + each.durationMs > last.beginMs + last.durationMs ? each : last)).index;
  while (waiting !== undefined) {
    fetches[waiting]!.critical = true;
    waiting = fetches[waiting]!.dependsOn[0];
  }
  return { fetches, stages, durationMs: at };
}

export interface Kept {
  summary: TraceSummary;
  operation: Operation;
  seed: number;
  ageMs: number;
  beginMs: number;
}

/// One request of an operation, this long ago.
export function request(all: Operation[], seed: number, now: number, ageMs: number, only?: Operation): Kept {
  const random = new Random(seed);
  const operation = only ?? random.weighted(all, ({ weight, rounds }) => Math.sqrt(weight) * rounds.length);
  const isHit = random.chance(operation.cacheShare * 0.35);
  const run = timeline(operation, new Random(seed + 1), ageMs, isHit);
  const refused = random.chance(0.006);
  const failed = run.fetches.filter(({ outcome }) => outcome === "timed_out" || outcome === "failed");
  const codes = [...new Set([...failed.map(({ outcome }) => ERRORS[outcome as "failed"]), ...(refused ? [ERRORS.refused] : [])])];
  const overheadMs = run.durationMs - (run.fetches.length > 0 ? run.stages.find(({ name }) => name === "execute")!.durationMs : 0) + 0.1 * run.fetches.length;
  const critical = run.fetches.filter((each) => each.critical).sort((a, b) => b.durationMs - a.durationMs)[0];
  const beginMs = now - ageMs;
  const hex = new Random(seed ^ 0x5bd1e995);
  const summary: TraceSummary = {
    traceId: hex.hex(32), correlationId: `flow-${hex.hex(12)}`, beginAt: new Date(beginMs).toISOString(), durationMs: run.durationMs, overheadMs,
    operation: { hash: operation.hash, name: operation.name, kind: operation.kind }, endpoint: operation.name.startsWith("Partner") ? "/partner/graphql" : "/graphql",
    client: operation.name.startsWith("Partner") ? "partner_demo" : random.weighted(CLIENTS, ({ weight }) => weight).name,
    status: 200, errors: codes.length, errorCodes: codes, cost: operation.cost + random.whole(0, 9),
    cache: isHit ? "hit" : operation.cacheShare > 0 ? "miss" : operation.kind === "query" ? "uncacheable" : null,
    fetches: run.fetches.length, subgraphs: [...new Set(run.fetches.map(({ subgraph }) => subgraph))].sort(),
    keptFor: codes.length > 0 ? "error" : run.durationMs > 120 ? "slow" : "sample",
    culprit: critical && run.durationMs > 40 ? { service: critical.subgraph, name: `SELECT ${CHARACTER[critical.name].tables[0]}`, shareOfTime: (critical.durationMs / run.durationMs) * 0.78 } : null,
    complete: !random.chance(0.01),
  };
  return { summary, operation, seed, ageMs, beginMs };
}

/// Ten thousand, most of them of the last quarter of an hour; the first of them of all has 5,000 spans.
export function requests(all: Operation[], now: number): Kept[] {
  const random = new Random(20261121);
  const wide = all.find(({ name }) => name === "WideFanout");
  const kept = [request(all, 7, now, 90_000, wide)];
  const spans = [5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE, 24 * 60 * MINUTE];
  while (kept.length < KEPT) kept.push(request(all, random.whole(8, 2 ** 31), now, random.between(0, random.pick(spans))));
  return kept.sort((a, b) => b.beginMs - a.beginMs);
}

const STATEMENTS = [
  (table: string) => `SELECT t.id, t.title, t.created_at, t.updated_at FROM ${table} AS t WHERE t.id = ANY($1) AND t.deleted_at IS NULL ORDER BY t.id`,
  (table: string) => `SELECT parent_id, count(*) AS total, avg(score)::float8 AS average FROM ${table} WHERE parent_id = ANY($1) GROUP BY parent_id`,
  (table: string) => `WITH ranked AS (SELECT x.*, row_number() OVER (PARTITION BY x.owner_id ORDER BY x.created_at DESC) AS place FROM ${table} AS x WHERE x.owner_id = ANY($1)) SELECT id, owner_id, title FROM ranked WHERE place <= $2 ORDER BY owner_id, place`,
];
const FIELDS = ["title", "ratingSummary", "displayName", "viewerProgress", "episodes", "category", "stream", "author", "pointBalance", "mentors"];

/// Everything that is known of a request.
export function trace(kept: Kept, p50Ms: number): Trace {
  const { summary, operation, seed } = kept;
  const run = timeline(operation, new Random(seed + 1), kept.ageMs, summary.cache === "hit");
  const random = new Random(seed + 2);
  const spans: Span[] = [];
  const add = (parent: string | null, service: string, name: string, kind: string, beginMs: number, durationMs: number, attributes: Attributes, error: string | null = null): Span => {
    const span: Span = { id: random.hex(16), parent, service, name, kind, beginMs, durationMs, selfMs: 0, status: error ? "error" : "unset", error, critical: false, attributes, events: [], links: [] };
    spans.push(span);
    return span;
  };
  const root = add(null, "router", `${operation.kind} ${operation.name}`, "server", 0, run.durationMs, {
    "http.request.method": "POST", "url.path": summary.endpoint, "http.response.status_code": 200, "graphql.operation.name": operation.name,
    "graphql.operation.type": operation.kind, "graphql.document": operation.text, "client.name": summary.client ?? "", "lyceum.cost": summary.cost ?? 0,
    "lyceum.correlation_id": summary.correlationId, "user_agent.original": "Lyceum/8.2 (iPhone; iOS 20.1)",
  }, summary.errors > 0 ? summary.errorCodes.join(", ") : null);
  for (const { name, beginMs, durationMs } of run.stages) {
    const stage = add(root.id, "router", name, "internal", beginMs, durationMs, { "lyceum.stage": name });
    if (name !== "execute") continue;
    const ofFetch = new Map<number, Span>();
    for (const fetch of run.fetches) {
      const isKept = fetch.kept !== null && fetch.kept === fetch.entities;
      const failure = fetch.outcome !== "timed_out" && fetch.outcome !== "failed" ? null : fetch.outcome === "timed_out" ? "the subgraph did not answer within 1000 ms" : "connection closed before the reply was complete";
      const client = add(stage.id, "router", `fetch ${fetch.subgraph}`, "client", fetch.beginMs, fetch.durationMs, {
        "lyceum.fetch.index": fetch.index, "lyceum.subgraph": fetch.subgraph, "server.address": "127.0.0.1", "lyceum.fetch.entities": fetch.entities ?? 0, "lyceum.fetch.kept": fetch.kept ?? 0,
        "graphql.document": fetch.entities === null ? operation.text : documentOf(fetch.name), "http.request.body.size": fetch.requestBytes ?? 0, "http.response.body.size": fetch.replyBytes ?? 0,
      }, failure);
      ofFetch.set(fetch.index, client);
      if (isKept || fetch.outcome === "failed") continue;
      inside(fetch, client);
    }
  }
  function inside(fetch: Timeline["fetches"][number], client: Span): void {
    const wire = Math.min(0.35, fetch.durationMs * 0.04);
    const served = add(client.id, fetch.subgraph, "POST /graphql", "server", client.beginMs + wire, client.durationMs - 2 * wire, { "http.request.method": "POST", "url.path": "/graphql", "lyceum.signed_by": "router", "process.pid": 4100 + SUBGRAPHS.indexOf(fetch.name) });
    let at = served.beginMs + served.durationMs * 0.03;
    const wide = seed === 7 ? 190 : random.whole(1, 4);
    const room = served.durationMs * 0.92;
    const parts = Array.from({ length: wide }, () => random.between(0.4, 1.6));
    const sum = parts.reduce((a, b) => a + b, 0);
    for (const [place, part] of parts.entries()) {
      const duration = (room * part) / sum;
      const field = FIELDS[(place + fetch.index) % FIELDS.length]!;
      const resolver = add(served.id, fetch.subgraph, `resolve ${field}`, "internal", at, duration, { "graphql.field.path": `_entities.${place}.${field}`, "lyceum.resolver.calls": fetch.entities ?? 1 });
      const table = CHARACTER[fetch.name].tables[place % CHARACTER[fetch.name].tables.length]!;
      const keys = random.whole(1, 60);
      const batch = add(resolver.id, fetch.subgraph, `batch ${table}`, "internal", at + duration * 0.06, duration * 0.88, { "lyceum.batch.keys": keys, "lyceum.batch.found": Math.max(0, keys - random.whole(0, 2)) });
      let from = batch.beginMs + batch.durationMs * 0.05;
      const statements = seed === 7 && place % 3 === 0 ? 2 : 1;
      for (let index = 0; index < statements; index += 1) {
        const time = (batch.durationMs * 0.86) / statements;
        const statement = add(batch.id, fetch.subgraph, `SELECT ${table}`, "client", from, time, {
          "db.system.name": "postgresql", "db.namespace": fetch.subgraph, "db.collection.name": table, "db.query.text": STATEMENTS[(place + index) % STATEMENTS.length]!(table),
          "db.response.returned_rows": random.whole(1, 240), "lyceum.pool.wait_ms": Math.round(random.between(0, time * 0.2) * 100) / 100,
        });
        if (random.chance(0.08)) statement.events.push({ name: "slow statement", atMs: from + time * 0.9, attributes: { "db.response.status_code": "00000", threshold_ms: 50 } });
        from += time;
      }
      at += duration;
    }
    if (fetch.outcome === "timed_out") {
      served.status = "error";
      served.error = "cancelled: nobody waits any more";
      served.events.push({ name: "exception", atMs: served.beginMs + served.durationMs - 0.5, attributes: { "exception.type": "Cancelled", "exception.message": "the caller has gone away", "exception.stacktrace": "reviews::loading::ratings\n  at subgraphs/reviews/src/loading.rs:118\nservice::http::answer\n  at subgraphs/kit/service/src/http.rs:64" } });
    }
    if (operation.kind === "mutation" && fetch.dependsOn.length === 0) {
      const written = add(served.id, fetch.subgraph, `INSERT ${CHARACTER[fetch.name].tables[0]}`, "client", at, served.durationMs * 0.03, { "db.system.name": "postgresql", "db.query.text": `INSERT INTO ${CHARACTER[fetch.name].tables[0]} (id, owner_id, data, created_at) VALUES ($1, $2, $3, now()) ON CONFLICT (id) DO UPDATE SET data = excluded.data RETURNING id` });
      const sent = add(served.id, fetch.subgraph, `publish ${fetch.subgraph}.${operation.name.toLowerCase()}.done.v1`, "producer", written.beginMs + written.durationMs, served.durationMs * 0.01, { "messaging.system": "lyceum", "messaging.message.id": `01jd${random.hex(22)}` });
      sent.events.push({ name: "written to the outbox", atMs: sent.beginMs, attributes: { sequence: random.whole(1, 9000) } });
      const heard = add(sent.id, "rewards", `consume ${fetch.subgraph}.${operation.name.toLowerCase()}.done.v1`, "consumer", run.durationMs + random.between(4, 30), random.between(2, 12), { "messaging.consumer.group.name": "rewards" });
      heard.links.push({ traceId: summary.traceId, spanId: sent.id });
      add(heard.id, "rewards", "INSERT point_entries", "client", heard.beginMs + 0.4, heard.durationMs - 0.8, { "db.system.name": "postgresql", "db.query.text": "INSERT INTO point_entries (wallet_id, amount, reason) VALUES ($1, $2, $3)" });
    }
  }
  const children = childrenOf(spans);
  for (const span of spans) span.selfMs = selfSegments(span, children.get(span.id) ?? []).reduce((sum, each) => sum + each.endMs - each.beginMs, 0);
  const path = criticalPath(spans);
  const onPath = new Map<string, number>();
  for (const each of path) onPath.set(each.id, (onPath.get(each.id) ?? 0) + each.endMs - each.beginMs);
  for (const span of spans) span.critical = onPath.has(span.id);
  const byService = new Map<string, number>();
  for (const span of spans) byService.set(span.service, (byService.get(span.service) ?? 0) + span.selfMs);
  const total = [...byService.values()].reduce((a, b) => a + b, 0);
  const culprit = spans.filter(({ critical }) => critical).sort((a, b) => (onPath.get(b.id) ?? 0) - (onPath.get(a.id) ?? 0))[0];
  const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  const sentence = culprit && culprit.service !== "router"
    ? `${culprit.name} in ${culprit.service} took ${ms(culprit.selfMs)} of ${ms(run.durationMs)}; everything after it had to wait, and the operation's median is ${ms(p50Ms)}.`
    : summary.cache === "hit" ? "Answered from what was kept: no subgraph was asked." : "The router itself took most of the time; no subgraph stands out.";
  return {
    summary,
    explanation: {
      sentence, comparedWith: { operationP50Ms: p50Ms },
      culprit: culprit ? { spanId: culprit.id, service: culprit.service, name: culprit.name, selfMs: culprit.selfMs, shareOfTime: culprit.selfMs / run.durationMs } : null,
    },
    request: { stages: run.stages, fetches: run.fetches.map(({ name: _, dependsOn: __, ...fetch }) => fetch), cacheReason: summary.cache === "uncacheable" ? "`User.displayName` is private to its viewer." : null },
    spans: spans.sort((a, b) => a.beginMs - b.beginMs),
    services: [...byService].map(([service, selfMs]) => ({ service, selfMs, share: selfMs / total })).sort((a, b) => b.selfMs - a.selfMs),
    truncated: seed === 7,
  };
}

export function documentOf(name: Name): string {
  const fields: Record<Name, string> = {
    activity: "... on User { stepStats(period: DAY) { total ranking } }", discovery: "... on Course { related { __typename id } }", enrollment: "... on Course { enrollmentCount viewerPrice { amount reason } }",
    identity: "... on User { displayName avatarUrl company { name } }", learning: "... on Course { title category { name } lessonCount }", media: "... on Episode { stream { ... on StreamTicket { url expiresAt } } }",
    mentoring: "... on User { mentor { headline followerCount } }", playback: "... on Lesson { viewerProgress { percent positionSeconds } }", reviews: "... on Course { ratingSummary { average count } }",
    rewards: "... on User { pointBalance currentBoost { weight } }", screen: "... on Drama { title episodes(first: 5) { edges { node { number title } } } }",
  };
  return `query($representations: [_Any!]!) { _entities(representations: $representations) { ${fields[name]} } }`;
}
