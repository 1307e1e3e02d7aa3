import { useState } from "preact/hooks";
import { ask, Problem } from "../api.ts";
import { useData } from "../data.ts";
import { clock, count, grouped, plural, span } from "../format.ts";
import type { AskedOfAll, DeadLetters, Outbox, PlatformEvent, Replays } from "../model.ts";
import { Badge, Button, PageHead, Panel, Service } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Failure, Shown } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { hrefOf, navigate } from "../routes.ts";

export function EventsPage({ flow }: { flow: string | null }) {
  const [typed, setTyped] = useState(flow ?? "");
  return (
    <div class="page">
      <PageHead title={flow ? <>Flow <span class="mono-title">{flow}</span></> : "Events"} above={flow ? <><a href={hrefOf("/events")}>Events</a><span aria-hidden="true">/</span></> : undefined} note={flow ? "What this request has caused, in order; each event below the one that caused it" : "What subgraphs tell each other: what waits, who is behind, what was given up"}
        actions={<form onSubmit={(event) => { event.preventDefault(); if (typed.trim()) navigate(hrefOf(`/events/${encodeURIComponent(typed.trim())}`)); }}><label class="field wide"><Icon name="search" /><span class="unseen">Correlation id</span><input type="text" placeholder="Follow a correlation id…" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></label></form>} />
      {flow ? <Flow id={flow} /> : <><Boxes /><Letters /></>}
    </div>
  );
}

/// Nobody publishing events is answered with 404: that is nothing, not a failure.
function NoEvents({ what }: { what: string }) {
  return <Empty title={what}><p>No subgraph of this graph publishes events, or none answers to operators.</p></Empty>;
}

function Unavailable({ names }: { names: readonly string[] }) {
  return names.length === 0 ? null : <p class="notice warn">{names.join(", ")} {names.length === 1 ? "does" : "do"} not answer; what they know is missing here.</p>;
}

interface Caused {
  event: PlatformEvent;
  depth: number;
}

/// Events below what caused them, each level in the order of time.
export function caused(events: readonly PlatformEvent[]): Caused[] {
  const ids = new Set(events.map(({ id }) => id));
  const below = new Map<string | null, PlatformEvent[]>();
  for (const event of [...events].sort((a, b) => a.time.localeCompare(b.time) || a.seq - b.seq)) {
    const cause = event.causationid && ids.has(event.causationid) && event.causationid !== event.id ? event.causationid : null;
    below.set(cause, [...(below.get(cause) ?? []), event]);
  }
  const found: Caused[] = [];
  const seen = new Set<string>();
  const walk = (cause: string | null, depth: number) => {
    for (const event of below.get(cause) ?? []) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      found.push({ event, depth });
      walk(event.id, depth + 1);
    }
  };
  walk(null, 0);
  return found;
}

function Flow({ id }: { id: string }) {
  const answer = useData<AskedOfAll<{ events: PlatformEvent[] }>>(`/flow/${encodeURIComponent(id)}`);
  if (answer.problem?.status === 404) return <div class="panel"><NoEvents what="This flow has caused no events" /></div>;
  return (
    <Shown answer={answer}>{({ subgraphs, unavailable }) => {
      const events = caused(Object.values(subgraphs).flatMap((each) => each.events));
      const begin = events[0] ? Date.parse(events[0].event.time) : 0;
      return (
        <>
          <Unavailable names={unavailable} />
          <div class="panel">
            {events.length === 0 ? <Empty title="This flow has caused no events"><p>Either the request changed nothing, or its events are older than what the subgraphs keep.</p></Empty> : <ol class="flow">{events.map(({ event, depth }) => (
              <li key={event.id} style={{ paddingLeft: `${16 + depth * 24}px` }}>
                <span class="flow-time">+{grouped(Date.parse(event.time) - begin)} ms</span>
                <div>
                  <h2><Service name={event.source} link /> <span>{event.type}</span>{event.replay && <Badge tone="warn">replay</Badge>}</h2>
                  <p class="muted">{event.subject}, number {event.seq} of it, at {clock(event.time, true)}{event.traceparent && <> · <a class="wf-link" href={hrefOf(`/traces/${event.traceparent.split("-")[1] ?? ""}`)}>its request</a></>}</p>
                  <details><summary>Data</summary><pre class="code" tabIndex={0} role="region" aria-label={`Data of ${event.type}`}><code>{JSON.stringify(event.data, null, 2)}</code></pre></details>
                </div>
              </li>
            ))}</ol>}
          </div>
        </>
      );
    }}</Shown>
  );
}

function Boxes() {
  const answer = useData<AskedOfAll<Outbox>>("/outbox", 10);
  if (answer.problem?.status === 404) return <Panel title="Outbox"><NoEvents what="Nothing is published here" /></Panel>;
  return (
    <Panel title="Outbox" note="what is written and not published yet, and how far consumers are behind" flush>
      <Shown answer={answer}>{({ subgraphs, unavailable }) => (
        <>
          <Unavailable names={unavailable} />
          <Table label="Outbox" rows={Object.entries(subgraphs).sort(([a], [b]) => a.localeCompare(b))} keyOf={([name]) => name} rowHeight={36} columns={[
            { id: "name", name: "Subgraph", width: "200px", cell: ([name]) => <Service name={name} link /> },
            { id: "waiting", name: "Waiting", align: "end", width: "88px", cell: ([, { unpublished }]) => <span class={unpublished > 0 ? "tone-warn" : "muted"}>{grouped(unpublished)}</span> },
            { id: "age", name: "Oldest", align: "end", width: "88px", from: 480, cell: ([, { oldestAgeSeconds }]) => (oldestAgeSeconds === null ? <span class="muted">–</span> : span(oldestAgeSeconds)) },
            { id: "dead", name: "Given up", align: "end", width: "96px", from: 400, cell: ([, { deadLetters }]) => <span class={deadLetters > 0 ? "tone-bad" : "muted"}>{grouped(deadLetters)}</span> },
            { id: "behind", name: "Consumers behind", from: 640, cell: ([, { consumers }]) => {
              const behind = consumers.filter(({ events }) => events === null || events > 0);
              return behind.length === 0 ? <span class="muted">{consumers.length === 0 ? "it has no consumers" : `none of ${consumers.length}`}</span> : <span class="badges">{behind.map(({ consumer, events }) => <Badge key={consumer} tone={events === null ? "bad" : "warn"}>{consumer} {events === null ? "unknown" : count(events)}</Badge>)}</span>;
            } },
          ]} />
        </>
      )}</Shown>
    </Panel>
  );
}

function Letters() {
  const answer = useData<AskedOfAll<DeadLetters>>("/dead-letters", 15);
  const [told, setTold] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const replay = async (path: string) => {
    try {
      const { subgraphs } = await ask<AskedOfAll<Replays>>(path, { method: "POST" });
      const all = Object.values(subgraphs).flatMap(({ replays }) => replays);
      const done = all.filter(({ outcome }) => outcome === "done" || outcome === "settled").length;
      const failed = all.find(({ outcome }) => outcome === "failed");
      setTold(`${done} of ${plural(all.length, "event")} done${failed ? `; ${failed.consumer} says: ${failed.reason ?? "it failed again"}` : ""}.`);
      setProblem(null);
      answer.again();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "It was not sent", String(error)));
    }
  };
  const letters = Object.entries(answer.data?.subgraphs ?? {}).flatMap(([subgraph, each]) => each.letters.map((letter) => ({ subgraph, ...letter })));
  if (answer.problem?.status === 404) return null;
  return (
    <Panel title="Given up" note="events that a consumer could not deal with, several times over" actions={letters.length > 0 ? <Button onClick={() => void replay("/dead-letters/replay")}>Replay all</Button> : undefined} flush={letters.length > 0}>
      <Shown answer={answer}>{({ unavailable }) => (
        <>
          <Unavailable names={unavailable} />
          <p class="unseen" role="status">{told}</p>
          {told && <p class="notice" aria-hidden="true">{told}</p>}
          {problem && <Failure problem={problem} />}
          {letters.length === 0 ? <p class="muted">Nothing: every event has been dealt with.</p> : <ul class="letters">{letters.map(({ subgraph, id, consumer, reason, attempts, ageSeconds, event }) => (
            <li key={`${subgraph}${consumer}${id}`}>
              <div><h3>{event.type}</h3><p><Service name={subgraph} link /> <span class="muted">{consumer}, {plural(attempts, "attempt")}, {span(ageSeconds)} ago</span></p><p class="tone-bad">{reason}</p><p class="muted">{event.subject} · <a class="wf-link" href={hrefOf(`/events/${encodeURIComponent(event.correlationid)}`)}>its flow</a></p></div>
              <Button onClick={() => void replay(`/dead-letters/${encodeURIComponent(id)}/replay`)}>Replay</Button>
            </li>
          ))}</ul>}
        </>
      )}</Shown>
    </Panel>
  );
}
