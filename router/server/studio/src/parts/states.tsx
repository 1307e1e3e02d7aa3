import type { ComponentChildren } from "preact";
import type { Problem } from "../api.ts";
import type { Answer } from "../data.ts";
import { Button, Worded } from "./basics.tsx";
import { SignIn } from "./signIn.tsx";

/// Grey lines where text will be.
export function Skeleton({ rows = 6, tall = false }: { rows?: number; tall?: boolean }) {
  return (
    <div class={`skeleton ${tall ? "tall" : ""}`} aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => <span key={index} style={{ width: `${92 - ((index * 37) % 45)}%` }} />)}
    </div>
  );
}

/// Nothing is there: why, and how to get something.
export function Empty({ title, children, action }: { title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 64 40" width="64" height="40" aria-hidden="true"><path d="M2 32h12l5-14 8 20 9-30 7 24h19" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" stroke-dasharray="3 3" /></svg>
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="empty-text">{children}</div>}
      {action}
    </div>
  );
}

/// What happened, what to do.
export function Failure({ problem, again }: { problem: Problem; again?: () => void }) {
  if (problem.isRefusal) return <SignIn problem={problem} />;
  const advice = problem.status === 0 ? "Look whether the router runs; the page asks again by itself." : problem.status === 404 ? null : problem.status >= 500 ? "The page asks again by itself; the router's log says more." : problem.status === 400 ? "Change what is asked: reset the filters, or choose another window." : null;
  return (
    <div class="failure" role="alert">
      <p class="failure-title">{problem.title}{problem.status > 0 && <span class="failure-status">{problem.status}</span>}</p>
      <p><Worded text={problem.message} /></p>
      {advice && <p class="muted">{advice}</p>}
      {again && <Button icon="again" onClick={again}>Try again</Button>}
    </div>
  );
}

/// Shows data once it is there; until then what is known.
export function Shown<T>({ answer, skeleton, children }: { answer: Answer<T>; skeleton?: ComponentChildren; children: (data: T) => ComponentChildren }) {
  if (answer.data !== null) return <>{children(answer.data)}</>;
  if (answer.problem) return <Failure problem={answer.problem} again={answer.again} />;
  return <div aria-busy="true"><span class="unseen" role="status">Loading</span>{skeleton ?? <Skeleton rows={8} />}</div>;
}
