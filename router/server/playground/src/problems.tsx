import { useEffect, useMemo, useRef, useState } from "react";
import { CopyButton } from "./copy";
import { useEditorContext, type CodeMirrorEditor } from "./editors";
import { placeInOperation, placeInResult, type Place, type Range } from "./places";
import { placeText, problemsOf, summaryOf, type Problem } from "./problem";
import { useRun } from "./runStore";
import type { Why } from "./whyStore";

/// Below the result: why something is null, or was refused. Choosing a problem shows its place in the operation and in the
/// result.
export function Problems() {
  const { queryEditor, responseEditor } = useEditorContext({ nonNull: true });
  const text = useText(responseEditor);
  const problems = useMemo(() => problemsOf(text), [text]);
  const summary = summaryOf(problems);
  const { run } = useRun();
  const [chosen, setChosen] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const marks = useRef<{ clear(): void }[]>([]);
  const clear = () => {
    for (const mark of marks.current) mark.clear();
    marks.current = [];
  };
  useEffect(() => {
    clear();
    setChosen(null);
    setSaid("");
  }, [text]);

  const choose = (problem: Problem, index: number) => {
    clear();
    setChosen(index);
    const inOperation =
      queryEditor &&
      (problem.path.length === 0 && problem.location
        ? wordAt(queryEditor, problem.location)
        : placeInOperation(queryEditor.getValue(), problem.path, queryEditor.operationName));
    const inResult = problem.path.length > 0 && responseEditor && placeInResult(responseEditor.getValue(), problem.path);
    const places = [
      inOperation && `line ${inOperation.from.line + 1} of the operation`,
      inResult && `line ${inResult.from.line + 1} of the result`,
    ];
    if (queryEditor && inOperation) marks.current.push(mark(queryEditor, inOperation));
    if (responseEditor && inResult) marks.current.push(mark(responseEditor, inResult));
    setSaid(`${placeText(problem)}: ${places.filter(Boolean).join(", ") || "no place of its own"}`);
  };
  return (
    <>
      <p className="problems-said for-screen-readers" role="status">
        {said || summary || (run && text ? "Answered without problems." : "")}
      </p>
      <section className="problems" aria-label="Problems" hidden={problems.length === 0}>
        <h2 className="problems-title">{summary}</h2>
        <ol className="problems-list">
          {problems.map((problem, index) => (
            <li key={index} className="problem">
              <button type="button" className="problem-choice" aria-pressed={chosen === index} onClick={() => choose(problem, index)}>
                <span className="problem-head">
                  <code className="problem-code">{problem.code}</code>
                  <code className="problem-path">{placeText(problem)}</code>
                </span>
                {!isMasked(problem) && <span>{problem.message}</span>}
                {problem.taken && <span>{problem.taken}</span>}
                {problem.remedy && !isMasked(problem) && <span className="panel-muted">{problem.remedy}</span>}
                {problem.rules.map((rule) => (
                  <code key={rule} className="problem-rule">
                    {problem.coordinate} {rule}
                  </code>
                ))}
              </button>
              {problem.why && <Explained problem={problem} why={problem.why} />}
              {(problem.subgraph || problem.traceId) && (
                <span className="problem-trace panel-muted">
                  {problem.subgraph && <span>subgraph {problem.subgraph}</span>}
                  {problem.traceId && (
                    <>
                      <span>
                        trace <code>{problem.traceId}</code>
                      </span>
                      <CopyButton text={problem.traceId} what={`the trace id of ${placeText(problem)}`} />
                    </>
                  )}
                </span>
              )}
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

/// Whether the error says something else than clients read.
function isMasked({ why, message, code }: Problem): boolean {
  return why?.masked !== undefined && (why.masked.message !== message || why.masked.code !== code);
}

/// What administrators read: beside what clients read, what was said in truth; and the rules of policies.
function Explained({ problem, why }: { problem: Problem; why: Why }) {
  const masked = isMasked(problem);
  return (
    <>
      {why.masked && (
        <dl className="masked" aria-label="What the error says">
          {masked && (
            <div>
              <dt>What clients read</dt>
              <dd>
                <code>{problem.code}</code> {problem.message}
              </dd>
            </div>
          )}
          <div className="masked-real">
            <dt>What happened</dt>
            <dd>
              {masked && (
                <>
                  <code>{why.masked.code}</code> {why.masked.message}
                </>
              )}
              {why.masked.detail && <pre tabIndex={0} aria-label="Detail">{why.masked.detail}</pre>}
            </dd>
          </div>
        </dl>
      )}
      {Object.entries(why.policies ?? {}).map(([name, rule]) => (
        <p key={name} className="problem-policy panel-muted">
          The policy {name} is {rule ? <code>{JSON.stringify(rule)}</code> : "not configured, and met by nobody"}.
        </p>
      ))}
    </>
  );
}

/// The word that begins at a place.
function wordAt(editor: CodeMirrorEditor, { line, ch }: Place): Range | null {
  const word = /^\W*\w*/.exec((editor.getLine(line) ?? "").slice(ch))?.[0] ?? "";
  return word ? { from: { line, ch }, to: { line, ch: ch + word.length } } : null;
}

function mark(editor: CodeMirrorEditor, { from, to }: Range): { clear(): void } {
  editor.scrollIntoView({ from, to }, 60);
  return editor.markText(from, to, { className: "problem-mark" });
}

/// What an editor shows, as it changes.
function useText(editor: CodeMirrorEditor | null): string {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!editor) return;
    const update = () => setText(editor.getValue());
    update();
    editor.on("change", update);
    return () => editor.off("change", update);
  }, [editor]);
  return text;
}
