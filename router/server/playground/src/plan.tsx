import { useEditorContext, type GraphiQLPlugin } from "@graphiql/react";
import { parse, print } from "graphql";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { CopyButton } from "./copy";
import { askedAgain, forgetPlan, longestWait, requestPlan, usePlan, watchPlans, type Plan, type PlanFetch } from "./planStore";
import { useActing } from "./actingStore";
import { CostSection } from "./cost";
import { useSession } from "./session";
import { replySentence, verdictMark, verdictSentence } from "./verdict";

/// The side panel of what an operation costs, and of its plan: what the router asks of whom, and after what. It executes
/// nothing by itself.
export const planPlugin: GraphiQLPlugin = { title: "Plan and cost", icon: PlanIcon, content: PlanPanel };

function PlanPanel() {
  const editors = useEditorContext({ nonNull: true });
  const { session } = useSession();
  const { plan, query, problem } = usePlan();
  const [busy, setBusy] = useState(false);
  const [current, setCurrent] = useState(editors.queryEditor?.getValue() ?? "");
  useEffect(watchPlans, []);
  // A plan is of the viewer who asked for it.
  const { acting } = useActing();
  const viewer = `${session?.accessToken ?? ""} ${JSON.stringify(acting)}`;
  const lastViewer = useRef(viewer);
  useEffect(() => {
    if (lastViewer.current !== viewer) forgetPlan();
    lastViewer.current = viewer;
  }, [viewer]);
  useEffect(() => {
    const editor = editors.queryEditor;
    if (!editor) return;
    const update = () => setCurrent(editor.getValue());
    update();
    editor.on("change", update);
    return () => editor.off("change", update);
  }, [editors.queryEditor]);

  const ask = async () => {
    setBusy(true);
    await requestPlan(editors.queryEditor?.getValue() ?? "", editors.queryEditor?.operationName ?? null);
    setBusy(false);
  };
  return (
    <section className="panel" aria-label="Plan and cost" aria-busy={busy}>
      <h2 className="panel-title">Plan and cost</h2>
      <CostSection viewer={viewer} />
      <h3 className="panel-section">Query plan</h3>
      <p className="panel-hint">
        {session
          ? "While this panel is open, what you run comes with its plan. The button asks for the plan alone: nothing is executed."
          : "Plans are for those who operate the graph. Sign in first."}
      </p>
      <button type="button" className="panel-button panel-button-primary" disabled={busy || !session} onClick={() => void ask()}>
        Show the plan
      </button>
      <div role="status" className="plan-status">
        {problem && <p className="panel-problem">{problem}</p>}
        {plan && <p className="panel-hint">{summary(plan)}</p>}
        {plan?.reply && <p className="panel-hint plan-reply">{replySentence(plan.reply)}</p>}
        {plan && query !== current && <p className="panel-hint">The operation has changed since; ask again.</p>}
      </div>
      {plan && <Waits fetches={plan.fetches} />}
      {plan && plan.fetches.length > 0 && <PlanTree key={plan.text} fetches={plan.fetches} />}
      {plan && (
        <>
          <PlanText title="As text" text={plan.text} />
          <PlanText title="As JSON" text={JSON.stringify(plan.json, null, 2)} />
        </>
      )}
    </section>
  );
}

function summary({ fetches }: Plan): string {
  if (fetches.length === 0) return "No fetch: the router answers this by itself.";
  const subgraphs = new Set(fetches.map((fetch) => fetch.subgraph)).size;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : noun.endsWith("h") ? "es" : "s"}`;
  return `${count(fetches.length, "fetch")} to ${count(subgraphs, "subgraph").replace("subgraphes", "subgraphs")}, ${count(longestWait(fetches).length, "step")} one after the other.`;
}

/// What makes a page slow: fetches that wait for one another, and subgraphs that are asked again.
function Waits({ fetches }: { fetches: PlanFetch[] }) {
  const chain = longestWait(fetches);
  const again = askedAgain(fetches);
  if (chain.length < 2) return null;
  return (
    <>
      <p className="panel-subtitle">The longest wait</p>
      <ol className="plan-wait" aria-label="The longest wait">
        {chain.map((fetch, index) => (
          <li key={index}>{fetch.subgraph}</li>
        ))}
      </ol>
      {again.length > 0 && <p className="panel-muted panel-hint">Asked more than once: {again.map(([subgraph, count]) => `${subgraph} (${count} times)`).join(", ")}.</p>}
    </>
  );
}

/// A tree by the keyboard pattern of ARIA: arrows, Home and End move; the chosen fetch shows its operation. A fetch stands
/// below the last of those that it waits for.
function PlanTree({ fetches }: { fetches: PlanFetch[] }) {
  const [chosen, setChosen] = useState(0);
  const tree = useRef<HTMLUListElement>(null);
  const order = inTreeOrder(fetches);
  const focus = (id: number | undefined) => {
    if (id === undefined) return;
    setChosen(id);
    tree.current?.querySelector<HTMLElement>(`[data-fetch="${id}"]`)?.focus();
  };
  const move = (event: KeyboardEvent) => {
    const place = order.indexOf(chosen);
    const below = order.find((id) => parentOf(fetches, id) === chosen);
    const targets: Record<string, number | undefined> = {
      ArrowDown: order[place + 1],
      ArrowUp: order[place - 1],
      ArrowRight: below,
      ArrowLeft: parentOf(fetches, chosen),
      Home: order[0],
      End: order.at(-1),
    };
    if (!(event.key in targets)) return;
    event.preventDefault();
    focus(targets[event.key]);
  };
  const level = (parent: number | undefined) =>
    order.filter((id) => parentOf(fetches, id) === parent).map((id) => {
      const fetch = fetches[id]!;
      const children = level(id);
      return (
        <li
          key={id}
          role="treeitem"
          data-fetch={id}
          tabIndex={id === chosen ? 0 : -1}
          aria-selected={id === chosen}
          aria-label={label(fetch, id)}
          {...(children.length > 0 ? { "aria-expanded": true } : {})}
          onClick={(event) => {
            event.stopPropagation();
            focus(id);
          }}
        >
          <span className="plan-fetch">
            <span className="plan-number">{id + 1}</span>
            <strong>{fetch.subgraph}</strong>
            <span className="panel-muted">
              {fetch.at.length > 0 ? `at ${fetch.at.join(", ")}` : "at the root"}
              {fetch.after.length > 1 && `, after ${fetch.after.map((before) => before + 1).join(" and ")}`}
            </span>
            {fetch.cache && <span className="plan-verdict">{verdictMark(fetch.cache)}</span>}
          </span>
          {children.length > 0 && <ul role="group">{children}</ul>}
        </li>
      );
    });
  const fetch = fetches[chosen];
  return (
    <>
      <ul className="plan-tree" role="tree" aria-label="Fetches" ref={tree} onKeyDown={move}>
        {level(undefined)}
      </ul>
      {fetch && (
        <figure className="plan-operation">
          <figcaption className="panel-subtitle">
            What {fetch.subgraph} is asked (fetch {chosen + 1})
          </figcaption>
          {fetch.cache && <p className="panel-hint plan-verdict-sentence">{verdictSentence(fetch.cache)}</p>}
          <pre tabIndex={0}>{pretty(fetch.operation)}</pre>
        </figure>
      )}
    </>
  );
}

function label(fetch: PlanFetch, id: number): string {
  const place = fetch.at.length > 0 ? `at ${fetch.at.join(", ")}` : "at the root";
  const after = fetch.after.length > 0 ? `, after fetch ${fetch.after.map((before) => before + 1).join(" and ")}` : "";
  const verdict = fetch.cache ? `, ${verdictMark(fetch.cache)}` : "";
  return `Fetch ${id + 1}: ${fetch.subgraph} ${place}${after}${verdict}`;
}

function parentOf(fetches: PlanFetch[], id: number): number | undefined {
  return fetches[id]?.after.at(-1);
}

function inTreeOrder(fetches: PlanFetch[]): number[] {
  const below = (parent: number | undefined): number[] =>
    fetches.flatMap((_, id) => (parentOf(fetches, id) === parent ? [id, ...below(id)] : []));
  return below(undefined);
}

function pretty(document: string): string {
  try {
    return print(parse(document));
  } catch {
    return document;
  }
}

function PlanText({ title, text }: { title: string; text: string }) {
  return (
    <details className="plan-text">
      <summary>{title}</summary>
      <CopyButton text={text} what={`the plan ${title.replace("As", "as")}`} />
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}

function PlanIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" aria-hidden="true">
      <rect x="3" y="4" width="7" height="5" rx="1" />
      <rect x="14" y="9.5" width="7" height="5" rx="1" />
      <rect x="14" y="17" width="7" height="4" rx="1" />
      <path d="M6.5 9v10H14M6.5 12H14" />
    </svg>
  );
}
