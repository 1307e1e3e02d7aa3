import { useEffect, useState } from "preact/hooks";
import { ask, Problem } from "../api.ts";
import { useData } from "../data.ts";
import { duration, percent, span } from "../format.ts";
import type { Fault, Faults, SubgraphRow } from "../model.ts";
import { Button, PageHead, Panel, Service, Worded } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, Failure, Shown } from "../parts/states.tsx";
import { hrefOf } from "../routes.ts";
import { Store } from "../store.ts";
import { useWindow } from "../window.ts";

function what({ delayMs, error }: Fault): string {
  return [delayMs ? `${duration(delayMs)} slower` : "", error ? `fails (${error})` : ""].filter(Boolean).join(" and ") || "disturbed";
}

/// How long something still lasts, counted down.
function Left({ until }: { until: string }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <>{span(Math.max(0, (Date.parse(until) - now) / 1000))}</>;
}

/// Counts what this page has changed, so that the banner follows at once.
export const changes = new Store(0);

/// Ends faults, and says why it could not.
function useStop(again: () => void): { stop: (subgraphs: readonly string[]) => void; problem: Problem | null } {
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = async (subgraphs: readonly string[]) => {
    try {
      for (const each of subgraphs) await ask(`/faults/${encodeURIComponent(each)}`, { method: "DELETE" });
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "It was not sent", String(error)));
    }
    changes.set(changes.get() + 1);
    again();
  };
  return { stop: (subgraphs) => void stop(subgraphs), problem };
}

/// On every page while a subgraph is made to fail.
export function FaultBanner({ faults, again }: { faults: Faults | null; again: () => void }) {
  const active = faults?.faults ?? [];
  const { stop, problem } = useStop(again);
  if (active.length === 0) return null;
  return (
    <div class="banner banner-bad" role="status">
      <Icon name="faults" />
      <span><strong>Faults are on purpose:</strong> {active.map((fault) => `${fault.subgraph} ${what(fault)}${fault.share < 1 ? ` for ${percent(fault.share)} of the fetches` : ""}`).join("; ")}.{problem && <> They go on: <Worded text={problem.message} /></>}</span>
      <span class="spring" />
      <a href={hrefOf("/faults")}>Show</a>
      <Button onClick={() => stop(active.map(({ subgraph }) => subgraph))}>Stop</Button>
    </div>
  );
}

export function FaultsPage() {
  const answer = useData<Faults>("/faults", 5);
  const { stop, problem } = useStop(answer.again);
  return (
    <div class="page">
      <PageHead title="Faults" note="Makes a subgraph slow or unavailable on purpose, to see who suffers and whether it is found; it takes a token with the scope admin" />
      <Shown answer={answer}>{({ allowed, faults }) => !allowed ? (
        <div class="panel"><Empty title="Faults are not allowed here"><p>They can be injected where the router’s configuration allows it, and never in production.</p></Empty></div>
      ) : (
        <div class="columns wide-first">
          <Panel title="Active now">
            {faults.length === 0 ? <Empty title="Every subgraph is left alone"><p>Give one a delay, then look at <a href={hrefOf("/bottlenecks")}>Bottlenecks</a> and at any request: it stands there as the culprit.</p></Empty> : <ul class="faults">{faults.map((fault) => (
              <li key={fault.subgraph}><span><Service name={fault.subgraph} link /> {what(fault)}</span><span class="muted">{percent(fault.share)} of the fetches, <Left until={fault.untilAt} /> left, by {fault.by}</span><span class="spring" /><Button kind="danger" onClick={() => stop([fault.subgraph])}>Stop</Button></li>
            ))}</ul>}
            {problem && <Failure problem={problem} />}
          </Panel>
          <Inject done={answer.again} />
        </div>
      )}</Shown>
    </div>
  );
}

function Inject({ done }: { done: () => void }) {
  const window = useWindow();
  const { data } = useData<{ subgraphs: SubgraphRow[] }>(`/subgraphs?window=${window}`);
  const [subgraph, setSubgraph] = useState("");
  const [kind, setKind] = useState<"delay" | "unavailable" | "timeout">("delay");
  const [delayMs, setDelay] = useState(300);
  const [share, setShare] = useState(100);
  const [seconds, setSeconds] = useState(120);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const chosen = subgraph || (data?.subgraphs[0]?.name ?? "");
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await ask("/faults", { method: "POST", body: { subgraph: chosen, ...(kind === "delay" ? { delayMs } : { error: kind }), share: share / 100, seconds } });
      changes.set(changes.get() + 1);
      setProblem(null);
      setSaid(`${chosen} is disturbed for ${span(seconds)}.`);
      done();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "It was not sent", String(error)));
    }
  };
  return (
    <Panel title="Inject">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label>Subgraph<select value={chosen} onChange={(event) => setSubgraph(event.currentTarget.value)}>{data?.subgraphs.map(({ name }) => <option key={name}>{name}</option>)}</select></label>
        <label>What happens<select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}><option value="delay">its answers come later</option><option value="unavailable">it is unavailable</option><option value="timeout">it does not answer in time</option></select></label>
        {kind === "delay" && <label>Later by, in ms<input class="input" type="number" min="1" max="60000" required value={delayMs} onInput={(event) => setDelay(event.currentTarget.valueAsNumber)} /></label>}
        <label>Of the fetches, in percent<input class="input" type="number" min="1" max="100" required value={share} onInput={(event) => setShare(event.currentTarget.valueAsNumber)} /></label>
        <label>For, in seconds<input class="input" type="number" min="1" max="600" required value={seconds} onInput={(event) => setSeconds(event.currentTarget.valueAsNumber)} /></label>
        <button type="submit" class="button button-primary" disabled={!chosen}>Inject</button>
        <p class="muted" role="status">{said || "It ends by itself; a banner stands on every page meanwhile."}</p>
        {problem && <Failure problem={problem} />}
      </form>
    </Panel>
  );
}
