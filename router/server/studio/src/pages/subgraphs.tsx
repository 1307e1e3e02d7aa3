import { Spark } from "../charts/spark.tsx";
import { colourOf, services } from "../colours.ts";
import { useData } from "../data.ts";
import { count, duration, percent, plural, rate } from "../format.ts";
import type { Health, SubgraphRow } from "../model.ts";
import { Badge, Moment, PageHead, Service, Share } from "../parts/basics.tsx";
import { Empty, Shown, Skeleton } from "../parts/states.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { hrefOf, place, setQuery } from "../routes.ts";
import { useStore } from "../store.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";

const TONE: Record<Health, "good" | "warn" | "bad" | "plain"> = { up: "good", degraded: "warn", down: "bad", unknown: "plain" };

export function HealthBadge({ of }: { of: SubgraphRow }) {
  return <Badge tone={TONE[of.health]} title={of.healthReason ?? of.health}>{of.health}</Badge>;
}

const VALUE: Record<string, (row: SubgraphRow) => number | string> = {
  name: ({ name }) => name, requests: ({ requests }) => requests, errors: ({ errorRate }) => errorRate, p50: ({ latency }) => latency.p50Ms, p95: ({ latency }) => latency.p95Ms,
  saturation: ({ saturation, inFlight }) => saturation ?? inFlight / 1e6, cache: ({ cacheShare }) => cacheShare, time: ({ timeShare }) => timeShare,
};

function columns(): Column<SubgraphRow>[] {
  return [
    { id: "name", name: "Subgraph", sorts: true, cell: (row) => <span class="cell-two"><a class="row-link" href={hrefOf(`/subgraphs/${encodeURIComponent(row.name)}`)}><Service name={row.name} /></a><HealthBadge of={row} /></span> },
    { id: "why", name: "Why", from: 1160, cell: ({ healthReason, url, inProcess }) => <span class="muted ellipsis" title={healthReason ?? url ?? ""}>{healthReason ?? (inProcess ? "in this process" : url)}</span> },
    { id: "traffic", name: "Traffic", width: "112px", from: 1000, cell: ({ series, name }) => <Spark series={series.requests} colour={colourOf(name)} /> },
    { id: "requests", name: "Fetches", sorts: true, width: "84px", align: "end", from: 440, cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
    { id: "errors", name: "Errors", sorts: true, width: "80px", align: "end", from: 560, cell: ({ errorRate, errors }) => <span class={errorRate > 0.01 ? "tone-bad" : errors === 0 ? "muted" : ""}>{percent(errorRate)}</span> },
    { id: "p50", name: "p50", sorts: true, width: "76px", align: "end", from: 700, cell: ({ latency }) => duration(latency.p50Ms) },
    { id: "p95", name: "p95", sorts: true, width: "76px", align: "end", cell: ({ latency }) => <b>{duration(latency.p95Ms)}</b> },
    { id: "trend", name: "p95 over time", width: "112px", from: 1240, cell: ({ series }) => <Spark series={series.p95} colour="var(--p95)" /> },
    { id: "saturation", name: "In flight", sorts: true, width: "128px", align: "end", from: 800, title: "How many fetches it is answering, of how many it may", cell: ({ inFlight, inFlightMax, saturation }) => saturation === null ? count(inFlight) : <Share share={saturation} text={`${inFlight}/${inFlightMax}`} colour={saturation > 0.8 ? "var(--bad)" : saturation > 0.5 ? "var(--warn)" : "var(--accent)"} /> },
    { id: "cache", name: "Kept", sorts: true, width: "72px", align: "end", from: 1320, cell: ({ cacheShare }) => percent(cacheShare) },
    { id: "time", name: "Share of time", sorts: true, width: "136px", align: "end", from: 620, cell: ({ timeShare, name }) => <Share share={timeShare} text={percent(timeShare)} colour={colourOf(name)} /> },
    { id: "changed", name: "Schema changed", width: "136px", from: 1420, cell: ({ sdlChangedAt }) => (sdlChangedAt ? <Moment at={sdlChangedAt} relative /> : <span class="muted">not since the start</span>) },
  ];
}

export function SubgraphsPage() {
  const window = useWindow();
  useStore(services);
  const { query } = useStore(place);
  const answer = useData<{ subgraphs: SubgraphRow[] }>(`/subgraphs?window=${window}`, REFRESH[window]);
  const sort = query.get("sort") ?? "time";
  const order = query.get("order") === "asc" ? "asc" : "desc";
  const value = VALUE[sort] ?? VALUE["time"]!;
  const sign = order === "asc" ? 1 : -1;
  const all = answer.data?.subgraphs ?? [];
  const unwell = all.filter(({ health }) => health === "degraded" || health === "down");
  return (
    <div class="page">
      <PageHead title="Subgraphs" note={answer.data ? <>{plural(all.length, "subgraph")} over the last {NAMES[window]}{unwell.length > 0 ? <>, <span class="tone-warn">{unwell.length} not well</span></> : ", all of them well"}</> : " "} />
      <Shown answer={answer} skeleton={<div class="panel"><Skeleton rows={11} tall /></div>}>{({ subgraphs }) => subgraphs.length === 0 ? <div class="panel"><Empty title="The graph has no subgraphs"><p>Name them below <code>subgraphs</code> in supergraph.yaml.</p></Empty></div> : (
        <div class="panel">
          <Table label="Subgraphs" columns={columns()} keyOf={({ name }) => name} rowHeight={44} sort={{ id: sort, order }}
            rows={[...subgraphs].sort((a, b) => (value(a) < value(b) ? -sign : value(a) > value(b) ? sign : a.name.localeCompare(b.name)))}
            onSort={(id) => setQuery({ sort: id, order: sort === id ? (order === "asc" ? "desc" : "asc") : id === "name" ? "asc" : "desc" })} />
        </div>
      )}</Shown>
    </div>
  );
}
