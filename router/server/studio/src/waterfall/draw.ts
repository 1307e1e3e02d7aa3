/// Draws the bars of the rows that can be seen, and the whole trace small.

import { colourOf, painted } from "../colours.ts";
import { selfSegments, type Segment } from "../critical.ts";
import { duration } from "../format.ts";
import type { Range } from "../scale.ts";
import { ticks } from "../scale.ts";
import type { Row, Tree } from "./tree.ts";

export const ROW = 24;
const BAR = 12;

export interface Picture {
  tree: Tree;
  rows: readonly Row[];
  places: ReadonlyMap<string, number>;
  path: readonly Segment[];
  range: Range;
  /// How far the rows are scrolled, in pixels.
  top: number;
  width: number;
  height: number;
  onlyPath: boolean;
}

/// A canvas of this size in the resolution of the screen, empty.
export function prepared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

export function drawBars(canvas: HTMLCanvasElement, picture: Picture): void {
  const { tree, rows, places, path, range, top, width, height } = picture;
  const context = prepared(canvas, width, height);
  if (!context) return;
  const scale = width / (range.end - range.begin);
  const x = (ms: number) => (ms - range.begin) * scale;
  const [line, text, muted, bad, critical] = ["--line", "--text", "--muted", "--bad", "--critical"].map((name) => painted(`var(${name})`)) as [string, string, string, string, string];
  context.fillStyle = line;
  for (const at of ticks(range, Math.max(2, Math.floor(width / 110)))) context.fillRect(Math.round(x(at)), 0, 1, height);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = "middle";
  const first = Math.max(0, Math.floor(top / ROW));
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + 1);
  for (let index = first; index < last; index += 1) {
    const { span, isOpen, hasChildren } = rows[index]!;
    const y = index * ROW - top + (ROW - BAR) / 2;
    const begin = x(span.beginMs);
    const end = Math.max(begin + 2, x(span.beginMs + span.durationMs));
    if (end < 0 || begin > width) {
      context.fillStyle = muted;
      context.fillText(end < 0 ? "‹" : "›", end < 0 ? 2 : width - 8, y + BAR / 2);
      continue;
    }
    const colour = span.status === "error" ? bad : painted(colourOf(span.service));
    const [left, right] = [Math.max(-4, begin), Math.min(width + 4, end)];
    context.globalAlpha = isOpen ? 0.28 : hasChildren ? 0.55 : 0.95;
    context.fillStyle = colour;
    rounded(context, left, y, right - left, BAR);
    if (isOpen) {
      // Where none of its children ran it worked itself.
      context.globalAlpha = 0.95;
      for (const part of selfSegments(span, tree.children.get(span.id) ?? [])) {
        const from = Math.max(-4, x(part.beginMs));
        const to = Math.min(width + 4, x(part.endMs));
        if (to - from >= 0.4) context.fillRect(from, y, Math.max(1, to - from), BAR);
      }
    }
    context.globalAlpha = 1;
    for (const { atMs, name } of span.events) {
      const at = x(atMs);
      if (at < -4 || at > width + 4) continue;
      context.fillStyle = name === "exception" ? bad : text;
      context.beginPath();
      context.moveTo(at, y - 1);
      context.lineTo(at + 4, y + BAR / 2);
      context.lineTo(at, y + BAR + 1);
      context.lineTo(at - 4, y + BAR / 2);
      context.fill();
    }
    const label = duration(span.durationMs);
    const room = context.measureText(label).width + 8;
    context.fillStyle = muted;
    if (right + room < width) context.fillText(label, right + 6, y + BAR / 2 + 0.5);
    else if (left - room > 0) context.fillText(label, left - room + 2, y + BAR / 2 + 0.5);
    else {
      context.fillStyle = text;
      context.fillText(label, Math.max(4, left + 6), y + BAR / 2 + 0.5);
    }
  }
  drawPath(context, critical, path, places, x, top, width, height);
}

/// A line below what was waited for, and down or up to where the waiting went on.
function drawPath(context: CanvasRenderingContext2D, colour: string, path: readonly Segment[], places: ReadonlyMap<string, number>, x: (ms: number) => number, top: number, width: number, height: number): void {
  context.fillStyle = colour;
  let before: { x: number; y: number } | null = null;
  for (const { id, beginMs, endMs } of path) {
    const place = places.get(id);
    if (place === undefined) continue;
    const y = place * ROW - top + (ROW + BAR) / 2 + 1;
    const [from, to] = [x(beginMs), x(endMs)];
    // What is narrower than a pixel would be all connections.
    if (to - from < 1) continue;
    context.globalAlpha = 0.3;
    if (before && before.y !== y && from > -2 && from < width + 2) {
      const [low, high] = [Math.max(-ROW, Math.min(before.y, y)), Math.min(height + ROW, Math.max(before.y, y) + 2)];
      if (high > low) context.fillRect(Math.round(from) - 0.5, low, 1, high - low);
    }
    context.globalAlpha = 0.9;
    if (y > -ROW && y < height + ROW && to > 0 && from < width) context.fillRect(Math.max(-2, from), y, Math.max(1, Math.min(width + 2, to) - Math.max(-2, from)), 2);
    before = { x: to, y };
  }
  context.globalAlpha = 1;
}

function rounded(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(2, width / 2));
  context.fill();
}

/// All spans in little height: one line each where there is room, else in lanes by their place.
export function drawMap(canvas: HTMLCanvasElement, rows: readonly Row[], whole: Range, width: number, height: number): void {
  const context = prepared(canvas, width, height);
  if (!context || rows.length === 0) return;
  const scale = width / (whole.end - whole.begin);
  const each = Math.max(1, Math.min(4, (height - 4) / rows.length));
  rows.forEach(({ span }, index) => {
    context.fillStyle = span.status === "error" ? painted("var(--bad)") : painted(colourOf(span.service));
    context.globalAlpha = 0.75;
    context.fillRect((span.beginMs - whole.begin) * scale, 2 + (index / rows.length) * (height - 4), Math.max(1, span.durationMs * scale), Math.max(0.75, each * 0.8));
  });
  context.globalAlpha = 1;
}
