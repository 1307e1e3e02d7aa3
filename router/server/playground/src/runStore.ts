import { useSyncExternalStore } from "react";
import { onSession } from "./session";

/// What an operation may cost, or has.
export interface Cost {
  requested: number;
  actual?: number;
  budget?: number;
  /// The fields that cost the most, the most expensive first.
  fields?: { path: string; cost: number }[];
}

/// What is left of one of the caller's quotas (the fields `RateLimit` and `RateLimit-Policy`).
export interface Quota {
  name: string;
  left: number;
  burst: number;
  /// Until it is full.
  seconds: number;
}

/// What the router says that an operation was run as (`extensions.as`).
export interface RanAs {
  anonymous?: boolean;
  roles?: string[];
  scopes?: string[];
  claims?: Record<string, unknown>;
  client?: string;
  withheld?: { roles: string[]; scopes: string[]; claims?: string[] };
}

/// How the last operation went.
export interface Run {
  status: number;
  milliseconds: number;
  bytes: number;
  cost: Cost | null;
  as: RanAs | null;
  /// As whom it was asked for, in words, if not as oneself.
  asked: string | null;
}

export interface RunState {
  run: Run | null;
  quotas: Quota[];
  /// Seconds to wait, after a refusal.
  retryAfter: number | null;
}

const listeners = new Set<() => void>();
let state: RunState = { run: null, quotas: [], retryAfter: null };

export function useRun(): RunState {
  return useSyncExternalStore(subscribe, () => state);
}

export function keepRun(run: Run, headers: Headers): void {
  const quotas = quotasOf(headers);
  const wait = Number(headers.get("retry-after"));
  state = { run, quotas, retryAfter: headers.has("retry-after") && wait >= 0 ? wait : null };
  for (const listener of listeners) listener();
}

function forgetRun(): void {
  state = { run: null, quotas: [], retryAfter: null };
  for (const listener of listeners) listener();
}

// Whoever signs in has quotas of their own.
onSession(forgetRun);

function quotasOf(headers: Headers): Quota[] {
  const policies = listed(headers.get("ratelimit-policy"));
  return listed(headers.get("ratelimit")).map(({ name, numbers }) => ({
    name,
    left: numbers.r ?? 0,
    seconds: numbers.t ?? 0,
    burst: policies.find((policy) => policy.name === name)?.numbers.q ?? 0,
  }));
}

/// Entries like `"cost";r=40;t=2`.
function listed(header: string | null): { name: string; numbers: Record<string, number> }[] {
  return (header ?? "")
    .split(",")
    .map((entry) => /^\s*"([^"]*)"(.*)$/.exec(entry))
    .filter((match) => match !== null)
    .map(([, name = "", rest = ""]) => ({
      name,
      numbers: Object.fromEntries([...rest.matchAll(/;(\w+)=(\d+)/g)].map(([, key, value]) => [key, Number(value)])),
    }));
}

export function quantity(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
