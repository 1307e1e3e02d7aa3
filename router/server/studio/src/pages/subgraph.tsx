import { useMemo, useState } from "preact/hooks";
import { TimeChart } from "../charts/time.tsx";
import { colourOf, services } from "../colours.ts";
import { useData } from "../data.ts";
import { count, duration, grouped, percent, plural, rate } from "../format.ts";
import type { SubgraphDetail } from "../model.ts";
import { Badge, Button, Copy, Figures, Moment, PageHead, Panel, Share, Swatch, Tabs } from "../parts/basics.tsx";
import { Tokens } from "../parts/code.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Shown } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Traces } from "../parts/traces.tsx";
import { hrefOf, place, setQuery } from "../routes.ts";
import { typesOf } from "../sdl.ts";
import { useStore } from "../store.ts";
import { graphql } from "../tokenizer.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";
import { perSecond } from "./overview.tsx";
import { HealthBadge } from "./subgraphs.tsx";

type Tab = "operations" | "schema" | "changes" | "entities" | "slowest";
const TABS: readonly Tab[] = ["operations", "schema", "changes", "entities", "slowest"];

export function SubgraphPage({ name }: { name: string }) {
  const window = useWindow();
  useStore(services);
  const answer = useData<SubgraphDetail>(`/subgraphs/${encodeURIComponent(name)}?window=${window}`, REFRESH[window]);
  const { data } = answer;
  return (
    <div class="page">
      <PageHead above={<><a href={hrefOf("/subgraphs")}>Subgraphs</a><span aria-hidden="true">/</span>{data ? (data.inProcess ? "in this process" : data.url) : ""}</>} title={<span class="service"><Swatch service={name} />{name}</span>}
        note={data && <><HealthBadge of={data} /> {data.healthReason}</>} actions={<a class="button" href={hrefOf("/requests", { subgraph: name, sort: "slowest" })}>Its requests</a>} />
      <Shown answer={answer}>{(detail) => <Filled data={detail} window={NAMES[window]} />}</Shown>
    </div>
  );
}

function Filled({ data, window }: { data: SubgraphDetail; window: string }) {
  const { query } = useStore(place);
  const tab = TABS.find((each) => each === query.get("tab")) ?? "operations";
  const { latency } = data;
  return (
    <>
      <Figures label={`In the last ${window}`} all={[
        { name: "Fetches", value: rate(data.requestsPerSecond), note: `${count(data.requests)} in all` },
        { name: "Errors", value: percent(data.errorRate), note: plural(data.errors, "fetch", "fetches"), tone: data.errorRate > 0.01 ? "bad" : undefined },
        { name: "p50", value: duration(latency.p50Ms), note: `mean ${duration(latency.meanMs)}` },
        { name: "p95", value: duration(latency.p95Ms), note: `p99 ${duration(latency.p99Ms)}` },
        { name: "In flight", value: count(data.inFlight), note: data.inFlightMax ? `${percent(data.saturation)} of ${data.inFlightMax}` : "no limit", tone: (data.saturation ?? 0) > 0.8 ? "bad" : undefined },
        { name: "Kept", value: percent(data.cacheShare), note: "of its entities" },
        { name: "Share of time", value: percent(data.timeShare), note: "of all requests" },
      ]} />
      <div class="columns two">
        <Panel title="p95"><TimeChart label="p95" lines={[{ name: "p95", series: data.series.p95, colour: colourOf(data.name), shape: "area" }]} format={duration} /></Panel>
        <Panel title="Fetches" note="a second"><TimeChart label="Fetches a second" lines={[{ name: "fetches", series: perSecond(data.series.requests), colour: colourOf(data.name), shape: "area" }, { name: "errors", series: perSecond(data.series.errors), colour: "var(--bad)" }]} format={count} /></Panel>
      </div>
      <Tabs<Tab> label="What to look at" chosen={tab} choose={(each) => setQuery({ tab: each === "operations" ? null : each })} all={[{ id: "operations", name: "Operations", count: data.operations.length }, { id: "schema", name: "Schema", count: data.types }, { id: "changes", name: "Changes", count: data.changes.length || undefined }, { id: "entities", name: "Entities", count: data.entities.length }, { id: "slowest", name: "Slowest requests" }]}>
        {tab === "operations" && <div class="panel">{data.operations.length === 0 ? <Empty title="No operation has asked it in this window" /> : <Table label="Operations" rows={data.operations} keyOf={({ hash }) => hash} columns={[
          { id: "name", name: "Operation", cell: ({ hash, name }) => <a class="row-link" href={hrefOf(`/operations/${hash}`)}>{name || hash.slice(0, 12)}</a> },
          { id: "requests", name: "Requests", align: "end", width: "96px", cell: ({ requests }) => count(requests) },
          { id: "p95", name: "p95 here", align: "end", width: "96px", from: 400, cell: ({ p95Ms }) => duration(p95Ms) },
          { id: "share", name: "Of its time", align: "end", width: "200px", from: 560, cell: ({ timeShare }) => <Share share={timeShare} text={percent(timeShare)} colour={colourOf(data.name)} /> },
        ]} />}</div>}
        {tab === "schema" && <Schema data={data} />}
        {tab === "changes" && <Changes of={data.changes} />}
        {tab === "entities" && <div class="panel">{data.entities.length === 0 ? <Empty title="It has no entities"><p>No type of its schema has a <code>@key</code>.</p></Empty> : <Table label="Entities" rows={data.entities} keyOf={({ type }) => type} columns={[
          { id: "type", name: "Type", cell: ({ type }) => <a class="row-link mono" href={hrefOf("/graph", { tab: "entities", search: type })}>{type}</a> },
          { id: "keys", name: "Keys", cell: ({ keys }) => <span class="badges">{keys.map((key) => <Badge key={key}>{key}</Badge>)}</span> },
        ]} />}</div>}
        {tab === "slowest" && <div class="panel"><Traces label="Slowest requests" traces={data.slowest} none="None was kept in this window." /></div>}
      </Tabs>
    </>
  );
}

/// The schema, type by type: folded, searched by names and by text.
function Schema({ data }: { data: SubgraphDetail }) {
  const types = useMemo(() => typesOf(data.sdl), [data.sdl]);
  const { query } = useStore(place);
  const search = query.get("search") ?? "";
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(types.slice(0, 3).map(({ name, line }) => `${name}${line}`)));
  const wanted = search.trim().toLowerCase();
  const fitting = wanted === "" ? types : types.filter(({ text, name }) => name.toLowerCase().includes(wanted) || text.toLowerCase().includes(wanted));
  const allOpen = fitting.every(({ name, line }) => open.has(`${name}${line}`));
  const toggle = (id: string) => setOpen((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next; });
  return (
    <>
      <div class="filters">
        <label class="field"><Icon name="search" /><span class="unseen">Search the schema</span><input type="text" placeholder="Type, field, directive…" value={search} onInput={(event) => setQuery({ search: event.currentTarget.value })} /></label>
        <Button onClick={() => setOpen(allOpen ? new Set() : new Set(fitting.map(({ name, line }) => `${name}${line}`)))}>{allOpen ? "Fold all" : "Unfold all"}</Button>
        <Copy text={() => data.sdl} label="Copy the schema">Schema</Copy>
        <span class="muted">{grouped(fitting.length)} of {plural(types.length, "definition")}, hash <span class="mono">{data.sdlHash.slice(0, 12)}</span></span>
      </div>
      <div class="panel sdl">
        {fitting.length === 0 && <p class="nothing stand-alone">Nothing in it is called “{search}”.</p>}
        {fitting.map(({ kind, name, text, line, fields, keys }) => {
          const id = `${name}${line}`;
          const isOpen = open.has(id) || (wanted !== "" && fitting.length <= 12);
          return (
            <section key={id} class="sdl-type">
              <h2>
                <button type="button" aria-expanded={isOpen} onClick={() => toggle(id)}>
                  <span class={`wf-fold ${isOpen ? "open" : ""}`}><Icon name="next" /></span>
                  <span class="t-keyword">{kind}</span><b>{name}</b>
                  {keys.map((key) => <Badge key={key} tone="accent">key {key}</Badge>)}
                  <span class="spring" />
                  {fields.length > 0 && <span class="muted">{plural(fields.length, "field")}</span>}
                </button>
              </h2>
              {isOpen && <pre class="code" tabIndex={0} role="region" aria-label={`${kind} ${name}`}><code><Tokens of={graphql(text)} /></code></pre>}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Changes({ of }: { of: SubgraphDetail["changes"] }) {
  if (of.length === 0) return <div class="panel"><Empty title="The schema has not changed since the router started" /></div>;
  return (
    <ol class="changes">
      {of.map(({ at, added, removed, changed }) => (
        <li key={at} class="panel">
          <h2><Moment at={at} /> <span class="muted"><Moment at={at} relative /></span></h2>
          <ul class="mono">
            {removed.map((each) => <li key={each} class="tone-bad">− {each}</li>)}
            {added.map((each) => <li key={each} class="tone-good">+ {each}</li>)}
            {changed.map((each) => <li key={each} class="tone-warn">~ {each}</li>)}
          </ul>
        </li>
      ))}
    </ol>
  );
}
