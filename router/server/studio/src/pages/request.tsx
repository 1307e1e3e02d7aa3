import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem, reply } from "../api.ts";
import { knowServices } from "../colours.ts";
import { useData } from "../data.ts";
import { bytes, count, duration, factor, moment, percent } from "../format.ts";
import type { FetchOutcome, RequestFetch, Trace, Traces } from "../model.ts";
import { Badge, Button, Copy, Figures, PageHead, Service, Tabs, Worded } from "../parts/basics.tsx";
import { Empty, Shown, Skeleton } from "../parts/states.tsx";
import { isWriting } from "../parts/shortcuts.tsx";
import { Table } from "../parts/table.tsx";
import { KeptFor } from "../parts/traces.tsx";
import { hrefOf, navigate, place, setQuery } from "../routes.ts";
import { useStore } from "../store.ts";
import { Waterfall } from "../waterfall/view.tsx";

const FAILED: ReadonlySet<FetchOutcome> = new Set(["errors", "timed_out", "failed"]);

type Tab = "timeline" | "fetches" | "about";

/// The requests before and after this one, of the same operation, among those that are kept.
function useNeighbours(trace: Trace | null): { previous: string | null; next: string | null } {
  const hash = trace?.summary.operation?.hash;
  const { data } = useData<Traces>(hash ? `/traces?window=7d&operation=${hash}&sort=recent&limit=500` : null);
  const at = data?.traces.findIndex(({ traceId }) => traceId === trace?.summary.traceId) ?? -1;
  return at === -1 ? { previous: null, next: null } : { previous: data!.traces[at + 1]?.traceId ?? null, next: data!.traces[at - 1]?.traceId ?? null };
}

async function download(traceId: string): Promise<void> {
  const answer = await reply(`/traces/${traceId}/otlp`);
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `trace-${traceId}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function RequestPage({ traceId }: { traceId: string }) {
  const answer = useData<Trace>(`/traces/${encodeURIComponent(traceId)}`);
  const [failure, setFailure] = useState("");
  const { data } = answer;
  const { previous, next } = useNeighbours(data);
  const summary = data?.summary;
  if (data) knowServices(data.services.map(({ service }) => service));
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || document.querySelector("dialog[open]")) return;
      const to = event.key === "[" ? previous : event.key === "]" ? next : null;
      if (to) navigate(hrefOf(`/traces/${to}`));
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [previous, next]);
  const name = summary?.operation?.name || summary?.operation?.hash.slice(0, 12) || summary?.endpoint || "Request";
  return (
    <div class="page page-request">
      <PageHead title={name} above={<><a href={hrefOf("/requests")}>Requests</a><span aria-hidden="true">/</span>{summary?.operation && <><a href={hrefOf(`/operations/${summary.operation.hash}`)}>{name}</a><span aria-hidden="true">/</span></>}<span class="mono">{traceId.slice(0, 16)}</span></>}
        note={summary && <>{moment(summary.beginAt)}{summary.client && <> by <a href={hrefOf(`/clients/${encodeURIComponent(summary.client)}`)}>{summary.client}</a></>} at {summary.endpoint} <KeptFor of={summary} /> {!summary.complete && <Badge tone="warn" title="A subgraph has not told of its part, or not all of it">incomplete</Badge>}</>}
        actions={data && <>
          <div class="button-group" role="group" aria-label="Requests of the same operation">
            <Button icon="previous" label="Previous request of this operation ([)" disabled={!previous} onClick={() => navigate(hrefOf(`/traces/${previous}`))} />
            <Button icon="next" label="Next request of this operation (])" disabled={!next} onClick={() => navigate(hrefOf(`/traces/${next}`))} />
          </div>
          <Copy text={() => location.href} label="Copy the address of what is shown">Link</Copy>
          <Button icon="download" label="Export as OTLP JSON" onClick={() => void download(traceId).then(() => setFailure(""), (error: unknown) => setFailure(error instanceof Problem ? error.message : String(error)))}>OTLP</Button>
        </>} />
      {failure && <p class="notice bad" role="alert">{failure}</p>}
      <Shown answer={answer} skeleton={<div class="panel"><Skeleton rows={14} tall /></div>}>{(trace) => <Filled key={traceId} trace={trace} />}</Shown>
    </div>
  );
}

function Filled({ trace }: { trace: Trace }) {
  const { query } = useStore(place);
  const tab: Tab = query.get("tab") === "fetches" ? "fetches" : query.get("tab") === "about" ? "about" : "timeline";
  const { summary, explanation, request } = trace;
  const p50 = explanation.comparedWith?.operationP50Ms ?? null;
  const { culprit } = explanation;
  return (
    <>
      <section class="sentence" aria-label="What took the time">
        <p><Worded text={explanation.sentence} /></p>
        {p50 !== null && p50 > 0 && <Versus durationMs={summary.durationMs} p50Ms={p50} />}
        {culprit && <Button label="Show the span that took most of it" onClick={() => { setQuery({ span: culprit.spanId, tab: null }); dispatchEvent(new CustomEvent("show-span", { detail: culprit.spanId })); }}>Show it</Button>}
      </section>
      <Figures small label="In short" all={[
        { name: "Duration", value: duration(summary.durationMs), note: p50 ? `${factor(summary.durationMs / p50)} the median` : undefined, tone: summary.errors > 0 ? "bad" : undefined },
        { name: "Router itself", value: duration(summary.overheadMs), note: `${percent(summary.overheadMs / summary.durationMs)} of it` },
        { name: "Fetches", value: count(summary.fetches), note: `of ${summary.subgraphs.length} subgraphs` },
        { name: "Status", value: summary.status > 0 ? String(summary.status) : "–", note: summary.errors > 0 ? summary.errorCodes.join(", ") : "no errors", tone: summary.errors > 0 ? "bad" : undefined },
        { name: "Cost", value: count(summary.cost), note: "as the graph counts" },
        { name: "Cache", value: summary.cache ?? "none", note: request?.cacheReason ? <Worded text={request.cacheReason} /> : (summary.cache === "hit" ? "answered from what is kept" : " ") },
      ]} />
      {trace.truncated && <p class="notice warn">This trace has more spans than are kept of one; what is shown are the first and the longest.</p>}
      <Tabs<Tab> label="What to look at" chosen={tab} choose={(each) => setQuery({ tab: each === "timeline" ? null : each })} all={[{ id: "timeline", name: "Timeline", count: trace.spans.length }, { id: "fetches", name: "Fetches", count: request?.fetches.length }, { id: "about", name: "About" }]}>
        {tab === "timeline" ? (trace.spans.length > 0 ? <Timeline trace={trace} named={query.get("span")} /> : <div class="panel"><Empty title="No spans are kept of this request"><p>The router has told how long its stages and fetches took, but nobody has recorded spans: see the tab “Fetches”.</p></Empty></div>) : tab === "fetches" ? request ? <Fetches fetches={request.fetches} wholeMs={summary.durationMs} stages={request.stages} /> : <div class="panel"><Empty title="The router has not told of this request"><p>Its spans came from elsewhere; they are in the timeline.</p></Empty></div> : <About trace={trace} />}
      </Tabs>
    </>
  );
}

/// The waterfall, begun anew when something outside it names a span.
function Timeline({ trace, named }: { trace: Trace; named: string | null }) {
  const [shown, setShown] = useState({ id: named, time: 0 });
  useEffect(() => {
    const show = (event: Event) => setShown(({ time }) => ({ id: (event as CustomEvent<string>).detail, time: time + 1 }));
    addEventListener("show-span", show);
    return () => removeEventListener("show-span", show);
  }, []);
  return <Waterfall key={shown.time} trace={trace} span={shown.id} />;
}

/// How long it took beside how long such a request usually takes.
function Versus({ durationMs, p50Ms }: { durationMs: number; p50Ms: number }) {
  const most = Math.max(durationMs, p50Ms);
  return (
    <dl class="versus">
      <div><dt>this request</dt><dd><i aria-hidden="true" class={durationMs > 2 * p50Ms ? "slow" : ""} style={{ width: `${(durationMs / most) * 100}%` }} /><span>{duration(durationMs)}</span></dd></div>
      <div><dt>median</dt><dd><i aria-hidden="true" style={{ width: `${(p50Ms / most) * 100}%` }} /><span>{duration(p50Ms)}</span></dd></div>
    </dl>
  );
}

function Fetches({ fetches, wholeMs, stages }: { fetches: readonly RequestFetch[]; wholeMs: number; stages: NonNullable<Trace["request"]>["stages"] }) {
  return (
    <>
      <ul class="stages" aria-label="Stages of the router">{stages.map(({ name, durationMs }) => <li key={name}><span>{name}</span><b>{duration(durationMs)}</b></li>)}</ul>
      <div class="panel">
        {fetches.length === 0 ? <p class="nothing stand-alone">No subgraph was asked.</p> : <Table label="Fetches" rows={fetches} keyOf={({ index }) => String(index)} columns={[
          { id: "subgraph", name: "Subgraph", cell: ({ subgraph, index, critical, name }) => <span class="cell-two"><span class="muted">{index}</span><Service name={subgraph} link />{name && name !== subgraph && <span class="muted ellipsis">{name}</span>}{critical && <Badge tone="accent">critical path</Badge>}</span> },
          { id: "when", name: "When", from: 640, cell: ({ beginMs, durationMs, subgraph: _, critical }) => <span class="when"><i aria-hidden="true" class={critical ? "critical" : ""} style={{ left: `${(beginMs / wholeMs) * 100}%`, width: `${Math.max(0.5, (durationMs / wholeMs) * 100)}%` }} /></span> },
          { id: "begin", name: "Begins", align: "end", width: "88px", from: 480, cell: ({ beginMs }) => duration(beginMs) },
          { id: "duration", name: "Duration", align: "end", width: "88px", cell: ({ durationMs }) => <b>{duration(durationMs)}</b> },
          { id: "outcome", name: "Outcome", width: "112px", cell: ({ outcome }) => (FAILED.has(outcome) ? <Badge tone="bad">{outcome.replace("_", " ")}</Badge> : <span class="muted">{outcome}</span>) },
          { id: "entities", name: "Entities", align: "end", width: "88px", from: 760, cell: ({ entities }) => count(entities) },
          { id: "kept", name: "Kept", align: "end", width: "72px", from: 860, cell: ({ kept }) => count(kept) },
          { id: "bytes", name: "Asked, answered", align: "end", width: "152px", from: 1000, cell: ({ requestBytes, replyBytes }) => `${bytes(requestBytes)}, ${bytes(replyBytes)}` },
        ]} />}
      </div>
    </>
  );
}

function About({ trace: { summary } }: { trace: Trace }) {
  const all: [string, ComponentChildren][] = [
    ["Trace", <span class="cell-two"><span class="mono">{summary.traceId}</span><Copy text={() => summary.traceId} label="Copy the trace id" /></span>],
    ["Correlation", summary.correlationId === "" ? "–" : <span class="cell-two"><a class="mono" href={hrefOf(`/events/${encodeURIComponent(summary.correlationId)}`)}>{summary.correlationId}</a><span class="muted">the events that it has caused</span></span>],
    ["Operation", summary.operation ? <a href={hrefOf(`/operations/${summary.operation.hash}`)}>{summary.operation.name || summary.operation.hash}</a> : "–"],
    ["Hash", <span class="mono">{summary.operation?.hash ?? "–"}</span>],
    ["Client", summary.client ?? "–"], ["Endpoint", summary.endpoint], ["Begun", new Date(summary.beginAt).toString()], ["Kept for", summary.keptFor],
    ["Subgraphs", <span class="services">{summary.subgraphs.map((each) => <Service key={each} name={each} link />)}</span>],
  ];
  return <div class="panel"><dl class="about">{all.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl></div>;
}
