/// A plan as it is carried out: from left to right, each fetch after what it waits for.

import { useEffect, useMemo, useState } from "preact/hooks";
import { colourOf, services } from "../colours.ts";
import { layered } from "../dag.ts";
import { count, duration, percent } from "../format.ts";
import type { PlanFetch } from "../model.ts";
import { useStore } from "../store.ts";
import { Service } from "./basics.tsx";
import { Graphql } from "./code.tsx";

const NODE = { width: 208, height: 72 };
const GAP = { x: 72, y: 20 };
const PAD = 12;

export function Plan({ fetches }: { fetches: readonly PlanFetch[] }) {
  useStore(services);
  const [chosen, setChosen] = useState<number | null>(null);
  const placed = useMemo(() => layered(fetches.map(({ index, dependsOn }) => ({ id: index, dependsOn }))), [fetches]);
  useEffect(() => {
    const costly = [...fetches].sort((a, b) => b.criticalShare - a.criticalShare)[0];
    setChosen((before) => (before !== null && fetches.some(({ index }) => index === before) ? before : (costly?.index ?? null)));
  }, [fetches]);
  const layers = 1 + Math.max(0, ...placed.map(({ layer }) => layer));
  const sizes = Array.from({ length: layers }, (_, layer) => placed.filter((each) => each.layer === layer).length);
  const tallest = Math.max(1, ...sizes);
  const height = PAD * 2 + tallest * NODE.height + (tallest - 1) * GAP.y;
  const width = PAD * 2 + layers * NODE.width + (layers - 1) * GAP.x;
  const at = new Map(placed.map(({ id, layer, row }) => {
    const own = sizes[layer]! * NODE.height + (sizes[layer]! - 1) * GAP.y;
    return [id, { x: PAD + layer * (NODE.width + GAP.x), y: (height - own) / 2 + row * (NODE.height + GAP.y) }];
  }));
  const fetch = fetches.find(({ index }) => index === chosen);
  const order = [...placed].sort((a, b) => a.layer - b.layer || a.row - b.row);
  return (
    <div class="plan">
      <div class="plan-scroll" role="group" aria-label={`The plan: ${fetches.length} fetches in ${layers} rounds`}>
        <div class="plan-area" style={{ width: `${width}px`, height: `${height}px` }}>
          <svg width={width} height={height} aria-hidden="true" focusable="false">
            {fetches.flatMap(({ index, dependsOn, criticalShare, subgraph }) => dependsOn.map((on) => {
              const [from, to] = [at.get(on), at.get(index)];
              if (!from || !to) return null;
              const [x1, y1, x2, y2] = [from.x + NODE.width, from.y + NODE.height / 2, to.x, to.y + NODE.height / 2];
              const bend = Math.max(28, (x2 - x1) / 2);
              return <path key={`${on}-${index}`} d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} fill="none" style={{ stroke: criticalShare > 0.1 ? colourOf(subgraph) : "var(--line-strong)" }} stroke-width={1.25 + criticalShare * 7} stroke-linecap="round" />;
            }))}
          </svg>
          {order.map(({ id }) => {
            const { subgraph, latency, timeShare, criticalShare, paths, errors, index, name } = fetches.find((each) => each.index === id)!;
            const { x, y } = at.get(id)!;
            return (
              <button type="button" key={id} class={`plan-node ${index === chosen ? "chosen" : ""}`} aria-pressed={index === chosen} style={{ left: `${x}px`, top: `${y}px`, width: `${NODE.width}px`, height: `${NODE.height}px`, "--own": colourOf(subgraph) }} onClick={() => setChosen(index)}>
                <span class="plan-top"><Service name={subgraph} /><b>{duration(latency.p95Ms)}</b></span>
                <span class="plan-path">{name ?? paths[0] ?? "the root"}{errors > 0 && <em> {count(errors)} failed</em>}</span>
                <span class="plan-share"><i aria-hidden="true" style={{ width: `${Math.max(2, timeShare * 100)}%` }} /></span>
                <span class="unseen">, {percent(timeShare)} of the time, {percent(criticalShare)} of the waiting</span>
              </button>
            );
          })}
        </div>
      </div>
      {fetch && (
        <section class="plan-detail" aria-label={`Fetch ${fetch.index}, of ${fetch.subgraph}`}>
          <dl class="pairs">
            <div><dt>Fetch {fetch.index}</dt><dd><Service name={fetch.subgraph} link /></dd></div>
            <div><dt>Waited for</dt><dd>{percent(fetch.criticalShare)} of the time</dd></div>
            <div><dt>p50, p95, p99</dt><dd>{duration(fetch.latency.p50Ms)}, {duration(fetch.latency.p95Ms)}, {duration(fetch.latency.p99Ms)}</dd></div>
            <div><dt>Carried out</dt><dd>{count(fetch.executions)} times{fetch.errors > 0 && <span class="tone-bad">, {count(fetch.errors)} failed</span>}</dd></div>
            {fetch.entitiesMean !== null && <div><dt>Entities each</dt><dd>{count(fetch.entitiesMean)}, {percent(fetch.keptShare)} of them kept</dd></div>}
          </dl>
          <Graphql text={fetch.document} label={`What fetch ${fetch.index} asks`} />
        </section>
      )}
    </div>
  );
}
