import { useState } from "preact/hooks";
import { ask, Problem } from "../api.ts";
import { useData } from "../data.ts";
import { bytes, count, percent } from "../format.ts";
import type { CacheUse, Operations } from "../model.ts";
import { PageHead, Panel, Share } from "../parts/basics.tsx";
import { Failure, Shown, Skeleton } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { hrefOf } from "../routes.ts";
import { NAMES, REFRESH, useWindow } from "../window.ts";

export function CachesPage() {
  const window = useWindow();
  const answer = useData<CacheUse>("/cache", 10);
  const operations = useData<Operations>(`/operations?window=${window}&sort=requests&order=desc&limit=200`, REFRESH[window]);
  return (
    <div class="page">
      <PageHead title="Caches" note="What the router keeps of answers, and what comes from it" />
      <div class="columns two">
        <Shown answer={answer} skeleton={<div class="panel"><Skeleton rows={5} /></div>}>{({ fetches, replies }) => (
          <Panel title="Room">
            <ul class="rooms">
              {([["Entities of fetches", fetches], ["Whole replies", replies]] as const).map(([name, { bytes: used, bytesMax }]) => (
                <li key={name}><h3>{name}</h3><Share share={bytesMax > 0 ? used / bytesMax : 0} text={percent(bytesMax > 0 ? used / bytesMax : 0)} /><span class="muted">{bytesMax === 0 ? "nothing is kept: its room is 0" : `${bytes(used)} of ${bytes(bytesMax)}`}</span></li>
              ))}
            </ul>
          </Panel>
        )}</Shown>
        <Outdate done={answer.again} />
      </div>
      <Panel title="Operations" note={`answered from what is kept, in the last ${NAMES[window]}`} flush>
        <Shown answer={operations}>{({ operations: rows }) => rows.length === 0 ? <p class="nothing">Nothing was asked in this window.</p> : <Table label="Operations" rows={[...rows].filter(({ kind }) => kind === "query").sort((a, b) => b.cacheShare * b.requests - a.cacheShare * a.requests)} keyOf={({ hash }) => hash} rowHeight={32} columns={[
          { id: "name", name: "Operation", cell: ({ hash, name }) => <a class="row-link ellipsis" href={hrefOf(`/operations/${hash}`)}>{name || hash.slice(0, 12)}</a> },
          { id: "share", name: "From what is kept", align: "end", width: "220px", cell: ({ cacheShare }) => <Share share={cacheShare} text={percent(cacheShare)} colour="var(--good)" /> },
          { id: "saved", name: "Requests spared", align: "end", width: "136px", from: 560, cell: ({ cacheShare, requests }) => count(Math.round(cacheShare * requests)) },
          { id: "requests", name: "Requests", align: "end", width: "96px", from: 460, cell: ({ requests }) => count(requests) },
        ]} />}</Shown>
      </Panel>
    </div>
  );
}

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/// Says that something has changed, so that nothing older is served.
function Outdate({ done }: { done: () => void }) {
  const [types, setTypes] = useState("");
  const [ids, setIds] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const [asking, setAsking] = useState(false);
  const send = async (body: unknown, what: string) => {
    setAsking(false);
    try {
      await ask("/cache/invalidate", { method: "POST", body });
      setProblem(null);
      setSaid(`${what} is asked anew from now on.`);
      done();
    } catch (error) {
      setSaid("");
      setProblem(error instanceof Problem ? error : new Problem(0, "It was not sent", String(error)));
    }
  };
  return (
    <Panel title="Say that something has changed">
      <form class="form" onSubmit={(event) => { event.preventDefault(); void send({ types: words(types), ids: words(ids) }, [...words(types), ...words(ids)].join(", ")); }}>
        <label>Types<input class="input" placeholder="Course, Movie" value={types} onInput={(event) => setTypes(event.currentTarget.value)} /></label>
        <label>Ids<input class="input mono" placeholder="crs_01jwh91ew0…" value={ids} onInput={(event) => setIds(event.currentTarget.value)} /></label>
        <div class="filters">
          <button type="submit" class="button button-primary" disabled={words(types).length + words(ids).length === 0}>Outdate these</button>
          {asking ? <><button type="button" class="button button-danger" onClick={() => void send({ everything: true }, "Everything")}>Yes, everything</button><button type="button" class="button" onClick={() => setAsking(false)}>No</button></> : <button type="button" class="button" onClick={() => setAsking(true)}>Outdate everything…</button>}
        </div>
        <p class="muted" role="status">{said || "It needs the scope admin."}</p>
        {problem && <Failure problem={problem} />}
      </form>
    </Panel>
  );
}
