/// Places the fetches of a plan: each to the right of what it waits for, with few crossings; the same for the same plan.

export interface DagNode {
  id: number;
  dependsOn: readonly number[];
}

export interface Placed {
  id: number;
  layer: number;
  /// Its place in the layer, from 0 on.
  row: number;
}

/// Layers by the longest way from a start; rows by the middle of their neighbours, swept to and fro.
export function layered(nodes: readonly DagNode[]): Placed[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const layers = new Map<number, number>();
  const layerOf = (id: number, through: Set<number>): number => {
    const settled = layers.get(id);
    if (settled !== undefined) return settled;
    if (through.has(id)) return 0;
    const on = (known.get(id)?.dependsOn ?? []).filter((each) => known.has(each));
    const inside = new Set(through).add(id);
    const layer = on.length === 0 ? 0 : 1 + Math.max(...on.map((each) => layerOf(each, inside)));
    layers.set(id, layer);
    return layer;
  };
  const rows: number[][] = [];
  for (const { id } of nodes) (rows[layerOf(id, new Set())] ??= []).push(id);
  const ordered = Array.from(rows, (row) => row ?? []);
  const before = (id: number) => known.get(id)!.dependsOn.filter((each) => known.has(each));
  const after = new Map<number, number[]>();
  for (const { id } of nodes) for (const on of before(id)) after.set(on, [...(after.get(on) ?? []), id]);
  for (let sweep = 0; sweep < 6; sweep += 1) {
    const forward = sweep % 2 === 0;
    const order = forward ? ordered.keys() : [...ordered.keys()].reverse();
    const place = new Map(ordered.flatMap((row) => row.map((id, index) => [id, (index + 0.5) / row.length] as const)));
    for (const layer of order) {
      const row = ordered[layer]!;
      const weight = new Map(row.map((id, index) => {
        const near = forward ? before(id) : (after.get(id) ?? []);
        const middle = near.length === 0 ? (index + 0.5) / row.length : near.reduce((sum, each) => sum + (place.get(each) ?? 0), 0) / near.length;
        return [id, middle] as const;
      }));
      row.sort((a, b) => weight.get(a)! - weight.get(b)! || a - b);
      row.forEach((id, index) => place.set(id, (index + 0.5) / row.length));
    }
  }
  return ordered.flatMap((row, layer) => row.map((id, index) => ({ id, layer, row: index })));
}
