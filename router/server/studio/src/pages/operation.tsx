import { useMemo, useState } from "preact/hooks";
import { Heat, type Cells } from "../charts/heat.tsx";
import { Legend, TimeChart } from "../charts/time.tsx";
import { useData } from "../data.ts";
import { ago, count, duration, factor, grouped, percent, plural, rate } from "../format.ts";
import type { OperationDetail } from "../model.ts";
import { Badge, Copy, Figures, PageHead, Panel, Share, Tabs } from "../parts/basics.tsx";
import { Lines } from "../parts/code.tsx";
import { Plan } from "../parts/plan.tsx";
import { Empty, Shown } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Traces } from "../parts/traces.tsx";
import { hrefOf } from "../routes.ts";
import { budget } from "../settings.ts";
import { useStore } from "../store.ts";
import { laidOut } from "../tokenizer.ts";
import { usageByLine } from "../usage.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";
import { operationName } from "./operations.tsx";
import { latencyLines, OfCells, perSecond } from "./overview.tsx";

export function OperationPage({ hash }: { hash: string }) {
  const window = useWindow();
  const answer = useData<OperationDetail>(`/operations/${encodeURIComponent(hash)}?window=${window}`, REFRESH[window]);
  const { data } = answer;
  return (
    <div class="page">
      <PageHead above={<><a href={hrefOf("/operations")}>Operations</a><span aria-hidden="true">/</span>{data?.kind ?? "operation"}<span class="mono">{hash.slice(0, 12)}</span></>} title={data ? operationName(data) : "Operation"}
        note={data && <>{rate(data.requestsPerSecond)} over the last {NAMES[window]}, last asked {ago(data.lastSeenAt)}</>}
        actions={<><Copy text={() => hash} label="Copy the hash of its text">Hash</Copy><a class="button" href={hrefOf("/requests", { operation: hash })}>Its requests</a></>} />
      <Shown answer={answer}>{(detail) => <Filled data={detail} window={window} />}</Shown>
    </div>
  );
}

type Tab = "slowest" | "recent" | "failing";

function Filled({ data, window }: { data: OperationDetail; window: string }) {
  const [tab, setTab] = useState<Tab>("slowest");
  const [cells, setCells] = useState<Cells | null>(null);
  const { latency, regression, series } = data;
  const budgetMs = useStore(budget);
  const text = useMemo(() => laidOut(data.text), [data.text]);
  const usage = useMemo(() => usageByLine(text, data.fields), [text, data.fields]);
  const marks = regression ? [{ at: regression.sinceAt, name: "reload" }] : [];
  return (
    <>
      {regression && <p class="notice warn"><strong>{factor(regression.factor)} slower</strong> since the graph was reloaded {ago(regression.sinceAt)}: its p95 was {duration(regression.p95BeforeMs)} and is {duration(regression.p95AfterMs)}.</p>}
      <Figures label="In short" all={[
        { name: "Requests", value: rate(data.requestsPerSecond), note: `${count(data.requests)} in all` },
        { name: "Errors", value: percent(data.errorRate), note: plural(data.errors, "request"), tone: data.errorRate > 0.01 ? "bad" : undefined },
        { name: "p50", value: duration(latency.p50Ms), note: `mean ${duration(latency.meanMs)}` },
        { name: "p95", value: duration(latency.p95Ms), note: `budget ${duration(budgetMs)}`, tone: latency.p95Ms > budgetMs ? "warn" : undefined },
        { name: "p99", value: duration(latency.p99Ms), note: `longest ${duration(latency.maxMs)}` },
        { name: "Cost", value: count(data.costMean === null ? null : Math.round(data.costMean)), note: "mean of a request" },
        { name: "From cache", value: percent(data.cacheShare), note: `${percent(data.timeShare)} of all time` },
      ]} />
      <Panel title="Plan" note={data.plan ? "what is fetched from whom; the thicker a line, the more of the time is waited for it" : undefined}>
        {data.plan && data.plan.fetches.length > 0 ? <Plan fetches={data.plan.fetches} /> : <Empty title="No plan is known"><p>A plan is shown once a request of this operation has been carried out in this window, not answered from what is kept.</p></Empty>}
      </Panel>
      <div class="columns two">
        <Panel title="Latency" actions={<Legend lines={latencyLines(series)} />}><TimeChart label="Latency" lines={latencyLines(series)} format={duration} marks={marks} limit={{ value: budgetMs, name: "budget" }} height={232} /></Panel>
        <Panel title="Requests" note="a second"><TimeChart label="Requests a second" lines={[{ name: "requests", series: perSecond(series.requests), colour: "var(--accent)", shape: "area" }]} format={count} marks={marks} height={112} /><div class="panel-split"><h3>Errors</h3></div><TimeChart label="Errors" lines={[{ name: "errors", series: series.errors, colour: "var(--bad)", shape: "bars" }]} format={count} height={72} /></Panel>
      </div>
      <Panel title="How long its requests took" note="drag over the slow ones, or press Enter on a cell, to list them">
        {data.heatmap.counts.length > 0 && <Heat map={data.heatmap} choose={setCells} chosen={cells} height={176} />}
        {cells && <OfCells cells={cells} window={window} operation={data.hash} close={() => setCells(null)} />}
      </Panel>
      <div class="columns wide-first">
        <Panel title="Text" note="beside each line, how many requests have used its field" actions={<Copy text={() => data.text} label="Copy the text" />}>
          <Lines text={text} label="The text of the operation" head="requests" marks={(_, index) => (usage[index] === null || usage[index] === undefined ? "" : usage[index] === 0 ? "0" : count(usage[index]))} />
        </Panel>
        <div class="stack">
          <Panel title="Who asks" flush>
            <Table label="Clients" rows={data.clients} keyOf={({ name }) => name} rowHeight={32} columns={[
              { id: "name", name: "Client", cell: ({ name }) => <a class="row-link" href={hrefOf(`/clients/${encodeURIComponent(name)}`)}>{name}</a> },
              { id: "requests", name: "Requests", align: "end", width: "88px", cell: ({ requests }) => count(requests) },
              { id: "errors", name: "Errors", align: "end", width: "72px", cell: ({ errors }) => <span class={errors > 0 ? "" : "muted"}>{count(errors)}</span> },
              { id: "p95", name: "p95", align: "end", width: "84px", cell: ({ p95Ms }) => duration(p95Ms) },
            ]} />
          </Panel>
          <Panel title="Errors" flush={data.errorCodes.length === 0}>
            {data.errorCodes.length === 0 ? <p class="nothing">None in this window.</p> : <ul class="codes">{data.errorCodes.map(({ code, count: times }) => <li key={code}><Badge tone="bad">{code}</Badge><Share share={times / Math.max(1, data.errors)} text={grouped(times)} colour="var(--bad)" /></li>)}</ul>}
          </Panel>
        </div>
      </div>
      <Panel title="Its requests" flush class="with-tabs">
        <Tabs<Tab> label="Which requests" chosen={tab} choose={setTab} all={[{ id: "slowest", name: "Slowest" }, { id: "recent", name: "Most recent" }, { id: "failing", name: "Failing", count: data.failing.length || undefined }]}>
          <Traces label="Requests" traces={data[tab]} withOperation={false} none={tab === "failing" ? "None that was kept has failed." : "None was kept in this window."} />
        </Tabs>
      </Panel>
    </>
  );
}
