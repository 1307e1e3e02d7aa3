/// Rates and latencies over time, made up from what an operation asks; the same for the same moment.

import type { Heatmap, Latency, Series } from "../src/model.ts";
import { CHARACTER, type Name, type Operation } from "./platform.ts";
import { hashOf } from "./random.ts";
import { slowdown } from "./traces.ts";

export const WINDOWS: Record<string, { seconds: number; step: number }> = {
  "5m": { seconds: 300, step: 5 }, "15m": { seconds: 900, step: 15 }, "1h": { seconds: 3600, step: 60 },
  "6h": { seconds: 21_600, step: 300 }, "24h": { seconds: 86_400, step: 900 }, "7d": { seconds: 604_800, step: 7200 },
};
export const BUCKETS = [0.5, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000];
const RATE = 184;
export const SPREAD = 0.62;

export interface Span {
  beginMs: number;
  endMs: number;
  step: number;
  steps: number;
}

export function spanOf(window: string, now: number): Span {
  const { seconds, step } = WINDOWS[window]!;
  const endMs = Math.floor(now / (step * 1000)) * step * 1000;
  return { beginMs: endMs - seconds * 1000, endMs, step, steps: seconds / step };
}

function noise(name: string, at: number): number {
  return (hashOf(`${name}/${at}`) % 10_000) / 10_000 - 0.5;
}

/// Requests in a second at a moment: fewer by night.
export function rate(operation: Operation, all: Operation[], at: number): number {
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  const hour = (at / 3_600_000) % 24;
  const day = 0.62 + 0.38 * Math.sin(((hour - 13) / 24) * 2 * Math.PI);
  const week = new Date(at).getUTCDay() % 6 === 0 ? 1.15 : 1;
  return ((RATE * operation.weight) / sum) * day * week * (1 + 0.28 * noise(operation.name, Math.floor(at / 5000)));
}

/// The median of an operation at a moment this long ago.
export function middle(operation: Operation, ageMs: number): number {
  const ofRounds = operation.rounds.reduce((sum, round) => sum + Math.max(...round.map((name) => CHARACTER[name].middleMs * 1.22 * slowdown(name, ageMs))), 0);
  return 0.4 + ofRounds * (1 - 0.55 * operation.cacheShare) * (1 + 0.12 * noise(operation.hash, Math.floor(ageMs / 60_000)));
}

export function latency(p50Ms: number, spread = SPREAD): Latency {
  return { p50Ms, p95Ms: p50Ms * Math.exp(1.645 * spread), p99Ms: p50Ms * Math.exp(2.326 * spread), maxMs: p50Ms * Math.exp(3.6 * spread), meanMs: p50Ms * Math.exp((spread * spread) / 2) };
}

export function failing(operation: Operation, ageMs: number): number {
  return operation.rounds.flat().reduce((sum, name) => sum + CHARACTER[name].failing * (slowdown(name, ageMs) > 4 ? 12 : 1), 0.0004);
}

export function series(span: Span, value: (at: number) => number | null): Series {
  return { beginAt: new Date(span.beginMs).toISOString(), stepSeconds: span.step, points: Array.from({ length: span.steps }, (_, index) => value(span.beginMs + (index + 0.5) * span.step * 1000)) };
}

export interface Sums {
  requests: number;
  errors: number;
  latency: Latency;
  series: { requests: Series; errors: Series; p50: Series; p95: Series; p99: Series };
  heatmap: Heatmap;
}

/// What of these operations has happened over a window.
export function sums(asked: Operation[], all: Operation[], span: Span, now: number): Sums {
  const counts = Array.from({ length: span.steps }, () => BUCKETS.map(() => 0));
  const requests = series(span, (at) => Math.round(asked.reduce((sum, each) => sum + rate(each, all, at), 0) * span.step));
  const errors = series(span, (at) => Math.round(asked.reduce((sum, each) => sum + rate(each, all, at) * failing(each, now - at), 0) * span.step * (1 + 0.5 * noise("errors", at))));
  for (let step = 0; step < span.steps; step += 1) {
    const at = span.beginMs + (step + 0.5) * span.step * 1000;
    for (const each of asked) {
      const expected = rate(each, all, at) * span.step;
      const p50 = Math.log(middle(each, now - at));
      let below = 0;
      for (const [bucket, bound] of BUCKETS.entries()) {
        const share = 0.985 * normal((Math.log(bound) - p50) / SPREAD) + 0.015 * normal((Math.log(bound) - p50 - 2) / 0.6);
        counts[step]![bucket]! += expected * (share - below);
        below = share;
      }
    }
  }
  const atShare = (step: number[], share: number): number => {
    const total = step.reduce((a, b) => a + b, 0);
    let left = total * share;
    for (const [bucket, count] of step.entries()) {
      const low = bucket === 0 ? 0.25 : BUCKETS[bucket - 1]!;
      if (left <= count) return low * (BUCKETS[bucket]! / low) ** (left / Math.max(count, 1e-9));
      left -= count;
    }
    return BUCKETS[BUCKETS.length - 1]!;
  };
  const whole = BUCKETS.map((_, bucket) => counts.reduce((sum, step) => sum + step[bucket]!, 0));
  const percentile = (share: number) => series(span, (at) => atShare(counts[Math.floor((at - span.beginMs) / span.step / 1000)]!, share));
  const add = (points: (number | null)[]) => points.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    requests: add(requests.points), errors: add(errors.points),
    latency: { p50Ms: atShare(whole, 0.5), p95Ms: atShare(whole, 0.95), p99Ms: atShare(whole, 0.99), maxMs: atShare(whole, 0.99999), meanMs: atShare(whole, 0.6) },
    series: { requests, errors, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    heatmap: { beginAt: requests.beginAt, stepSeconds: span.step, bucketsMs: BUCKETS, counts: counts.map((step) => step.map((count) => (count < 0.35 ? 0 : Math.max(1, Math.round(count))))) },
  };
}

/// The distribution function of the normal distribution (Abramowitz and Stegun 26.2.17).
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = 0.3989423 * Math.exp((-x * x) / 2) * t * (0.3193815 + t * (-0.3565638 + t * (1.781478 + t * (-1.821256 + t * 1.330274))));
  return x > 0 ? 1 - tail : tail;
}

/// How much of the traffic asks this subgraph, in fetches a second.
export function fetchRate(name: Name, all: Operation[], at: number): number {
  return all.reduce((sum, each) => sum + rate(each, all, at) * each.rounds.flat().filter((asked) => asked === name).length * (1 - 0.7 * each.cacheShare), 0);
}
