/// Lists of requests, the same on every page.

import { count, duration, percent } from "../format.ts";
import type { TraceSummary } from "../model.ts";
import { hrefOf } from "../routes.ts";
import { Badge, Moment, Service, Swatch } from "./basics.tsx";
import { Table, type Column } from "./table.tsx";

export function KeptFor({ of }: { of: TraceSummary }) {
  const { keptFor, errorCodes } = of;
  if (keptFor === "error") return <Badge tone="bad">{errorCodes[0] ?? "error"}{errorCodes.length > 1 ? ` +${errorCodes.length - 1}` : ""}</Badge>;
  if (keptFor === "slow") return <Badge tone="warn">slow</Badge>;
  if (keptFor === "fault") return <Badge tone="accent">fault</Badge>;
  if (keptFor === "asked") return <Badge tone="accent">asked for</Badge>;
  return <Badge>sample</Badge>;
}

function name({ operation, endpoint }: TraceSummary): string {
  return operation?.name || (operation ? operation.hash.slice(0, 12) : endpoint);
}

/// What to show of requests; `most` is the duration that fills a bar.
export function columns(most: number, withOperation: boolean): Column<TraceSummary>[] {
  const all: Column<TraceSummary>[] = [
    {
      id: "when", name: "Begin", width: "104px", ...(withOperation ? { from: 380 } : {}),
      cell: (trace) => withOperation ? <Moment at={trace.beginAt} /> : <a class="row-link" href={hrefOf(`/traces/${trace.traceId}`)}><Moment at={trace.beginAt} /></a>,
    },
    {
      id: "duration", name: "Duration", width: "136px", align: "end",
      cell: ({ durationMs, errors }) => <span class="bar-cell"><span class="bar-track" aria-hidden="true"><i class={errors > 0 ? "bad" : ""} style={{ width: `${Math.max(1, Math.min(100, (durationMs / most) * 100))}%` }} /></span><b>{duration(durationMs)}</b></span>,
    },
    { id: "kept", name: "Kept for", width: "176px", from: 480, cell: (trace) => <KeptFor of={trace} /> },
    { id: "culprit", name: "Most of its time", from: 760, cell: ({ culprit }) => culprit ? <span class="culprit" title={`${culprit.name} in ${culprit.service}`}><Swatch service={culprit.service} /><span class="ellipsis">{culprit.name}</span><span class="muted">{percent(culprit.shareOfTime)}</span></span> : <span class="muted">nothing stands out</span> },
    { id: "fetches", name: "Fetches", width: "76px", align: "end", from: 1000, cell: ({ fetches }) => count(fetches) },
    { id: "cache", name: "Cache", width: "92px", from: 1120, cell: ({ cache }) => <span class="muted">{cache ?? "–"}</span> },
    { id: "client", name: "Client", width: "128px", from: 900, cell: ({ client }) => <span class="ellipsis">{client ?? "–"}</span> },
  ];
  if (!withOperation) return all;
  const operation: Column<TraceSummary> = { id: "operation", name: "Operation", cell: (trace) => <a class="row-link ellipsis" href={hrefOf(`/traces/${trace.traceId}`)}>{name(trace)}</a> };
  return [operation, ...all];
}

export function Traces({ label, traces, withOperation = true, none }: { label: string; traces: readonly TraceSummary[]; withOperation?: boolean; none: string }) {
  if (traces.length === 0) return <p class="nothing">{none}</p>;
  const most = Math.max(...traces.map(({ durationMs }) => durationMs));
  return <Table label={label} columns={columns(most, withOperation)} rows={traces} keyOf={({ traceId }) => traceId} rowHeight={32} />;
}

export function Subgraphs({ names }: { names: readonly string[] }) {
  return <span class="services">{names.map((each) => <Service key={each} name={each} />)}</span>;
}
