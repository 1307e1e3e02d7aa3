import { useSyncExternalStore } from "react";
import type { ExecutionResult } from "graphql";
import { actingHeaders } from "./actingStore";
import { accessToken } from "./session";
import { settings } from "./settings";
import type { Verdict } from "./verdict";

/// What the router tells of a plan (`plan_extension.rs`).
export interface Plan {
  fetches: PlanFetch[];
  json: unknown;
  text: string;
  /// When the whole reply was kept.
  reply?: { ageSeconds: number };
}

export interface PlanFetch {
  subgraph: string;
  /// The fetches before it, by their places in the list.
  after: number[];
  /// The places of the answer that it extends; the root has none.
  at: string[];
  operation: string;
  /// What became of it; absent when nothing was executed, or when it was not needed.
  cache?: Verdict;
}

export interface PlanState {
  plan: Plan | null;
  /// The document that it is the plan of.
  query: string | null;
  /// Why there is none.
  problem: string | null;
}

const listeners = new Set<() => void>();
const empty: PlanState = { plan: null, query: null, problem: null };
let state = empty;
let watchers = 0;

export function usePlan(): PlanState {
  return useSyncExternalStore(subscribe, () => state);
}

/// While somebody looks at plans, what is run is asked for with its plan. Gives what ends that.
export function watchPlans(): () => void {
  watchers += 1;
  return () => {
    watchers -= 1;
  };
}

export function isPlanWatched(): boolean {
  return watchers > 0;
}

/// Takes the plan out of a reply, so that the result shows what any client is answered.
export function takePlan(reply: ExecutionResult): Plan | null {
  const extensions = reply.extensions as { plan?: Plan } | undefined;
  const plan = extensions?.plan ?? null;
  if (extensions && plan) {
    delete extensions.plan;
    if (Object.keys(extensions).length === 0) delete (reply as { extensions?: unknown }).extensions;
  }
  return plan;
}

/// Shows this plan; none leaves what is shown.
export function keepPlan(plan: Plan | null, query: string): void {
  if (plan) change({ plan, query, problem: null });
}

export function forgetPlan(): void {
  change(empty);
}

/// Asks for the plan of an operation that is not executed.
export async function requestPlan(query: string, operationName: string | null): Promise<void> {
  const token = accessToken();
  try {
    const response = await fetch(settings.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
        "x-lyceum-plan": "only",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...actingHeaders(),
      },
      body: JSON.stringify({ query, ...(operationName ? { operationName } : {}) }),
    });
    const reply = (await response.json()) as ExecutionResult;
    const plan = takePlan(reply);
    if (plan) keepPlan(plan, query);
    else change({ ...empty, problem: reply.errors?.[0]?.message ?? `There is no plan (status ${response.status}).` });
  } catch {
    change({ ...empty, problem: "The router gave no plan. Is it still running?" });
  }
}

/// The longest chain of fetches that wait for one another, from the first to the last.
export function longestWait(fetches: PlanFetch[]): PlanFetch[] {
  const chains: PlanFetch[][] = [];
  for (const fetch of fetches) {
    const before = fetch.after.map((id) => chains[id] ?? []).reduce((longest, chain) => (chain.length > longest.length ? chain : longest), []);
    chains.push([...before, fetch]);
  }
  return chains.reduce((longest, chain) => (chain.length > longest.length ? chain : longest), []);
}

/// The subgraphs that are asked more than once, with how often.
export function askedAgain(fetches: PlanFetch[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { subgraph } of fetches) counts.set(subgraph, (counts.get(subgraph) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1);
}

function change(next: PlanState): void {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
