import { useMemo, useState } from "preact/hooks";
import { colourOf } from "../colours.ts";
import { useData } from "../data.ts";
import { count, grouped, plural, span } from "../format.ts";
import type { Graph, GraphField } from "../model.ts";
import { Badge, PageHead, Panel, Service, Share, Tabs } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { GraphMap, waysOf } from "../parts/map.tsx";
import { fit } from "../parts/palette.tsx";
import { Empty, Shown, Skeleton } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Subgraphs } from "../parts/traces.tsx";
import { hrefOf, place, setQuery } from "../routes.ts";
import { useStore } from "../store.ts";
import { NAMES, useWindow } from "../window.ts";

type Tab = "map" | "ways" | "entities" | "types" | "unused";
const TABS: readonly Tab[] = ["map", "ways", "entities", "types", "unused"];

export function GraphPage() {
  const window = useWindow();
  const answer = useData<Graph>(`/graph?window=${window}`, 60);
  const { data } = answer;
  return (
    <div class="page">
      <PageHead title="Graph" note={data ? <>{plural(data.subgraphs.length, "subgraph")}, {plural(data.types.length, "type")}, {plural(data.entities.length, "entity", "entities")}; traffic of the last {NAMES[window]}</> : " "} />
      <Shown answer={answer} skeleton={<div class="panel"><Skeleton rows={12} tall /></div>}>{(graph) => <Filled graph={graph} />}</Shown>
    </div>
  );
}

function Filled({ graph }: { graph: Graph }) {
  const { query } = useStore(place);
  const tab = TABS.find((each) => each === query.get("tab")) ?? "map";
  const chosen = query.get("subgraph");
  const ways = useMemo(() => waysOf(graph.edges), [graph.edges]);
  return (
    <Tabs<Tab> label="What to look at" chosen={tab} choose={(each) => setQuery({ tab: each === "map" ? null : each, search: null })} all={[{ id: "map", name: "Map" }, { id: "ways", name: "Ways", count: ways.length }, { id: "entities", name: "Entities", count: graph.entities.length }, { id: "types", name: "Types", count: graph.types.length }, { id: "unused", name: "Unused", count: graph.unused.length }]}>
      {tab === "map" && <div class={`map-and ${chosen ? "with-side" : ""}`}><div class="panel">{graph.subgraphs.length === 0 ? <Empty title="The graph has no subgraphs" /> : <GraphMap graph={graph} chosen={chosen} choose={(name) => setQuery({ subgraph: name })} />}</div>{chosen && <Chosen graph={graph} name={chosen} />}</div>}
      {tab === "ways" && <Panel title="Ways" note="after asking the first, the graph asks the second about the entity" flush>
        {graph.edges.length === 0 ? <p class="nothing">Nobody has asked for anything of two subgraphs in this window.</p> : <Table label="Ways" rows={[...graph.edges].sort((a, b) => b.requests - a.requests)} keyOf={({ from, to, entity }) => `${from}/${to}/${entity}`} rowHeight={32} columns={[
          { id: "from", name: "From", cell: ({ from }) => <Service name={from} link /> }, { id: "to", name: "To", cell: ({ to }) => <Service name={to} link /> },
          { id: "entity", name: "Entity", cell: ({ entity }) => <span class="mono">{entity}</span> },
          { id: "requests", name: "Requests", align: "end", width: "200px", cell: ({ requests, to }) => <Share share={requests / Math.max(1, ...graph.edges.map((each) => each.requests))} text={count(requests)} colour={colourOf(to)} /> },
        ]} />}
      </Panel>}
      {tab === "entities" && <Entities graph={graph} />}
      {tab === "types" && <Types graph={graph} />}
      {tab === "unused" && <Unused graph={graph} />}
    </Tabs>
  );
}

function Chosen({ graph, name }: { graph: Graph; name: string }) {
  const ways = waysOf(graph.edges);
  const entities = graph.entities.filter(({ owners }) => owners.includes(name));
  const unused = graph.unused.filter(({ subgraphs }) => subgraphs.includes(name));
  const [out, into] = [ways.filter(({ from }) => from === name), ways.filter(({ to }) => to === name)];
  const list = (title: string, all: typeof ways, of: "from" | "to", none: string) => (
    <section><h3>{title}</h3>{all.length === 0 ? <p class="muted">{none}</p> : <ul class="way-list">{all.map((way) => <li key={way[of]}><Service name={way[of]} link /><span class="muted ellipsis" title={way.entities.join(", ")}>{way.entities.join(", ")}</span><b>{count(way.requests)}</b></li>)}</ul>}</section>
  );
  return (
    <aside class="panel side-panel" aria-label={`Subgraph ${name}`}>
      <h2><Service name={name} link /></h2>
      {list("Goes on to", out, "to", "Nobody, in this window.")}
      {list("Is asked after", into, "from", "Nobody, in this window: it is asked first.")}
      <section><h3>Has a key of</h3><p class="badges">{entities.map(({ type }) => <a key={type} href={hrefOf("/graph", { tab: "entities", search: type })}><Badge>{type}</Badge></a>)}{entities.length === 0 && <span class="muted">no entity</span>}</p></section>
      <p><a class="wf-link" href={hrefOf("/graph", { tab: "unused", search: name })}>{plural(unused.length, "field")} that nobody has used</a></p>
    </aside>
  );
}

function Search({ label }: { label: string }) {
  const { query } = useStore(place);
  return <label class="field"><Icon name="search" /><span class="unseen">{label}</span><input type="text" placeholder={`${label}…`} value={query.get("search") ?? ""} onInput={(event) => setQuery({ search: event.currentTarget.value })} /></label>;
}

function Entities({ graph }: { graph: Graph }) {
  const { query } = useStore(place);
  const search = query.get("search") ?? "";
  const shown = graph.entities.filter(({ type, owners }) => search === "" || fit(type, search) > 1 || owners.includes(search));
  return (
    <>
      <div class="filters"><Search label="Entity or subgraph" /><span class="muted">{grouped(shown.length)} of {grouped(graph.entities.length)}</span></div>
      <div class="panel">{shown.length === 0 ? <Empty title={graph.entities.length === 0 ? "The graph has no entities" : `No entity is called “${search}”`} /> : <Table label="Entities" rows={shown} keyOf={({ type }) => type} columns={[
        { id: "type", name: "Type", cell: ({ type }) => <a class="row-link mono" href={hrefOf("/graph", { tab: "types", search: type })}>{type}</a> },
        { id: "owners", name: "Who can be asked by key", cell: ({ owners }) => <Subgraphs names={owners} /> },
        { id: "keys", name: "Keys", width: "160px", from: 640, cell: ({ keys }) => <span class="badges">{[...new Set(keys.map(({ fields }) => fields))].map((each) => <Badge key={each}>{each}</Badge>)}</span> },
        { id: "fields", name: "Fields", align: "end", width: "80px", from: 520, cell: ({ fields }) => grouped(fields.length) },
        { id: "requests", name: "Used", align: "end", width: "96px", cell: ({ fields }) => count(Math.max(0, ...fields.map(({ requests }) => requests))) },
      ]} />}</div>
    </>
  );
}

const KINDS: Record<string, string> = { object: "type" };

function Types({ graph }: { graph: Graph }) {
  const { query } = useStore(place);
  const search = query.get("search") ?? "";
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const fitting = graph.types.map((type) => ({ type, fits: search === "" ? 1 : Math.max(fit(type.name, search) > 1 ? fit(type.name, search) + 1 : -1, type.fields.some(({ name }) => fit(name, search) > 1) ? 1 : -1) })).filter(({ fits }) => fits > 0).sort((a, b) => b.fits - a.fits || a.type.name.localeCompare(b.type.name)).map(({ type }) => type);
  const [limit, setLimit] = useState(100);
  const toggle = (name: string) => setOpen((before) => { const next = new Set(before); if (!next.delete(name)) next.add(name); return next; });
  return (
    <>
      <div class="filters"><Search label="Type or field" /><span class="muted">{grouped(fitting.length)} of {plural(graph.types.length, "type")}</span></div>
      <div class="panel sdl">
        {fitting.length === 0 && <p class="nothing stand-alone">Nothing is called “{search}”.</p>}
        {fitting.slice(0, limit).map(({ name, kind, subgraphs, fields }) => {
          const isOpen = open.has(name) || (search !== "" && name.toLowerCase() === search.toLowerCase());
          return (
            <section class="sdl-type" key={name}>
              <h2><button type="button" aria-expanded={isOpen} disabled={fields.length === 0} onClick={() => toggle(name)}><span class={`wf-fold ${isOpen ? "open" : ""}`}>{fields.length > 0 && <Icon name="next" />}</span><span class="t-keyword">{KINDS[kind] ?? kind}</span><b>{name}</b><span class="spring" /><span class="muted type-owners"><Subgraphs names={subgraphs} /></span></button></h2>
              {isOpen && <Fields of={name} fields={fields} />}
            </section>
          );
        })}
      </div>
      {fitting.length > limit && <p><button type="button" class="button" onClick={() => setLimit(limit + 200)}>Show {grouped(Math.min(200, fitting.length - limit))} more</button></p>}
    </>
  );
}

function Fields({ of, fields }: { of: string; fields: readonly GraphField[] }) {
  const most = Math.max(1, ...fields.map(({ requests }) => requests));
  return <Table label={`Fields of ${of}`} rows={fields} keyOf={({ name }) => name} rowHeight={32} columns={[
    { id: "name", name: "Field", cell: ({ name, deprecated, tags }) => <span class="cell-two mono">{name}{deprecated !== null && <Badge tone="warn" title={deprecated}>deprecated</Badge>}{tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}</span> },
    { id: "type", name: "Type", from: 520, cell: ({ type }) => <span class="mono t-type">{type}</span> },
    { id: "who", name: "Resolved by", from: 680, cell: ({ subgraphs }) => <Subgraphs names={subgraphs} /> },
    { id: "requests", name: "Requests", align: "end", width: "168px", cell: ({ requests }) => (requests === 0 ? <span class="muted">nobody</span> : <Share share={requests / most} text={count(requests)} />) },
  ]} />;
}

function Unused({ graph }: { graph: Graph }) {
  const { query } = useStore(place);
  const search = query.get("search") ?? "";
  const shown = graph.unused.filter(({ coordinate, subgraphs }) => search === "" || coordinate.toLowerCase().includes(search.toLowerCase()) || subgraphs.includes(search));
  const seconds = (Date.now() - Date.parse(graph.observedSinceAt)) / 1000;
  return (
    <>
      <p class="notice">Nobody has asked for these fields in the {span(seconds)} that were watched. What is watched for less than a month or two says little about what can be removed.</p>
      <div class="filters"><Search label="Field or subgraph" /><span class="muted">{grouped(shown.length)} of {grouped(graph.unused.length)}</span></div>
      <div class="unused-box">{shown.length === 0 ? <div class="panel"><Empty title={graph.unused.length === 0 ? "Every field is used" : `No unused field is called “${search}”`} /></div> : <Table label="Unused fields" rows={shown} keyOf={({ coordinate }) => coordinate} rowHeight={32} tall columns={[
        { id: "coordinate", name: "Field", cell: ({ coordinate }) => <a class="row-link mono" href={hrefOf("/graph", { tab: "types", search: coordinate.split(".")[0] })}>{coordinate}</a> },
        { id: "who", name: "Subgraphs", cell: ({ subgraphs }) => <Subgraphs names={subgraphs} /> },
      ]} />}</div>
    </>
  );
}
