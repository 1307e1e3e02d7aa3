/// The supergraph drawn: subgraphs, and how often the graph goes from one to another for an entity.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { colourOf, services } from "../colours.ts";
import { count } from "../format.ts";
import { spring } from "../layout.ts";
import type { Graph } from "../model.ts";
import { useSize } from "../charts/size.ts";
import { useStore } from "../store.ts";
import { Button } from "./basics.tsx";

const WIDE = { width: 960, height: 600 };
const TALL = { width: 520, height: 760 };
const NODE = { width: 132, height: 46 };
const MARGIN = { x: 92, y: 48 };

export interface Way {
  from: string;
  to: string;
  requests: number;
  entities: string[];
}

/// All edges from one subgraph to another as one, the entity with most requests first.
export function waysOf(edges: Graph["edges"]): Way[] {
  const ways = new Map<string, Way>();
  for (const { from, to, entity, requests } of [...edges].sort((a, b) => b.requests - a.requests)) {
    const key = `${from}\n${to}`;
    const way = ways.get(key) ?? { from, to, requests: 0, entities: [] };
    way.requests += requests;
    if (!way.entities.includes(entity)) way.entities.push(entity);
    ways.set(key, way);
  }
  return [...ways.values()].sort((a, b) => b.requests - a.requests);
}

export function GraphMap({ graph, chosen, choose }: { graph: Graph; chosen: string | null; choose: (name: string | null) => void }) {
  const [box, own] = useSize<HTMLDivElement>();
  const size = own > 0 && own < 560 ? TALL : WIDE;
  useStore(services);
  const [view, setView] = useState({ x: 0, y: 0, scale: 1 });
  const [near, setNear] = useState<string | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const ways = useMemo(() => waysOf(graph.edges), [graph.edges]);
  const names = useMemo(() => graph.subgraphs.map(({ name }) => name).sort(), [graph.subgraphs]);
  const points = useMemo(() => {
    const placed = spring(names, ways.map(({ from, to, requests }) => ({ from, to, weight: requests })));
    const space = { width: size.width - 2 * MARGIN.x, height: size.height - 2 * MARGIN.y };
    const all = new Map([...placed].map(([name, { x, y }]) => [name, { x: MARGIN.x + x * space.width, y: MARGIN.y + y * space.height }]));
    return apart(all, size);
  }, [names, ways, size]);
  const most = Math.max(1, ...ways.map(({ requests }) => requests));
  const shown = near ?? chosen;
  const neighbours = new Set(shown ? ways.flatMap(({ from, to }) => (from === shown ? [to] : to === shown ? [from] : [])) : []);
  const zoom = (by: number, at: { x: number; y: number } = { x: size.width / 2, y: size.height / 2 }) => setView(({ x, y, scale }) => {
    const next = Math.min(4, Math.max(0.6, scale * by));
    return { scale: next, x: at.x - ((at.x - x) / scale) * next, y: at.y - ((at.y - y) / scale) * next };
  });
  const inside = (event: MouseEvent) => {
    const box = svg.current!.getBoundingClientRect();
    const ratio = Math.max(size.width / box.width, size.height / box.height);
    return { x: (event.clientX - box.left - (box.width - size.width / ratio) / 2) * ratio, y: (event.clientY - box.top - (box.height - size.height / ratio) / 2) * ratio };
  };
  useEffect(() => {
    const element = svg.current;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.006), inside(event));
    };
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  }, []);
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    const move = moves[event.key];
    if (move) setView((before) => ({ ...before, x: before.x + move[0], y: before.y + move[1] }));
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") setView({ x: 0, y: 0, scale: 1 });
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="map" ref={box} onKeyDown={key}>
      <svg ref={svg} viewBox={`0 0 ${size.width} ${size.height}`} role="group" aria-label="The graph: subgraphs, and the ways between them. The table “Ways” says the same." preserveAspectRatio="xMidYMid meet"
        onPointerDown={(event) => { drag.current = { ...inside(event), moved: false }; }}
        onPointerMove={(event) => {
          if (!drag.current) return;
          const at = inside(event);
          const [dx, dy] = [at.x - drag.current.x, at.y - drag.current.y];
          if (!drag.current.moved && Math.hypot(dx, dy) < 4) return;
          if (!drag.current.moved) svg.current?.setPointerCapture(event.pointerId);
          drag.current = { ...at, moved: true };
          setView((before) => ({ ...before, x: before.x + dx, y: before.y + dy }));
        }}
        onPointerUp={() => { drag.current = null; }} onPointerCancel={() => { drag.current = null; }} onClick={(event) => { if (event.target === svg.current) choose(null); }}>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
          {[...ways].reverse().map(({ from, to, requests, entities }) => {
            const [a, b] = [points.get(from), points.get(to)];
            if (!a || !b) return null;
            const isShown = shown !== null && (from === shown || to === shown);
            const { path, head, middle } = arrow(a, b, requests / most);
            return (
              <g key={`${from}-${to}`} class={`way ${shown === null ? "" : isShown ? "shown" : "dim"}`} style={isShown ? { color: colourOf(from === shown ? to : from) } : {}} aria-hidden="true">
                <path d={path} fill="none" stroke="currentColor" stroke-width={1 + 5 * Math.sqrt(requests / most)} stroke-linecap="round" />
                <path d={head} fill="currentColor" />
                {isShown && from === shown && <text x={middle.x} y={middle.y} text-anchor="middle">{entities[0]}{entities.length > 1 ? ` +${entities.length - 1}` : ""} {count(requests)}</text>}
              </g>
            );
          })}
          {names.map((name) => {
            const { x, y } = points.get(name)!;
            const { types, fields } = graph.subgraphs.find((each) => each.name === name)!;
            const isDim = shown !== null && shown !== name && !neighbours.has(name);
            const [out, into] = [ways.filter(({ from }) => from === name), ways.filter(({ to }) => to === name)];
            return (
              <g key={name} class={`node ${name === chosen ? "chosen" : ""} ${isDim ? "dim" : ""}`} style={{ color: colourOf(name) }} tabIndex={0} role="button" aria-pressed={name === chosen} aria-label={`${name}: ${types} types, ${fields} fields; goes on to ${out.map(({ to }) => to).join(", ") || "nobody"}; is asked after ${into.map(({ from }) => from).join(", ") || "nobody"}`}
                transform={`translate(${x - NODE.width / 2} ${y - NODE.height / 2})`} onClick={() => choose(name === chosen ? null : name)} onKeyDown={(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(name === chosen ? null : name); } }} onPointerEnter={() => setNear(name)} onPointerLeave={() => setNear(null)} onFocus={() => setNear(name)} onBlur={() => setNear(null)}>
                <rect width={NODE.width} height={NODE.height} rx="8" />
                <rect class="node-edge" width="4" height={NODE.height - 16} x="8" y="8" rx="2" fill="currentColor" />
                <text class="node-name" x="22" y="20">{name}</text>
                <text class="node-note" x="22" y="36">{types} types, {fields} fields</text>
              </g>
            );
          })}
        </g>
      </svg>
      <div class="map-tools button-group" role="group" aria-label="Zoom">
        <Button icon="more" label="Nearer (+)" onClick={() => zoom(1.3)} />
        <Button icon="less" label="Farther (−)" onClick={() => zoom(1 / 1.3)} />
        <Button icon="fit" label="All of it (0)" onClick={() => setView({ x: 0, y: 0, scale: 1 })} />
      </div>
    </div>
  );
}

/// Moves boxes that lie on each other apart, the same way each time.
function apart(points: Map<string, { x: number; y: number }>, size: typeof WIDE): Map<string, { x: number; y: number }> {
  const all = [...points.values()];
  const [width, height] = [NODE.width + 28, NODE.height + 26];
  for (let round = 0; round < 120; round += 1) {
    let moved = false;
    for (let a = 0; a < all.length; a += 1) {
      for (let b = a + 1; b < all.length; b += 1) {
        const [one, other] = [all[a]!, all[b]!];
        const [dx, dy] = [other.x - one.x, other.y - one.y];
        const [across, down] = [width - Math.abs(dx), height - Math.abs(dy)];
        if (across <= 0 || down <= 0) continue;
        moved = true;
        if (across < down) {
          const by = (across / 2) * (dx < 0 ? -1 : 1);
          one.x -= by;
          other.x += by;
        } else {
          const by = (down / 2) * (dy < 0 ? -1 : 1);
          one.y -= by;
          other.y += by;
        }
      }
    }
    for (const point of all) {
      point.x = Math.min(size.width - NODE.width / 2 - 8, Math.max(NODE.width / 2 + 8, point.x));
      point.y = Math.min(size.height - NODE.height / 2 - 8, Math.max(NODE.height / 2 + 8, point.y));
    }
    if (!moved) break;
  }
  return points;
}

/// A bent line to the edge of the other box, and its head; there and back bend to different sides.
function arrow(a: { x: number; y: number }, b: { x: number; y: number }, weight: number): { path: string; head: string; middle: { x: number; y: number } } {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.max(1, Math.hypot(dx, dy));
  const bend = Math.min(42, length * 0.14);
  const middle = { x: (a.x + b.x) / 2 - (dy / length) * bend, y: (a.y + b.y) / 2 + (dx / length) * bend };
  const end = edge(b, middle, 3);
  const begin = edge(a, middle, 3);
  const [hx, hy] = [end.x - middle.x, end.y - middle.y];
  const size = 6 + 4 * Math.sqrt(weight);
  const unit = Math.max(1, Math.hypot(hx, hy));
  const [ux, uy] = [hx / unit, hy / unit];
  const back = { x: end.x - ux * size, y: end.y - uy * size };
  const head = `M${end.x.toFixed(1)} ${end.y.toFixed(1)}L${(back.x - uy * size * 0.5).toFixed(1)} ${(back.y + ux * size * 0.5).toFixed(1)}L${(back.x + uy * size * 0.5).toFixed(1)} ${(back.y - ux * size * 0.5).toFixed(1)}Z`;
  const on = { x: 0.25 * begin.x + 0.5 * middle.x + 0.25 * back.x, y: 0.25 * begin.y + 0.5 * middle.y + 0.25 * back.y };
  return { path: `M${begin.x.toFixed(1)} ${begin.y.toFixed(1)}Q${middle.x.toFixed(1)} ${middle.y.toFixed(1)} ${back.x.toFixed(1)} ${back.y.toFixed(1)}`, head, middle: on };
}

/// Where the way from a point to the middle of a box meets the box.
function edge(box: { x: number; y: number }, from: { x: number; y: number }, gap: number): { x: number; y: number } {
  const [dx, dy] = [from.x - box.x, from.y - box.y];
  const scale = Math.min((NODE.width / 2 + gap) / Math.max(0.001, Math.abs(dx)), (NODE.height / 2 + gap) / Math.max(0.001, Math.abs(dy)), 1);
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
