/// What a page shows: asked at once, asked again while the page is live, kept while the answer is on its way.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, Problem, signings } from "./api.ts";
import { live } from "./settings.ts";
import { Store, useStore } from "./store.ts";

export interface Answer<T> {
  data: T | null;
  problem: Problem | null;
  /// When the data came, in milliseconds since 1970.
  at: number;
  isLoading: boolean;
  again: () => void;
}

/// Since when nobody has answered, while old data is shown.
export const stale = new Store<{ since: number; problem: Problem } | null>(null);

/// The last answers, so that going back shows at once what was there.
const KEPT = 40;
const kept = new Map<string, { data: unknown; at: number }>();

function keep(path: string, data: unknown): void {
  kept.delete(path);
  kept.set(path, { data, at: Date.now() });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
}

/// `path` of null asks nothing; `everySeconds` of 0 asks once.
export function useData<T>(path: string | null, everySeconds = 0): Answer<T> {
  const isLive = useStore(live) === "on";
  const signing = useStore(signings);
  const [state, setState] = useState<{ path: string | null; data: T | null; problem: Problem | null; at: number }>({ path: null, data: null, problem: null, at: 0 });
  const [asked, setAsked] = useState(0);
  const failures = useRef(0);
  useEffect(() => {
    if (path === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      if (document.hidden && failures.current === 0 && everySeconds > 0 && kept.has(path)) {
        later(everySeconds);
        return;
      }
      try {
        const data = await ask<T>(path, { signal: controller.signal });
        if (controller.signal.aborted) return;
        keep(path, data);
        failures.current = 0;
        if (stale.get()) stale.set(null);
        setState({ path, data, problem: null, at: Date.now() });
        if (everySeconds > 0 && isLive) later(everySeconds);
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, "The answer cannot be read", String(error));
        failures.current += 1;
        const known = kept.get(path);
        const isPassing = problem.status === 0 || problem.status >= 500;
        if (known && isPassing) stale.set({ since: known.at, problem });
        setState((before) => ({ path, data: isPassing ? (((known?.data as T) ?? (before.path === path ? before.data : null))) : null, problem, at: known?.at ?? 0 }));
        if (isPassing) later(Math.min(30, 2 ** Math.min(5, failures.current)));
      }
    };
    const later = (seconds: number) => {
      timer = setTimeout(() => void load(), seconds * 1000);
    };
    void load();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [path, everySeconds, isLive, asked, signing]);
  const again = useCallback(() => setAsked((before) => before + 1), []);
  const known = path === null ? undefined : kept.get(path);
  const isCurrent = state.path === path;
  const data = isCurrent ? state.data : ((known?.data as T | undefined) ?? null);
  const problem = isCurrent ? state.problem : null;
  return { data, problem, at: isCurrent ? state.at : (known?.at ?? 0), isLoading: path !== null && data === null && problem === null, again };
}
