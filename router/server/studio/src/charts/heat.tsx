/// How many requests took how long, over time. A cell, or a rectangle of cells, leads to its requests.

import { useEffect, useRef, useState } from "preact/hooks";
import { painted } from "../colours.ts";
import { clock, count, duration, moment } from "../format.ts";
import type { Heatmap } from "../model.ts";
import { bucketBegin, intensity, timeTicks } from "../scale.ts";
import { colours } from "../settings.ts";
import { useStore } from "../store.ts";
import { timeLabel } from "./time.tsx";
import { useSize } from "./size.ts";

export interface Cells {
  beginAt: string;
  endAt: string;
  minMs: number;
  maxMs: number;
}

interface Corner {
  step: number;
  bucket: number;
}

const LEFT = 52;
const RIGHT = 8;
const TOP = 4;
const BOTTOM = 22;

/// The bounds of a rectangle of cells.
export function cellsOf(map: Heatmap, from: Corner, to: Corner): Cells {
  const begin = Date.parse(map.beginAt);
  const [first, last] = [Math.min(from.step, to.step), Math.max(from.step, to.step)];
  const [low, high] = [Math.min(from.bucket, to.bucket), Math.max(from.bucket, to.bucket)];
  return { beginAt: new Date(begin + first * map.stepSeconds * 1000).toISOString(), endAt: new Date(begin + (last + 1) * map.stepSeconds * 1000).toISOString(), minMs: bucketBegin(map.bucketsMs, low), maxMs: map.bucketsMs[high]! };
}

/// Buckets that nobody was in would only take room: the first one shown, and how many are.
export function usedBuckets({ bucketsMs, counts }: Heatmap): { low: number; used: number } {
  const filled = bucketsMs.map((_, bucket) => counts.some((step) => (step[bucket] ?? 0) > 0));
  const [first, last] = [filled.indexOf(true), filled.lastIndexOf(true)];
  const low = Math.max(0, Math.min(first, bucketsMs.length - 6));
  return { low, used: Math.min(bucketsMs.length - low, Math.max(6, last - low + 1)) };
}

export function Heat({ map, choose, chosen, height = 208 }: { map: Heatmap; choose: (cells: Cells) => void; chosen?: Cells | null; height?: number }) {
  const [box, width] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useStore(colours);
  const [at, setAt] = useState<Corner | null>(null);
  const [from, setFrom] = useState<Corner | null>(null);
  const steps = map.counts.length;
  const { low, used } = usedBuckets(map);
  const inner = { width: Math.max(10, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
  const cell = { width: inner.width / Math.max(1, steps), height: inner.height / used };
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const ratio = devicePixelRatio || 1;
    element.width = inner.width * ratio;
    element.height = inner.height * ratio;
    context.scale(ratio, ratio);
    context.clearRect(0, 0, inner.width, inner.height);
    const most = Math.max(1, ...map.counts.flat());
    context.fillStyle = painted("var(--heat)");
    map.counts.forEach((step, column) => {
      for (let bucket = 0; bucket < used; bucket += 1) {
        const strength = intensity(step[low + bucket] ?? 0, most);
        if (strength === 0) continue;
        context.globalAlpha = strength;
        const left = Math.round(column * cell.width);
        const top = Math.round(inner.height - (bucket + 1) * cell.height);
        context.fillRect(left, top, Math.max(1, Math.round((column + 1) * cell.width) - left - 1), Math.max(1, Math.round(inner.height - bucket * cell.height) - top - 1));
      }
    });
  }, [map, width, height, scheme, used, low]);
  const cornerOf = (event: PointerEvent): Corner | null => {
    const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const step = Math.floor((event.clientX - bounds.left - LEFT) / cell.width);
    const bucket = Math.floor((TOP + inner.height - (event.clientY - bounds.top)) / cell.height);
    return step >= 0 && step < steps && bucket >= 0 && bucket < used ? { step, bucket: low + bucket } : null;
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    const here = at ?? { step: steps - 1, bucket: low + Math.floor(used / 2) };
    if (move) {
      if (event.shiftKey) setFrom((before) => before ?? here);
      else setFrom(null);
      setAt(at ? { step: Math.min(steps - 1, Math.max(0, here.step + move[0])), bucket: Math.min(low + used - 1, Math.max(low, here.bucket + move[1])) } : here);
    } else if ((event.key === "Enter" || event.key === " ") && at) choose(cellsOf(map, from ?? at, at));
    else if (event.key === "Escape") {
      setAt(null);
      setFrom(null);
    } else return;
    event.preventDefault();
  };
  const begin = Date.parse(map.beginAt);
  const stepMs = map.stepSeconds * 1000;
  const end = begin + steps * stepMs;
  const across = timeTicks({ begin, end }, Math.max(2, Math.floor(inner.width / 92)), -new Date(begin).getTimezoneOffset() * 60_000);
  const tickStep = across.length > 1 ? across[1]! - across[0]! : stepMs;
  const every = Math.max(1, Math.ceil(used / Math.floor(inner.height / 18)));
  const told = at ? `${clock(begin + at.step * stepMs)}, ${duration(bucketBegin(map.bucketsMs, at.bucket))} to ${duration(map.bucketsMs[at.bucket])}: ${count(map.counts[at.step]?.[at.bucket] ?? 0)} requests` : "";
  const rectangle = (one: Corner, other: Corner) => ({ x: LEFT + Math.min(one.step, other.step) * cell.width, y: TOP + inner.height - (Math.max(one.bucket, other.bucket) - low + 1) * cell.height, width: (Math.abs(one.step - other.step) + 1) * cell.width, height: (Math.abs(one.bucket - other.bucket) + 1) * cell.height });
  const fixed = chosen && {
    x: LEFT + ((Date.parse(chosen.beginAt) - begin) / (end - begin)) * inner.width, width: ((Date.parse(chosen.endAt) - Date.parse(chosen.beginAt)) / (end - begin)) * inner.width,
    low: map.bucketsMs.findIndex((_, bucket) => bucketBegin(map.bucketsMs, bucket) >= chosen.minMs) - low, high: map.bucketsMs.findIndex((bound) => bound >= chosen.maxMs) - low,
  };
  return (
    <div class="chart heat" ref={box} style={{ height: `${height}px` }} tabIndex={0} role="application" aria-roledescription="heat map" aria-label="Requests by how long they took, over time. Arrows move, with Shift they widen, Enter lists the requests." onKeyDown={key}
      onPointerMove={(event) => setAt(cornerOf(event))}
      onPointerDown={(event) => { const corner = cornerOf(event); setFrom(corner); setAt(corner); if (corner) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId); }}
      onPointerUp={(event) => { const corner = cornerOf(event) ?? at; if (from && corner) choose(cellsOf(map, from, corner)); setFrom(null); }}
      onPointerCancel={() => setFrom(null)} onPointerLeave={() => { if (!from) setAt(null); }} onBlur={() => { setAt(null); setFrom(null); }}>
      <canvas ref={canvas} style={{ left: `${LEFT}px`, top: `${TOP}px`, width: `${inner.width}px`, height: `${inner.height}px` }} aria-hidden="true" />
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {Array.from({ length: used }, (_, bucket) => bucket % every === every - 1 && <text key={bucket} class="tick" x={LEFT - 8} y={TOP + inner.height - (bucket + 1) * cell.height + 5} text-anchor="end">{duration(map.bucketsMs[low + bucket])}</text>)}
          {across.map((each) => { const x = LEFT + ((each - begin) / (end - begin)) * inner.width; return x > LEFT + 16 && x < width - 24 && <text key={each} class="tick" x={x} y={height - 6} text-anchor="middle">{timeLabel(each, tickStep)}</text>; })}
          {fixed && fixed.low >= 0 && fixed.x + fixed.width > LEFT && <rect class="heat-chosen" x={Math.max(LEFT, fixed.x)} width={fixed.width} y={TOP + inner.height - ((fixed.high < 0 ? used : fixed.high) + 1) * cell.height} height={((fixed.high < 0 ? used : fixed.high) - fixed.low + 1) * cell.height} />}
          {at && <rect class="heat-at" {...rectangle(from ?? at, at)} />}
        </svg>
      )}
      {at && !from && (
        <div class="reading-box" style={{ ...(LEFT + at.step * cell.width > width / 2 ? { right: `${width - LEFT - at.step * cell.width + 8}px` } : { left: `${LEFT + (at.step + 1) * cell.width + 8}px` }) }}>
          <strong>{stepMs >= 900_000 ? moment(begin + at.step * stepMs, 0) : clock(begin + at.step * stepMs)}</strong>
          <span>{duration(bucketBegin(map.bucketsMs, at.bucket))} – {duration(map.bucketsMs[at.bucket])}<b>{count(map.counts[at.step]?.[at.bucket] ?? 0)}</b></span>
        </div>
      )}
      <span class="unseen" aria-live="polite">{told}</span>
    </div>
  );
}
