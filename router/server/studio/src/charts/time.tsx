/// Values over time: lines or areas with a reading line, by mouse, touch and arrow keys.

import { useMemo, useState } from "preact/hooks";
import { clock, moment } from "../format.ts";
import type { Series } from "../model.ts";
import { ceiling, ticks, timeTicks } from "../scale.ts";
import { area, line } from "./paths.ts";
import { useSize } from "./size.ts";

export interface Line {
  name: string;
  series: Series;
  colour: string;
  shape?: "area" | "line" | "dashed" | "bars";
}

interface Props {
  label: string;
  lines: readonly Line[];
  format: (value: number) => string;
  height?: number;
  /// A moment worth a mark: when the graph was reloaded.
  marks?: readonly { at: string; name: string }[];
  /// A value worth a line: a budget.
  limit?: { value: number; name: string };
}

const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

export function timeLabel(at: number, stepMs: number): string {
  if (stepMs >= 86_400_000) return moment(at, 0).split(" ")[0]!;
  const text = stepMs >= 7_200_000 ? moment(at, 0) : clock(at);
  return stepMs >= 60_000 && stepMs < 7_200_000 ? text.slice(0, 5) : text;
}

export function TimeChart({ label, lines, format, height = 176, marks = [], limit }: Props) {
  const [ref, width] = useSize<HTMLDivElement>();
  const [chosen, setChosen] = useState<number | null>(null);
  const first = lines[0]?.series;
  const count = first?.points.length ?? 0;
  const begin = first ? Date.parse(first.beginAt) : 0;
  const stepMs = (first?.stepSeconds ?? 1) * 1000;
  const end = begin + stepMs * count;
  const inner = { width: Math.max(10, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
  const top = useMemo(() => ceiling(Math.max(...lines.flatMap(({ series }) => series.points.map((each) => each ?? 0)), 0) * 1.04), [lines]);
  const x = (at: number) => LEFT + ((at - begin) / (end - begin || 1)) * inner.width;
  const y = (value: number) => TOP + inner.height - (value / top) * inner.height;
  const at = (index: number) => begin + (index + 0.5) * stepMs;
  const drawn = useMemo(() => width === 0 ? [] : lines.map(({ series, shape }) => {
    const points = series.points.map((value, index) => ({ x: x(at(index)), y: value === null ? null : y(value) }));
    const bar = Math.max(1, inner.width / count - 1.5);
    const bars = shape === "bars" ? points.map((each) => (each.y === null || each.y > TOP + inner.height - 0.3 ? "" : `M${(each.x - bar / 2).toFixed(1)} ${TOP + inner.height}V${Math.min(each.y, TOP + inner.height - 1).toFixed(1)}h${bar.toFixed(1)}V${TOP + inner.height}Z`)).join("") : "";
    return { stroke: shape === "bars" ? "" : line(points), fill: shape === "area" ? area(points, TOP + inner.height) : bars };
  }), [lines, width, height, top]);
  const across = timeTicks({ begin, end }, Math.max(2, Math.floor(inner.width / 92)), -new Date(begin || Date.now()).getTimezoneOffset() * 60_000);
  const tickStep = across.length > 1 ? across[1]! - across[0]! : stepMs;
  const up = ticks({ begin: 0, end: top }, Math.max(1, Math.min(4, Math.floor(inner.height / 20))));
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left - LEFT) / inner.width) * count);
    setChosen(index >= 0 && index < count ? index : null);
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (event.key === "Home") setChosen(0);
    else if (event.key === "End") setChosen(count - 1);
    else if (event.key === "Escape") setChosen(null);
    else if (by) setChosen((before) => Math.min(count - 1, Math.max(0, (before ?? count - 1) + by)));
    else return;
    event.preventDefault();
  };
  const read = (index: number) => `${clock(at(index))}: ${lines.map(({ name, series }) => `${name} ${series.points[index] == null ? "nothing" : format(series.points[index]!)}`).join(", ")}`;
  const isEmpty = lines.every(({ series }) => series.points.every((each) => each === null));
  const index = chosen !== null && chosen < count ? chosen : null;
  return (
    <div class="chart" ref={ref} style={{ height: `${height}px` }} tabIndex={0} role="slider" aria-label={`${label}, over time`} aria-valuemin={0} aria-valuemax={Math.max(0, count - 1)} aria-valuenow={index ?? Math.max(0, count - 1)} aria-valuetext={count > 0 ? read(index ?? count - 1) : "nothing"} onPointerMove={point} onPointerDown={point} onPointerLeave={() => setChosen(null)} onBlur={() => setChosen(null)} onKeyDown={key}>
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {up.map((value) => (
            <g key={value}>
              <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
              <text class="tick" x={LEFT - 8} y={y(value) + 3.5} text-anchor="end">{format(value)}</text>
            </g>
          ))}
          {across.map((each) => x(each) > LEFT + 16 && x(each) < width - 24 && <text key={each} class="tick" x={x(each)} y={height - 6} text-anchor="middle">{timeLabel(each, tickStep)}</text>)}
          {lines.map(({ colour, shape }, place) => (
            <g key={place} style={{ color: colour }}>
              {drawn[place]?.fill && <path d={drawn[place].fill} fill="currentColor" opacity={shape === "bars" ? 0.85 : 0.12} />}
              {drawn[place]?.stroke && <path d={drawn[place].stroke} fill="none" stroke="currentColor" stroke-width={shape === "dashed" ? 1.2 : 1.6} stroke-linejoin="round" stroke-dasharray={shape === "dashed" ? "3 2.5" : undefined} />}
            </g>
          ))}
          {limit && limit.value <= top && (
            <g class="limit">
              <line x1={LEFT} x2={width - RIGHT} y1={y(limit.value)} y2={y(limit.value)} />
              <text class="tick" x={width - RIGHT - 4} y={y(limit.value) - 4} text-anchor="end">{limit.name}</text>
            </g>
          )}
          {marks.map(({ at: when, name }) => Date.parse(when) > begin && Date.parse(when) < end && (
            <g key={when} class="mark">
              <line x1={x(Date.parse(when))} x2={x(Date.parse(when))} y1={TOP} y2={TOP + inner.height} />
              <text class="tick" x={x(Date.parse(when)) + 4} y={TOP + 9}>{name}</text>
            </g>
          ))}
          {index !== null && (
            <g>
              <line class="reading" x1={x(at(index))} x2={x(at(index))} y1={TOP} y2={TOP + inner.height} />
              {lines.map(({ series, colour }, place) => series.points[index] != null && <circle key={place} cx={x(at(index))} cy={y(series.points[index]!)} r="3" fill={colour} class="dot" style={{ fill: colour }} />)}
            </g>
          )}
        </svg>
      )}
      {isEmpty && width > 0 && <span class="chart-none">nothing in this window</span>}
      {index !== null && width > 0 && (
        <div class="reading-box" style={x(at(index)) > width / 2 ? { right: `${width - x(at(index)) + 10}px` } : { left: `${x(at(index)) + 10}px` }}>
          <strong>{stepMs >= 900_000 ? moment(at(index), 0) : clock(at(index))}</strong>
          {lines.map(({ name, series, colour }) => (
            <span key={name}><i style={{ background: colour }} />{name}<b>{series.points[index] == null ? "–" : format(series.points[index]!)}</b></span>
          ))}
        </div>
      )}
    </div>
  );
}

/// What the lines mean, in words beside their colours.
export function Legend({ lines }: { lines: readonly Line[] }) {
  return <span class="legend">{lines.map(({ name, colour, shape }) => <span key={name}><i class={shape === "dashed" ? "dashed" : ""} style={{ background: colour, color: colour }} />{name}</span>)}</span>;
}
