import { Fragment, useEffect, useState } from "react";
import { useEditorContext } from "./editors";
import { requestCost, type Foretold } from "./costStore";
import { useRun, type Cost, type Quota } from "./runStore";

/// How long nobody has typed before the cost is asked for.
const pauseMilliseconds = 500;
/// How many of the most expensive fields are shown at once.
const shownMax = 4;

/// What the operation in the editor may cost, what it has cost, and what is left of the caller's quotas.
export function CostSection({ viewer }: { viewer: string }) {
  const foretold = useForetold(viewer);
  const { run, quotas, retryAfter } = useRun();
  return (
    <>
      <h3 className="panel-section">Cost</h3>
      <div className="cost" role="status">
        {foretold.kind === "none" && <p className="panel-hint">Write an operation to see what it may cost.</p>}
        {foretold.kind === "problem" && <p className="panel-note">{foretold.problem}</p>}
        {foretold.kind === "cost" && <Estimate requested={foretold.cost.requested} budget={foretold.cost.budget ?? 0} />}
      </div>
      {foretold.kind === "cost" && <Fields cost={foretold.cost} />}
      {run?.cost && (
        <dl className="facts">
          <dt>Last run, estimated</dt>
          <dd className="number">{run.cost.requested}</dd>
          <dt>Last run, actual</dt>
          <dd className="number">{run.cost.actual ?? "–"}</dd>
        </dl>
      )}
      <h3 className="panel-section">Rate limits</h3>
      {quotas.length === 0 ? (
        <p className="panel-hint">{run ? "Nothing limits how much you ask over time." : "They are told with the first run."}</p>
      ) : (
        <ul className="quotas" aria-label="What is left">
          {quotas.map((quota) => (
            <QuotaItem key={quota.name} quota={quota} />
          ))}
        </ul>
      )}
      {retryAfter !== null && <p className="panel-problem">The last operation was refused; try again in {retryAfter} s.</p>}
    </>
  );
}

/// The fields that cost the most: some at once, the others on demand.
function Fields({ cost: { requested, fields = [] } }: { cost: Cost }) {
  const costly = fields.filter(({ cost }) => cost > 0);
  const more = costly.slice(shownMax);
  if (costly.length === 0) return null;
  return (
    <>
      <FieldTable caption="The most expensive fields" fields={costly.slice(0, shownMax)} requested={requested} />
      {more.length > 0 && (
        <details className="plan-text">
          <summary>{more.length === 1 ? "1 more field" : `${more.length} more fields`}</summary>
          <FieldTable caption="Fields that cost less" fields={more} requested={requested} />
        </details>
      )}
    </>
  );
}

function FieldTable({ caption, fields, requested }: { caption: string; fields: { path: string; cost: number }[]; requested: number }) {
  return (
    <table className="cost-fields">
      <caption>{caption}</caption>
      <thead className="for-screen-readers">
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ path, cost }) => (
          <tr key={path}>
            <td>
              <code>
                {path.split(".").map((key, index) => (
                  <Fragment key={index}>
                    {index > 0 && (
                      <>
                        .<wbr />
                      </>
                    )}
                    {key}
                  </Fragment>
                ))}
              </code>
              <span className="bar bar-thin" aria-hidden="true">
                <Filled part={cost / Math.max(1, requested)} />
              </span>
            </td>
            <td className="number">{cost}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Estimate({ requested, budget }: { requested: number; budget: number }) {
  const isTooMuch = requested > budget;
  return (
    <>
      <p className="cost-line">
        <strong className="cost-number">{requested}</strong>
        <span className="panel-muted">of {budget} allowed</span>
        {isTooMuch && <span className="cost-over">too much: it would be refused</span>}
      </p>
      <span className={isTooMuch ? "bar bar-over" : "bar"} aria-hidden="true">
        <Filled part={requested / Math.max(1, budget)} />
      </span>
    </>
  );
}

function QuotaItem({ quota: { name, left, burst, seconds } }: { quota: Quota }) {
  return (
    <li>
      <span className="cost-line">
        <strong>{name}</strong>
        <span className="panel-muted">
          {left} of {burst} left{seconds > 0 ? `, full again in ${seconds} s` : ""}
        </span>
      </span>
      <span className="bar" aria-hidden="true">
        <Filled part={left / Math.max(1, burst)} />
      </span>
    </li>
  );
}

/// The content policy admits no styles in elements' own attributes; the browser's object model may set them.
function Filled({ part }: { part: number }) {
  return <span className="bar-filled" ref={(element) => element?.style.setProperty("width", `${Math.min(1, Math.max(0, part)) * 100}%`)} />;
}

type State = { kind: "none" } | Foretold;

/// Asks for the cost whenever the operation, its variables or who asks have changed.
function useForetold(viewer: string): State {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [state, setState] = useState<State>({ kind: "none" });
  useEffect(() => {
    if (!queryEditor) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let aborter: AbortController | undefined;
    let asked: string | null = null;
    const ask = async () => {
      const [query, variables] = [queryEditor.getValue(), variableEditor?.getValue() ?? ""];
      const now = JSON.stringify([query, variables, queryEditor.operationName]);
      if (now === asked) return;
      asked = now;
      aborter?.abort();
      aborter = new AbortController();
      const foretold = await requestCost(query, variables, queryEditor.operationName ?? null, aborter.signal);
      if (foretold) setState(foretold);
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), pauseMilliseconds);
    };
    void ask();
    queryEditor.on("change", soon);
    variableEditor?.on("change", soon);
    return () => {
      clearTimeout(timer);
      aborter?.abort();
      queryEditor.off("change", soon);
      variableEditor?.off("change", soon);
    };
  }, [queryEditor, variableEditor, viewer]);
  return state;
}
