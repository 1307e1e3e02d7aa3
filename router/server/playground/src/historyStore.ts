import { useSyncExternalStore } from "react";

/// An operation that was run from this browser.
export interface PastRun {
  query: string;
  variables: string;
  name: string | null;
  /// Unix milliseconds.
  at: number;
  outcome: "answered" | "partial" | "refused" | "stream";
  problems: number;
  milliseconds: number;
  /// As whom, if not as oneself.
  as: string | null;
  cost: number | null;
}

const storageKey = "lyceum:history";
const runsMax = 100;
/// A longer operation is not kept.
const charactersMax = 20_000;
const listeners = new Set<() => void>();
let runs = restore();

export function useHistory(): PastRun[] {
  return useSyncExternalStore(subscribe, () => runs);
}

/// Keeps an operation, the latest first. One that is run again takes the place of the last run. Neither answers nor headers
/// are kept: they may hold what is nobody else's business.
export function remember(run: Omit<PastRun, "at">): void {
  if (run.query.length + run.variables.length > charactersMax) return;
  const others = runs.filter((each) => each.query !== run.query || each.variables !== run.variables || each.as !== run.as);
  change([{ ...run, at: Date.now() }, ...others].slice(0, runsMax));
}

export function forget(run: PastRun): void {
  change(runs.filter((each) => each !== run));
}

export function forgetAll(): void {
  change([]);
}

function restore(): PastRun[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(stored) ? stored.filter((each: PastRun) => typeof each?.query === "string" && typeof each.at === "number") : [];
  } catch {
    return [];
  }
}

function change(next: PastRun[]): void {
  runs = next;
  try {
    localStorage.setItem(storageKey, JSON.stringify(runs));
  } catch {
    // A browser that stores nothing keeps them until the page is closed.
  }
  for (const listener of listeners) listener();
}

// Another tab of this page has changed them, or all that is stored was removed.
window.addEventListener("storage", ({ key }) => {
  if (key !== storageKey && key !== null) return;
  runs = restore();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
