/// Where the subgraphs of a graph are drawn: springs between those that ask each other, from a circle in the order of
/// their names, a fixed number of steps. The same graph always looks the same.

export interface Link {
  from: string;
  to: string;
  weight: number;
}

export interface Point {
  x: number;
  y: number;
}

const STEPS = 320;

/// Points in the square from 0 to 1, in which no two lie closer than names need.
export function spring(names: readonly string[], links: readonly Link[]): Map<string, Point> {
  const order = [...names].sort();
  const points = new Map<string, Point>(order.map((name, index) => {
    const angle = (2 * Math.PI * index) / order.length - Math.PI / 2;
    return [name, { x: Math.cos(angle), y: Math.sin(angle) }];
  }));
  if (order.length < 2) return new Map(order.map((name) => [name, { x: 0.5, y: 0.5 }]));
  const joined = together(links.filter(({ from, to }) => from !== to && points.has(from) && points.has(to)));
  const most = Math.max(1e-9, ...joined.map(({ weight }) => weight));
  const ideal = 2.1 / Math.sqrt(order.length);
  // Where all ask all, the springs must not pull everything into one heap.
  const loose = Math.min(1, (1.4 * order.length) / Math.max(1, joined.length));
  for (let step = 0; step < STEPS; step += 1) {
    const heat = 0.12 * (1 - step / STEPS);
    const moves = new Map<string, Point>(order.map((name) => [name, { x: 0, y: 0 }]));
    for (let a = 0; a < order.length; a += 1) {
      for (let b = a + 1; b < order.length; b += 1) {
        const [one, other] = [points.get(order[a]!)!, points.get(order[b]!)!];
        const [dx, dy] = [one.x - other.x, one.y - other.y];
        const distance = Math.max(0.02, Math.hypot(dx, dy));
        const force = (ideal * ideal) / distance / distance;
        push(moves.get(order[a]!)!, dx, dy, force);
        push(moves.get(order[b]!)!, -dx, -dy, force);
      }
    }
    for (const { from, to, weight } of joined) {
      const [one, other] = [points.get(from)!, points.get(to)!];
      const [dx, dy] = [other.x - one.x, other.y - one.y];
      const force = (Math.hypot(dx, dy) / ideal) * (0.12 + 0.4 * Math.sqrt(weight / most)) * loose;
      push(moves.get(from)!, dx, dy, force);
      push(moves.get(to)!, -dx, -dy, force);
    }
    for (const [name, point] of points) {
      const move = moves.get(name)!;
      push(move, -point.x, -point.y, 0.35);
      const length = Math.max(1e-9, Math.hypot(move.x, move.y));
      point.x += (move.x / length) * Math.min(length, heat);
      point.y += (move.y / length) * Math.min(length, heat);
    }
  }
  const [xs, ys] = [spread(order.map((name) => points.get(name)!.x)), spread(order.map((name) => points.get(name)!.y))];
  return new Map(order.map((name, index) => [name, { x: xs[index]!, y: ys[index]! }]));
}

/// Values from 0 to 1, half by where they are and half by their order: what lies close together is drawn apart.
function spread(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b);
  const ranks = new Map(order.map((index, rank) => [index, rank / Math.max(1, values.length - 1)]));
  return values.map((value, index) => 0.5 * (high - low < 1e-9 ? 0.5 : (value - low) / (high - low)) + 0.5 * ranks.get(index)!);
}

function push(move: Point, dx: number, dy: number, force: number): void {
  move.x += dx * force;
  move.y += dy * force;
}

/// One link for both directions and all entities.
function together(links: readonly Link[]): Link[] {
  const sums = new Map<string, Link>();
  for (const { from, to, weight } of links) {
    const [a, b] = from < to ? [from, to] : [to, from];
    const known = sums.get(`${a}\n${b}`);
    if (known) known.weight += weight;
    else sums.set(`${a}\n${b}`, { from: a, to: b, weight });
  }
  return [...sums.values()];
}
