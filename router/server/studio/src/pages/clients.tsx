import { Problem } from "../api.ts";
import { useData } from "../data.ts";
import { count, grouped, percent, span } from "../format.ts";
import type { ClientReport, ClientUse, Clients } from "../model.ts";
import { Badge, Figures, PageHead, Panel, Share } from "../parts/basics.tsx";
import { Empty, Failure, Shown } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { hrefOf } from "../routes.ts";

const since = (seconds: number) => (seconds < 5 ? "now" : `${span(seconds).split(" ")[0]} ago`);

export function ClientsPage({ only }: { only: string | null }) {
  const answer = useData<Clients>("/clients", 15);
  const { data } = answer;
  const found = only !== null && data ? data.clients[only] : null;
  return (
    <div class="page">
      {only === null ? <PageHead title="Clients" note={data ? <>What each has asked since the router started, {span(data.sinceSeconds)} ago</> : " "} />
        : <PageHead title={only} above={<><a href={hrefOf("/clients")}>Clients</a><span aria-hidden="true">/</span></>} note={found && data ? <>Last seen {since(found.lastUsedSecondsAgo)}; counted for {span(data.sinceSeconds)}</> : " "} actions={<a class="button" href={hrefOf("/requests", { client: only })}>Its requests</a>} />}
      <Shown answer={answer}>{({ clients }) => only === null ? <All clients={clients} /> : found ? <One client={found} /> : <Failure problem={new Problem(404, "There is no such client", `Nobody who calls themselves ${only} has asked since the router started.`)} />}</Shown>
    </div>
  );
}

function All({ clients }: { clients: Clients["clients"] }) {
  const all = Object.entries(clients).sort(([, a], [, b]) => b.operations - a.operations);
  const sum = all.reduce((total, [, { operations }]) => total + operations, 0) || 1;
  if (all.length === 0) return <div class="panel"><Empty title="No client has asked yet"><p>Clients here are programs with a token of their own, such as those of partners: <code>lyceum clients create</code> writes one.</p></Empty></div>;
  return (
    <div class="panel">
      <Table label="Clients" rows={all} keyOf={([name]) => name} columns={[
        { id: "name", name: "Client", cell: ([name]) => <a class="row-link ellipsis" href={hrefOf(`/clients/${encodeURIComponent(name)}`)}>{name}</a> },
        { id: "operations", name: "Requests", align: "end", width: "96px", cell: ([, { operations }]) => count(operations) },
        { id: "share", name: "Share", width: "168px", align: "end", from: 640, cell: ([, { operations }]) => <Share share={operations / sum} text={percent(operations / sum)} /> },
        { id: "errors", name: "Errors", align: "end", width: "88px", from: 440, cell: ([, { errors, operations }]) => percent(operations > 0 ? errors / operations : 0) },
        { id: "cost", name: "Cost", align: "end", width: "96px", from: 560, cell: ([, { cost }]) => count(cost) },
        { id: "refusals", name: "Refused", align: "end", width: "96px", from: 520, cell: ([, { refusals }]) => <span class={refusals > 0 ? "tone-warn" : "muted"}>{count(refusals)}</span> },
        { id: "distinct", name: "Operations", align: "end", width: "104px", from: 760, cell: ([, { byOperation }]) => grouped(Object.keys(byOperation).length) },
        { id: "last", name: "Last seen", align: "end", width: "112px", from: 860, cell: ([, { lastUsedSecondsAgo }]) => since(lastUsedSecondsAgo) },
      ]} />
    </div>
  );
}

function One({ client }: { client: ClientReport }) {
  const asked = Object.entries(client.byOperation).sort(([, a], [, b]) => b.operations - a.operations);
  const refused = Object.entries(client.refusalsByCode).sort(([, a], [, b]) => b - a);
  const share = (use: ClientUse) => use.operations / Math.max(1, client.operations);
  return (
    <>
      <Figures label="In short" all={[
        { name: "Requests", value: count(client.operations), note: `${grouped(asked.length)} operations` },
        { name: "Errors", value: percent(client.errors / Math.max(1, client.operations)), note: grouped(client.errors) },
        { name: "Cost", value: count(client.cost), note: `${count(Math.round(client.cost / Math.max(1, client.operations)))} a request` },
        { name: "Refused", value: count(client.refusals), note: refused[0]?.[0] ?? "nothing", tone: client.refusals > 0 ? "warn" : undefined },
      ]} />
      <div class="columns wide-first">
        <Panel title="Operations" flush>
          <Table label="Operations" rows={asked} keyOf={([id]) => id} rowHeight={32} columns={[
            { id: "name", name: "Operation", cell: ([id, { name }]) => <a class="row-link ellipsis" href={hrefOf(`/operations/${encodeURIComponent(id)}`)}>{name ?? id.slice(0, 16)}</a> },
            { id: "operations", name: "Requests", align: "end", width: "96px", cell: ([, { operations }]) => count(operations) },
            { id: "share", name: "Share", width: "152px", align: "end", from: 560, cell: ([, use]) => <Share share={share(use)} text={percent(share(use))} /> },
            { id: "errors", name: "Errors", align: "end", width: "80px", from: 440, cell: ([, { errors, operations }]) => percent(operations > 0 ? errors / operations : 0) },
          ]} />
        </Panel>
        <Panel title="Refused">{refused.length === 0 ? <p class="muted">Nothing that it sent was refused.</p> : <ul class="codes">{refused.map(([code, times]) => <li key={code}><Badge tone="warn">{code}</Badge><Share share={times / client.refusals} text={grouped(times)} colour="var(--warn)" /></li>)}</ul>}</Panel>
      </div>
    </>
  );
}
