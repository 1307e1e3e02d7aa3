import { useState } from "preact/hooks";
import { Heat, type Cells } from "../charts/heat.tsx";
import { Legend, TimeChart, type Line } from "../charts/time.tsx";
import { useData } from "../data.ts";
import { ago, bytes, clock, count, duration, grouped, moment, percent, rate, span } from "../format.ts";
import type { Alert, Overview, Traces as TracesAnswer } from "../model.ts";
import { Button, Figures, PageHead, Panel, Worded } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Failure, Shown, Skeleton } from "../parts/states.tsx";
import { Traces } from "../parts/traces.tsx";
import { hrefOf } from "../routes.ts";
import { budget } from "../settings.ts";
import { useStore } from "../store.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";

export const LATENCY_COLOURS = { p50: "var(--p50)", p95: "var(--p95)", p99: "var(--p99)" };

export function latencyLines(series: Overview["series"]): Line[] {
  return [
    { name: "p99", series: series.p99, colour: LATENCY_COLOURS.p99, shape: "dashed" },
    { name: "p95", series: series.p95, colour: LATENCY_COLOURS.p95 },
    { name: "p50", series: series.p50, colour: LATENCY_COLOURS.p50, shape: "area" },
  ];
}

export function OverviewPage() {
  const window = useWindow();
  const answer = useData<Overview>(`/overview?window=${window}`, REFRESH[window]);
  return (
    <div class="page">
      <PageHead title="Overview" note={<>What the graph has answered in the last {NAMES[window]}{answer.data?.since.reloadedAt && <>; reloaded {ago(answer.data.since.reloadedAt)}</>}</>} />
      <Shown answer={answer} skeleton={<Waiting />}>{(data) => (data.requests === 0 && data.store.traces === 0 ? <NoRequests /> : <Filled data={data} />)}</Shown>
    </div>
  );
}

function Waiting() {
  return <><div class="figures">{Array.from({ length: 6 }, (_, index) => <div class="figure" key={index}><Skeleton rows={2} /></div>)}</div><div class="columns two"><div class="panel"><Skeleton tall rows={5} /></div><div class="panel"><Skeleton tall rows={5} /></div></div></>;
}

function NoRequests() {
  return (
    <div class="panel">
      <Empty title="Nobody has asked the graph anything yet">
        <p>Send it a request, and it stands here within a second:</p>
        <pre class="code" tabIndex={0} role="region" aria-label="An example"><code>{`curl http://localhost:4000/graphql \\\n  -H 'content-type: application/json' \\\n  -d '{"query":"{ __typename }"}'`}</code></pre>
      </Empty>
    </div>
  );
}

/// The page that an alert leads to; the server names it after a `#`.
export function pathOf(href: string): string {
  const path = href.replace(/^#|^\/studio/, "");
  return path === "/overview" ? "/" : path.replace(/^\/traces(?=\?|$)/, "/requests");
}

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul class="alerts" aria-label="Alerts">
      {alerts.map(({ level, what, why, href }) => (
        <li key={what} class={level}>
          <Icon name="faults" />
          <a href={hrefOf(pathOf(href))}><span class="unseen">{level}: </span>{what}</a>
          <span><Worded text={why} /></span>
        </li>
      ))}
    </ul>
  );
}

function Filled({ data }: { data: Overview }) {
  const [cells, setCells] = useState<Cells | null>(null);
  const { latency, series, store, since } = data;
  const budgetMs = useStore(budget);
  const traffic: Line[] = [{ name: "requests", series: perSecond(series.requests), colour: "var(--accent)", shape: "area" }];
  const errors: Line[] = [{ name: "errors", series: series.errors, colour: "var(--bad)", shape: "bars" }];
  const marks = since.reloadedAt ? [{ at: since.reloadedAt, name: "reload" }] : [];
  return (
    <>
      <Alerts alerts={data.alerts} />
      <Figures label="In short" all={[
        { name: "Requests", value: rate(data.requestsPerSecond), note: `${count(data.requests)} in all` },
        { name: "Errors", value: percent(data.errorRate), note: `${count(data.errors)} requests`, tone: data.errorRate > 0.01 ? "bad" : undefined, href: hrefOf("/requests", { status: "error" }) },
        { name: "p50", value: duration(latency.p50Ms), note: `mean ${duration(latency.meanMs)}` },
        { name: "p95", value: duration(latency.p95Ms), note: `budget ${duration(budgetMs)}`, tone: latency.p95Ms > budgetMs ? "warn" : undefined },
        { name: "p99", value: duration(latency.p99Ms), note: `longest ${duration(latency.maxMs)}` },
        { name: "Router itself", value: duration(data.overhead.p50Ms), note: `p95 ${duration(data.overhead.p95Ms)}` },
        { name: "From cache", value: percent(data.cacheShare), note: "of the requests" },
      ]} />
      <div class="columns two">
        <Panel title="Latency" actions={<Legend lines={latencyLines(series)} />}><TimeChart label="Latency" lines={latencyLines(series)} format={duration} marks={marks} limit={{ value: budgetMs, name: "budget" }} height={232} /></Panel>
        <Panel title="Requests" note="a second"><TimeChart label="Requests a second" lines={traffic} format={count} marks={marks} height={112} /><div class="panel-split"><h3>Errors</h3></div><TimeChart label="Errors" lines={errors} format={count} height={72} /></Panel>
      </div>
      <Panel title="How long requests took" note="drag over the slow ones, or press Enter on a cell, to list them">
        <Heat map={data.heatmap} choose={setCells} chosen={cells} />
        {cells && <OfCells cells={cells} window={data.window} close={() => setCells(null)} />}
      </Panel>
      <div class="columns two">
        <Panel title="Slowest" flush actions={<a href={hrefOf("/requests", { sort: "slowest" })}>All of them</a>}><Traces label="Slowest requests" traces={data.slowest} none="Nothing was kept in this window." /></Panel>
        <Panel title="Failing" flush actions={<a href={hrefOf("/requests", { status: "error" })}>All of them</a>}><Traces label="Failing requests" traces={data.failing} none="No request that was kept has failed." /></Panel>
      </div>
      <p class="page-foot">
        {grouped(store.traces)} requests are kept in {bytes(store.bytes)} of {bytes(store.bytesMax)}, for {span(store.ageMaxSeconds)} at most{store.oldestAt && <>; the oldest is from {moment(store.oldestAt)}</>}. Counted since {new Date(since.startedAt).toLocaleDateString(undefined, { day: "numeric", month: "long" })}, {clock(since.startedAt)}.
      </p>
    </>
  );
}

export function perSecond(series: Overview["series"]["requests"]): Overview["series"]["requests"] {
  return { ...series, points: series.points.map((each) => (each === null ? null : each / series.stepSeconds)) };
}

/// The requests of a part of the heat map.
export function OfCells({ cells, window, close, operation }: { cells: Cells; window: string; close: () => void; operation?: string }) {
  const query = new URLSearchParams({ window, beginAt: cells.beginAt, endAt: cells.endAt, minMs: String(cells.minMs), maxMs: String(cells.maxMs), sort: "slowest", limit: "20", ...(operation ? { operation } : {}) });
  const answer = useData<TracesAnswer>(`/traces?${query}`);
  return (
    <section class="of-cells" aria-label="Requests of the chosen cells">
      <header>
        <h3>{clock(cells.beginAt)} – {clock(cells.endAt)}, {duration(cells.minMs)} – {duration(cells.maxMs)}</h3>
        {answer.data && <span class="muted">{grouped(answer.data.total)} kept</span>}
        <span class="spring" />
        <a href={hrefOf("/requests", { beginAt: cells.beginAt, endAt: cells.endAt, minMs: cells.minMs, maxMs: cells.maxMs, operation })}>Open as a list</a>
        <Button kind="bare" icon="close" label="Close" onClick={close} />
      </header>
      {answer.problem ? <Failure problem={answer.problem} again={answer.again} /> : answer.data ? <Traces label="Requests of the chosen cells" traces={answer.data.traces} none="Requests were counted there, but none of them was kept: only some are. Errors and slow ones always are, as long as there is room." /> : <Skeleton rows={4} />}
    </section>
  );
}
