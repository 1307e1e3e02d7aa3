import { type GraphiQLPlugin } from "@graphiql/react";
import { useState } from "react";
import { openInTab, useEditorContext } from "./editors";
import { forget, forgetAll, useHistory, type PastRun } from "./historyStore";
import { quantity } from "./runStore";

/// The side panel of what was run from this browser.
export const historyPlugin: GraphiQLPlugin = { title: "Run history", icon: HistoryIcon, content: HistoryPanel };

function HistoryPanel() {
  const editors = useEditorContext({ nonNull: true });
  const runs = useHistory();
  const [words, setWords] = useState("");
  const [said, setSaid] = useState("");
  const wanted = words.trim().toLowerCase();
  const shown = runs.filter((run) => `${run.name ?? ""} ${run.query} ${run.as ?? ""}`.toLowerCase().includes(wanted));
  return (
    <section className="panel" aria-label="Run history">
      <h2 className="panel-title">Run history</h2>
      {runs.length === 0 ? (
        <p className="panel-note">Nothing was run yet. The last 100 operations are kept here, in this browser only, without headers and answers.</p>
      ) : (
        <>
          <div className="panel-form">
            <input type="search" aria-label="Search the history" placeholder="Search" value={words} onChange={(event) => setWords(event.target.value)} />
          </div>
          <p role="status" className="for-screen-readers">
            {said || (wanted && `${shown.length} found`)}
          </p>
          {shown.length === 0 && <p className="panel-hint">None of them has “{words.trim()}” in it.</p>}
          <ul className="panel-list" aria-label="Operations">
            {shown.map((run) => (
              <HistoryItem
                key={`${run.at} ${run.query}`}
                run={run}
                onOpen={() => openInTab(editors, run.query, run.variables)}
                onForget={() => {
                  forget(run);
                  setSaid(`${titleOf(run)} was removed.`);
                }}
              />
            ))}
          </ul>
          <div className="panel-row">
            <button
              type="button"
              className="panel-button"
              onClick={() => {
                forgetAll();
                setSaid("The history is empty.");
              }}
            >
              Clear the history
            </button>
          </div>
        </>
      )}
    </section>
  );
}

function HistoryItem({ run, onOpen, onForget }: { run: PastRun; onOpen: () => void; onForget: () => void }) {
  const title = titleOf(run);
  return (
    <li className="saved-item">
      <button type="button" className="panel-item panel-item-small" aria-label={`Open ${title}, ${outcomeText(run)}, ${whenText(run.at)}`} onClick={onOpen}>
        <span className={`history-dot history-dot-${run.outcome}`} aria-hidden="true" />
        <span className="panel-card-text">
          <strong className="panel-cut">{title}</strong>
          <span className="panel-muted">
            {[outcomeText(run), quantity(run.milliseconds), run.cost !== null ? `cost ${run.cost}` : null, run.as ? `as ${run.as}` : null].filter(Boolean).join(" · ")}
          </span>
          <span className="panel-muted">{whenText(run.at)}</span>
        </span>
      </button>
      <button type="button" className="panel-button panel-button-small panel-button-icon" aria-label={`Remove ${title} from the history`} onClick={onForget}>
        ×
      </button>
    </li>
  );
}

function titleOf({ name, query }: PastRun): string {
  return name ?? (query.replaceAll(/#.*/g, " ").replaceAll(/\s+/g, " ").trim().slice(0, 80) || "Empty operation");
}

function outcomeText({ outcome, problems }: PastRun): string {
  const counted = problems === 1 ? "1 problem" : `${problems} problems`;
  return { answered: "answered", partial: `answered with ${counted}`, refused: "refused", stream: "subscription" }[outcome];
}

function whenText(at: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? `today at ${date.toLocaleTimeString()}` : date.toLocaleString();
}

function HistoryIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5" />
      <path d="M12 8v4.5l3 1.8" />
    </svg>
  );
}
