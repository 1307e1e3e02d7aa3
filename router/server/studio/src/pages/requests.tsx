import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { ask } from "../api.ts";
import { useData } from "../data.ts";
import { clock, duration, grouped } from "../format.ts";
import { onTrace } from "../live.ts";
import type { Operations, SubgraphRow, Traces, TraceSummary } from "../model.ts";
import { Choice, PageHead } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Failure, Skeleton } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { columns } from "../parts/traces.tsx";
import { place, setQuery } from "../routes.ts";
import { useStore } from "../store.ts";
import { NAMES, useWindow } from "../window.ts";

const STATUS = ["all", "ok", "error"] as const;
const SORTS = ["recent", "slowest"] as const;
const FILTERS = ["search", "status", "operation", "subgraph", "client", "cache", "minMs", "maxMs", "beginAt", "endAt"] as const;

export function RequestsPage() {
  const window = useWindow();
  const { query } = useStore(place);
  const sort = SORTS.find((each) => each === query.get("sort")) ?? "recent";
  const status = STATUS.find((each) => each === query.get("status")) ?? "all";
  const asked = new URLSearchParams({ window, sort, limit: "200" });
  for (const name of FILTERS) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  const key = asked.toString();
  const answer = useData<Traces>(`/traces?${key}`);
  const subgraphs = useData<{ subgraphs: SubgraphRow[] }>(`/subgraphs?window=${window}`);
  const operations = useData<Operations>(`/operations?window=${window}&sort=name&order=asc&limit=500`);
  const [more, setMore] = useState<{ of: string; rows: TraceSummary[]; next: string | null } | null>(null);
  const [fresh, setFresh] = useState(0);
  const next = more?.of === key ? more.next : (answer.data?.next ?? null);
  const [busy, setBusy] = useState(false);
  const end = useCallback(() => {
    if (!next || busy) return;
    setBusy(true);
    void ask<Traces>(`/traces?${key}&after=${encodeURIComponent(next)}`).then((told) => setMore((before) => ({ of: key, rows: [...(before?.of === key ? before.rows : []), ...told.traces], next: told.next })), () => undefined).finally(() => setBusy(false));
  }, [key, next, busy]);
  useEffect(() => {
    setFresh(0);
    let waiting = 0;
    // Counted as they come, told at most twice a second.
    const timer = setInterval(() => setFresh(waiting), 500);
    const stop = onTrace(() => { waiting += 1; });
    return () => { clearInterval(timer); stop(); };
  }, [key, answer.at]);
  const unique = useMemo(() => {
    const seen = new Set<string>();
    return [...(answer.data?.traces ?? []), ...(more?.of === key ? more.rows : [])].filter(({ traceId }) => !seen.has(traceId) && seen.add(traceId));
  }, [answer.data, more, key]);
  const most = unique.slice(0, 200).reduce((longest, { durationMs }) => Math.max(longest, durationMs), 1);
  const named = operations.data?.operations.find(({ hash }) => hash === query.get("operation"));
  const range = query.get("beginAt") && query.get("endAt");
  const isFiltered = FILTERS.some((name) => query.get(name));
  const reset = () => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
  return (
    <div class="page page-fill">
      <PageHead title="Requests" note={answer.data ? <>{grouped(answer.data.total)} kept of the last {NAMES[window]}: those that failed or were slow, and a sample of the rest</> : " "} actions={fresh > 0 && sort === "recent" && !range ? <button type="button" class="button button-primary" onClick={answer.again}>{grouped(fresh)} new</button> : undefined} />
      <div class="filters">
        <label class="field"><Icon name="search" /><span class="unseen">Operation, trace id or correlation id</span><input type="text" placeholder="Operation, trace id, correlation id…" value={query.get("search") ?? ""} onInput={(event) => setQuery({ search: event.currentTarget.value })} /></label>
        <Choice label="Status" all={STATUS} chosen={status} choose={(each) => setQuery({ status: each === "all" ? null : each })} />
        <Choice label="Order" all={SORTS} chosen={sort} choose={(each) => setQuery({ sort: each })} />
        <select aria-label="Operation" value={query.get("operation") ?? ""} onChange={(event) => setQuery({ operation: event.currentTarget.value })}>
          <option value="">Every operation</option>
          {query.get("operation") && !named && <option value={query.get("operation")!}>{query.get("operation")!.slice(0, 12)}</option>}
          {operations.data?.operations.map(({ hash, name }) => <option key={hash} value={hash}>{name || hash.slice(0, 12)}</option>)}
        </select>
        <select aria-label="Subgraph" value={query.get("subgraph") ?? ""} onChange={(event) => setQuery({ subgraph: event.currentTarget.value })}>
          <option value="">Every subgraph</option>
          {subgraphs.data?.subgraphs.map(({ name }) => <option key={name}>{name}</option>)}
        </select>
        <select aria-label="At least this slow" value={query.get("minMs") ?? ""} onChange={(event) => setQuery({ minMs: event.currentTarget.value })}>
          <option value="">However fast</option>
          {query.get("minMs") && !["10", "50", "100", "250", "1000"].includes(query.get("minMs")!) && <option value={query.get("minMs")!}>from {duration(Number(query.get("minMs")))}{query.get("maxMs") ? ` to ${duration(Number(query.get("maxMs")))}` : ""}</option>}
          {[10, 50, 100, 250, 1000].map((each) => <option key={each} value={each}>from {duration(each)}</option>)}
        </select>
        {range && <button type="button" class="button" onClick={() => setQuery({ beginAt: null, endAt: null })}>{clock(query.get("beginAt")!)} – {clock(query.get("endAt")!)}<Icon name="close" /></button>}
        {query.get("client") && <button type="button" class="button" onClick={() => setQuery({ client: null })}>Client: {query.get("client")}<Icon name="close" /></button>}
        {isFiltered && <button type="button" class="button button-bare" onClick={reset}>Reset</button>}
      </div>
      {answer.problem && unique.length === 0 ? <Failure problem={answer.problem} again={answer.again} /> : answer.isLoading ? <div class="panel"><Skeleton rows={16} tall /></div> : unique.length === 0 ? (
        <div class="panel"><Empty title={isFiltered ? "No request that was kept fits these filters" : "No request was kept in this window"}>{isFiltered ? <p><button type="button" class="button" onClick={reset}>Reset the filters</button></p> : <p>Requests that fail or are slow are always kept; of the others a sample is. Choose a longer window, or send a request.</p>}</Empty></div>
      ) : <Table label="Requests" columns={columns(most, true)} rows={unique} keyOf={({ traceId }) => traceId} total={answer.data?.total ?? unique.length} onEnd={end} rowHeight={32} tall />}
    </div>
  );
}
