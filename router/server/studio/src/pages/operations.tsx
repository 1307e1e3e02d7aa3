import { useCallback, useEffect, useState } from "preact/hooks";
import { ask } from "../api.ts";
import { Spark } from "../charts/spark.tsx";
import { useData } from "../data.ts";
import { count, duration, factor, grouped, percent, rate } from "../format.ts";
import type { OperationRow, Operations } from "../model.ts";
import { Badge, Choice, PageHead, Share } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Failure, Skeleton } from "../parts/states.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { hrefOf, place, setQuery } from "../routes.ts";
import { budget } from "../settings.ts";
import { useStore } from "../store.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";

const KINDS = ["all", "query", "mutation", "subscription"] as const;
/// By which the server orders; names come up, numbers down.
const FIRST_UP = new Set(["name"]);

export function operationName({ name, hash }: { name: string | null; hash: string }): string {
  return name || `unnamed ${hash.slice(0, 10)}`;
}

const COLUMNS: Column<OperationRow>[] = [
  {
    id: "name", name: "Operation", sorts: true, cell: (row) => (
      <span class="cell-two">
        <a class="row-link ellipsis" href={hrefOf(`/operations/${row.hash}`)}>{operationName(row)}</a>
        {row.kind !== "query" && <Badge>{row.kind}</Badge>}
        {row.regression && <Badge tone="warn" title={`p95 was ${duration(row.regression.p95BeforeMs)} before the reload, and is ${duration(row.regression.p95AfterMs)}`}>{factor(row.regression.factor)} slower</Badge>}
      </span>
    ),
  },
  { id: "trend", name: "Traffic", width: "112px", from: 980, cell: ({ sparkline }) => <Spark series={sparkline} /> },
  { id: "requests", name: "Rate", sorts: true, width: "80px", align: "end", from: 420, cell: ({ requestsPerSecond, requests }) => <span title={`${grouped(requests)} requests`}>{rate(requestsPerSecond)}</span> },
  { id: "errorRate", name: "Errors", sorts: true, width: "80px", align: "end", from: 560, cell: ({ errorRate, errors }) => <span class={errorRate > 0.01 ? "tone-bad" : errors === 0 ? "muted" : ""} title={`${grouped(errors)} requests`}>{percent(errorRate)}</span> },
  { id: "p50", name: "p50", sorts: true, width: "80px", align: "end", from: 760, cell: ({ latency }) => duration(latency.p50Ms) },
  { id: "p95", name: "p95", sorts: true, width: "80px", align: "end", cell: ({ latency }) => <b class={latency.p95Ms > budget.get() ? "tone-warn" : ""}>{duration(latency.p95Ms)}</b> },
  { id: "p99", name: "p99", sorts: true, width: "80px", align: "end", from: 860, cell: ({ latency }) => duration(latency.p99Ms) },
  { id: "trend95", name: "p95 over time", width: "112px", from: 1280, cell: ({ sparklineP95, regression }) => <Spark series={sparklineP95} colour={regression ? "var(--warn)" : "var(--p95)"} zero={false} /> },
  { id: "cost", name: "Cost", sorts: true, width: "72px", align: "end", from: 1100, title: "The mean of what the graph counted for it", cell: ({ costMean }) => count(costMean === null ? null : Math.round(costMean)) },
  { id: "cacheShare", name: "Cached", sorts: true, width: "80px", align: "end", from: 1180, title: "The share of its requests that were answered from what is kept", cell: ({ cacheShare }) => <span class={cacheShare === 0 ? "muted" : ""}>{percent(cacheShare)}</span> },
  { id: "clients", name: "Clients", width: "136px", from: 1420, cell: ({ clients }) => <span class="muted ellipsis">{clients.slice(0, 2).map(({ name }) => name).join(", ")}{clients.length > 2 ? ` +${clients.length - 2}` : ""}</span> },
  { id: "time", name: "Share of time", sorts: true, width: "136px", align: "end", from: 660, title: "Of the time that the graph spent on all requests", cell: ({ timeShare }) => <Share share={timeShare} text={percent(timeShare)} /> },
];

export function OperationsPage() {
  const window = useWindow();
  const { query } = useStore(place);
  const search = query.get("search") ?? "";
  const kind = KINDS.find((each) => each === query.get("kind")) ?? "all";
  const client = query.get("client") ?? "";
  const sort = query.get("sort") ?? "time";
  const order = query.get("order") === "asc" ? "asc" : "desc";
  const asked = new URLSearchParams({ window, sort, order, limit: "200", ...(search ? { search } : {}), ...(kind !== "all" ? { kind } : {}), ...(client ? { client } : {}) });
  const answer = useData<Operations>(`/operations?${asked}`, REFRESH[window]);
  const [more, setMore] = useState<{ of: string; rows: OperationRow[]; next: string | null } | null>(null);
  const key = asked.toString();
  const next = more?.of === key ? more.next : (answer.data?.next ?? null);
  const end = useCallback(() => {
    if (!next) return;
    void ask<Operations>(`/operations?${key}&after=${encodeURIComponent(next)}`).then((told) => setMore((before) => ({ of: key, rows: [...(before?.of === key ? before.rows : []), ...told.operations], next: told.next })), () => undefined);
  }, [key, next]);
  useEffect(() => setMore(null), [key]);
  const rows = [...(answer.data?.operations ?? []), ...(more?.of === key ? more.rows : [])];
  const isFiltered = search !== "" || kind !== "all" || client !== "";
  const slower = rows.filter(({ regression }) => regression !== null).length;
  const sortBy = (id: string) => setQuery({ sort: id, order: sort === id ? (order === "asc" ? "desc" : "asc") : FIRST_UP.has(id) ? "asc" : "desc" });
  return (
    <div class="page page-fill">
      <PageHead title="Operations" note={answer.data ? <>{grouped(answer.data.total)} asked in the last {NAMES[window]}{slower > 0 && <>, <span class="tone-warn">{slower} slower since the last reload</span></>}</> : " "}
        actions={<div class="filters">
          <label class="field"><Icon name="filter" /><span class="unseen">Name contains</span><input type="text" placeholder="Name contains…" value={search} onInput={(event) => setQuery({ search: event.currentTarget.value })} /></label>
          <Choice label="Kind" all={KINDS} chosen={kind} choose={(each) => setQuery({ kind: each === "all" ? null : each })} />
          {client && <button type="button" class="button" onClick={() => setQuery({ client: null })}>Client: {client}<Icon name="close" /></button>}
        </div>} />
      {answer.problem && rows.length === 0 ? <Failure problem={answer.problem} again={answer.again} /> : answer.isLoading ? <div class="panel"><Skeleton rows={14} tall /></div> : rows.length === 0 ? (
        <div class="panel"><Empty title={isFiltered ? "No operation fits these filters" : `Nobody has asked anything in the last ${NAMES[window]}`}>{isFiltered ? <p><button type="button" class="button" onClick={() => setQuery({ search: null, kind: null, client: null })}>Reset the filters</button></p> : <p>Each operation that is asked stands here from its first request on, by its name and the hash of its text. Choose a longer window, or send a request.</p>}</Empty></div>
      ) : <Table label="Operations" columns={COLUMNS} rows={rows} keyOf={({ hash }) => hash} total={answer.data?.total ?? rows.length} sort={{ id: sort, order }} onSort={sortBy} onEnd={end} tall />}
    </div>
  );
}
