import { useData } from "../data.ts";
import { colourOf, services } from "../colours.ts";
import { count, duration, percent, plural } from "../format.ts";
import type { BottleneckItem, Bottlenecks } from "../model.ts";
import { Badge, PageHead, Panel, Service, Share, Worded } from "../parts/basics.tsx";
import { Empty, Shown, Skeleton } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { hrefOf } from "../routes.ts";
import { useStore } from "../store.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";

export function BottlenecksPage() {
  const window = useWindow();
  useStore(services);
  const answer = useData<Bottlenecks>(`/bottlenecks?window=${window}`, Math.max(10, REFRESH[window]));
  return (
    <div class="page">
      <PageHead title="Bottlenecks" note={<>What requests have waited for in the last {NAMES[window]}: only time on the critical path counts, because nothing else would make them faster</>} />
      <Shown answer={answer} skeleton={<div class="panel"><Skeleton rows={12} tall /></div>}>{(data) => data.requests === 0 || data.services.length === 0 ? (
        <div class="panel"><Empty title="Nothing to weigh yet"><p>Bottlenecks are found in the requests that are kept: send some, or choose a longer window.</p></Empty></div>
      ) : <Filled data={data} />}</Shown>
    </div>
  );
}

function Filled({ data }: { data: Bottlenecks }) {
  const total = data.services.reduce((sum, { criticalMs }) => sum + criticalMs, 0) || 1;
  return (
    <>
      <Panel title="Where the time goes" note={<>{plural(data.requests, "request")}, {duration(data.totalMs / data.requests)} each</>}>
        <ul class="stacked" aria-label="Share of the waiting by service">
          {data.services.map(({ service, criticalMs, criticalShare }) => (
            <li key={service} style={{ flexGrow: Math.max(0.001, criticalMs / total), background: colourOf(service) }} title={`${service}: ${percent(criticalShare)}`}><span class="unseen">{service} {percent(criticalShare)}</span></li>
          ))}
        </ul>
        <ul class="stacked-legend">
          {data.services.map(({ service, criticalShare, criticalMs }) => (
            <li key={service}><Service name={service} link /><b>{percent(criticalShare)}</b><span class="muted">{duration(criticalMs / data.requests)} a request</span></li>
          ))}
        </ul>
      </Panel>
      <div class="columns wide-first">
        <Panel title="What would help most" flush>
          {data.items.length === 0 ? <p class="nothing">Nothing stands out.</p> : <ol class="bottlenecks">{data.items.map((item, index) => <Item key={`${item.kind}${item.service}${item.name}`} item={item} place={index + 1} requests={data.requests} most={data.items[0]!.share} />)}</ol>}
        </Panel>
        <div class="stack">
          <Panel title="Over the budget" note={`p95 above ${duration(data.budget.p95BudgetMs)}`} flush>
            {data.budget.over.length === 0 ? <p class="nothing">Every operation keeps to it.</p> : <Table label="Operations over the budget" rows={data.budget.over} keyOf={({ hash }) => hash} rowHeight={32} columns={[
              { id: "name", name: "Operation", cell: ({ hash, name }) => <a class="row-link ellipsis" href={hrefOf(`/operations/${hash}`)}>{name || hash.slice(0, 12)}</a> },
              { id: "p95", name: "p95", align: "end", width: "88px", cell: ({ p95Ms }) => <b class="tone-warn">{duration(p95Ms)}</b> },
              { id: "over", name: "Over by", align: "end", width: "88px", cell: ({ p95Ms }) => duration(p95Ms - data.budget.p95BudgetMs) },
            ]} />}
          </Panel>
        </div>
      </div>
    </>
  );
}

function Item({ item, place, requests, most }: { item: BottleneckItem; place: number; requests: number; most: number }) {
  const { operation, saves } = item;
  return (
    <li>
      <span class="bottleneck-place" aria-hidden="true">{place}</span>
      <div class="bottleneck-text">
        <h3><Service name={item.service} link /> {item.name !== item.service && <span class="bottleneck-name">{item.name}</span>} <Badge>{item.kind}</Badge></h3>
        <p><Worded text={item.sentence} /></p>
        {saves && <p class="bottleneck-saves"><Worded text={saves.sentence} /></p>}
        <p class="bottleneck-links">
          {operation && <a href={hrefOf(`/operations/${operation}`)}>The operation</a>}
          {item.traceId && <a href={hrefOf(`/traces/${item.traceId}`)}>An example</a>}
          <span class="muted">{count(item.calls)} calls, p95 {duration(item.p95Ms)}</span>
        </p>
      </div>
      <div class="bottleneck-share">
        <Share share={item.share / (most || 1)} text={percent(item.share)} colour={colourOf(item.service)} />
        <span class="muted">{duration(item.criticalMs / Math.max(1, requests))} a request</span>
      </div>
    </li>
  );
}
