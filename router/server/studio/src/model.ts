/// What the operations listener tells below /ops. Durations are in milliseconds, moments are RFC 3339, shares are 0 to 1.

export interface Series {
  beginAt: string;
  stepSeconds: number;
  points: (number | null)[];
}

export interface Latency {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
  meanMs: number;
}

export interface Heatmap {
  beginAt: string;
  stepSeconds: number;
  bucketsMs: number[];
  counts: number[][];
}

export type OperationKind = "query" | "mutation" | "subscription";

export interface TraceSummary {
  traceId: string;
  correlationId: string;
  beginAt: string;
  durationMs: number;
  overheadMs: number;
  operation: { hash: string; name: string | null; kind: OperationKind } | null;
  endpoint: string;
  client: string | null;
  status: number;
  errors: number;
  errorCodes: string[];
  cost: number | null;
  cache: "hit" | "miss" | "uncacheable" | null;
  fetches: number;
  subgraphs: string[];
  keptFor: "error" | "slow" | "sample" | "fault" | "asked";
  culprit: { service: string; name: string; shareOfTime: number } | null;
  complete: boolean;
}

export interface Alert {
  level: "warning" | "critical";
  what: string;
  why: string;
  href: string;
}

export interface Overview {
  window: string;
  beginAt: string;
  endAt: string;
  requests: number;
  requestsPerSecond: number;
  errors: number;
  errorRate: number;
  latency: Latency;
  overhead: Latency;
  cacheShare: number;
  since: { startedAt: string; reloadedAt: string | null };
  series: { requests: Series; errors: Series; p50: Series; p95: Series; p99: Series };
  heatmap: Heatmap;
  slowest: TraceSummary[];
  failing: TraceSummary[];
  alerts: Alert[];
  store: { traces: number; bytes: number; bytesMax: number; oldestAt: string | null; ageMaxSeconds: number };
}

export interface Regression {
  sinceAt: string;
  p95BeforeMs: number;
  p95AfterMs: number;
  factor: number;
}

export interface OperationRow {
  hash: string;
  name: string | null;
  kind: OperationKind;
  requests: number;
  requestsPerSecond: number;
  errors: number;
  errorRate: number;
  latency: Latency;
  costMean: number | null;
  cacheShare: number;
  timeShare: number;
  clients: { name: string; requests: number }[];
  sparkline: Series;
  sparklineP95: Series;
  regression: Regression | null;
  lastSeenAt: string;
}

export interface Operations {
  window: string;
  total: number;
  next: string | null;
  operations: OperationRow[];
}

export interface PlanFetch {
  index: number;
  name?: string;
  subgraph: string;
  dependsOn: number[];
  paths: string[];
  document: string;
  executions: number;
  latency: Latency;
  timeShare: number;
  criticalShare: number;
  errors: number;
  entitiesMean: number | null;
  keptShare: number;
}

export interface OperationDetail extends Omit<OperationRow, "clients"> {
  text: string;
  fields: { coordinate: string; requests: number }[];
  plan: { fetches: PlanFetch[] } | null;
  clients: { name: string; requests: number; errors: number; p95Ms: number | null }[];
  errorCodes: { code: string; count: number }[];
  series: { requests: Series; errors: Series; p50: Series; p95: Series; p99: Series };
  heatmap: Heatmap;
  slowest: TraceSummary[];
  recent: TraceSummary[];
  failing: TraceSummary[];
}

export interface Traces {
  total: number;
  next: string | null;
  traces: TraceSummary[];
}

export type AttributeValue = boolean | number | string | AttributeValue[];
export type Attributes = Record<string, AttributeValue>;

export interface Span {
  id: string;
  parent: string | null;
  service: string;
  name: string;
  kind: string;
  beginMs: number;
  durationMs: number;
  selfMs: number;
  status: "unset" | "ok" | "error";
  error: string | null;
  critical: boolean;
  attributes: Attributes;
  events: { name: string; atMs: number; attributes: Attributes }[];
  links: { traceId: string; spanId: string }[];
}

/// What became of a request to a subgraph.
export type FetchOutcome = "answered" | "errors" | "timed_out" | "failed" | "kept" | "joined" | "abandoned";

export interface RequestFetch {
  index: number;
  name?: string | null;
  subgraph: string;
  beginMs: number;
  durationMs: number;
  outcome: FetchOutcome;
  entities: number | null;
  kept: number | null;
  requestBytes: number | null;
  replyBytes: number | null;
  critical: boolean;
}

export interface Trace {
  summary: TraceSummary;
  explanation: {
    sentence: string;
    culprit: { spanId: string; service: string; name: string; selfMs: number; shareOfTime: number } | null;
    comparedWith: { operationP50Ms: number } | null;
  };
  /// Nothing, when the router has not told of it, but others have.
  request: { stages: { name: string; beginMs: number; durationMs: number }[]; fetches: RequestFetch[]; cacheReason: string | null } | null;
  spans: Span[];
  services: { service: string; selfMs: number; share: number }[];
  truncated: boolean;
}

export type Health = "up" | "degraded" | "down" | "unknown";

export interface SubgraphRow {
  name: string;
  url: string | null;
  inProcess: boolean;
  health: Health;
  healthReason: string | null;
  requests: number;
  requestsPerSecond: number;
  errors: number;
  errorRate: number;
  latency: Latency;
  inFlight: number;
  inFlightMax: number | null;
  saturation: number | null;
  cacheShare: number;
  timeShare: number;
  series: { requests: Series; errors: Series; p95: Series };
  sdlHash: string;
  sdlChangedAt: string | null;
  types: number;
  fields: number;
}

export interface SubgraphDetail extends SubgraphRow {
  sdl: string;
  changes: { at: string; added: string[]; removed: string[]; changed: string[] }[];
  operations: { hash: string; name: string | null; requests: number; p95Ms: number | null; timeShare: number }[];
  entities: { type: string; keys: string[] }[];
  slowest: TraceSummary[];
}

export interface GraphField {
  name: string;
  type: string;
  subgraphs: string[];
  requests: number;
  deprecated: string | null;
  tags: string[];
}

export interface Graph {
  window: string;
  observedSinceAt: string;
  subgraphs: { name: string; types: number; fields: number }[];
  entities: { type: string; owners: string[]; keys: { subgraph: string; fields: string }[]; fields: GraphField[] }[];
  types: { name: string; kind: string; subgraphs: string[]; fields: GraphField[] }[];
  edges: { from: string; to: string; entity: string; requests: number }[];
  unused: { coordinate: string; subgraphs: string[]; sinceAt: string }[];
}

export interface BottleneckItem {
  kind: "subgraph" | "fetch" | "statement" | "stage" | "cache" | "batch";
  service: string;
  name: string;
  /// The hash of the operation.
  operation: string | null;
  criticalMs: number;
  share: number;
  calls: number;
  p95Ms: number;
  saves: { ifHalvedMs: number; share: number; sentence: string } | null;
  sentence: string;
  traceId: string | null;
}

export interface Bottlenecks {
  window: string;
  requests: number;
  totalMs: number;
  services: { service: string; selfMs: number; share: number; criticalMs: number; criticalShare: number }[];
  items: BottleneckItem[];
  budget: { p95BudgetMs: number; over: { hash: string; name: string | null; p95Ms: number }[] };
}

export interface Fault {
  subgraph: string;
  delayMs: number | null;
  error: string | null;
  share: number;
  untilAt: string;
  by: string;
}

export interface Faults {
  allowed: boolean;
  faults: Fault[];
}

export interface Session {
  identity: "loopback" | "token";
  scopes: string[];
  production: boolean;
  /// What 95 of 100 requests should keep to.
  budgetMs?: number;
  version: string;
  name: string;
}

export interface Tick {
  requests: number;
  errors: number;
  p95Ms: number;
  requestsPerSecond: number;
  at: string;
  skipped?: number;
}

export interface ClientUse {
  operations: number;
  errors: number;
  cost: number;
  lastUsedSecondsAgo: number;
}

export interface ClientReport extends ClientUse {
  byOperation: Record<string, ClientUse & { name: string | null }>;
  refusals: number;
  refusalsByCode: Record<string, number>;
}

export interface Clients {
  sinceSeconds: number;
  clients: Record<string, ClientReport>;
}

export interface CacheUse {
  fetches: { bytes: number; bytesMax: number };
  replies: { bytes: number; bytesMax: number };
}

/// What all subgraphs were asked, by subgraph.
export interface AskedOfAll<T> {
  subgraphs: Record<string, T>;
  unavailable: string[];
}

export interface Outbox {
  unpublished: number;
  oldestAgeSeconds: number | null;
  deadLetters: number;
  consumers: { consumer: string; events: number | null }[];
}

export interface PlatformEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  seq: number;
  correlationid: string;
  causationid?: string;
  traceparent?: string;
  replay?: boolean;
  data: unknown;
}

export interface DeadLetters {
  total: number;
  letters: { id: string; consumer: string; reason: string; attempts: number; ageSeconds: number; event: PlatformEvent }[];
}

export interface Replays {
  replays: { id: string; consumer: string; outcome: "done" | "settled" | "failed" | "no_consumer"; reason?: string }[];
}
