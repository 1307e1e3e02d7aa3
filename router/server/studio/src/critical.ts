/// Which span a trace was waiting for at each moment.

export interface Timed {
  id: string;
  parent: string | null;
  beginMs: number;
  durationMs: number;
}

export interface Segment {
  id: string;
  beginMs: number;
  endMs: number;
}

/// The children of each span, by their begin. Spans whose parent is not there are children of null.
export function childrenOf<T extends Timed>(spans: readonly T[]): Map<string | null, T[]> {
  const known = new Set(spans.map(({ id }) => id));
  const children = new Map<string | null, T[]>();
  for (const span of spans) {
    const parent = span.parent !== null && known.has(span.parent) && span.parent !== span.id ? span.parent : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.beginMs - b.beginMs);
  return children;
}

/// The critical path, from its begin to its end: walking back from the end of the longest root, it goes into the child
/// that ended last, then on from where that child began. No two segments overlap.
export function criticalPath(spans: readonly Timed[]): Segment[] {
  const children = childrenOf(spans);
  const roots = children.get(null) ?? [];
  const root = roots.reduce<Timed | null>((longest, each) => (longest && longest.durationMs >= each.durationMs ? longest : each), null);
  if (!root) return [];
  const segments: Segment[] = [];
  const seen = new Set<string>();
  const walk = (span: Timed, until: number): void => {
    if (seen.has(span.id)) return;
    seen.add(span.id);
    let at = Math.min(until, span.beginMs + span.durationMs);
    const ending = [...(children.get(span.id) ?? [])].sort((a, b) => b.beginMs + b.durationMs - (a.beginMs + a.durationMs));
    for (const child of ending) {
      const begin = Math.max(child.beginMs, span.beginMs);
      const end = Math.min(child.beginMs + child.durationMs, at);
      // What began later than where the path stands was not waited for; what outlives its parent neither.
      if (child.beginMs >= at || end <= begin || child.beginMs + child.durationMs > at + 1e-6) continue;
      if (at > end) segments.push({ id: span.id, beginMs: end, endMs: at });
      walk(child, end);
      at = begin;
    }
    if (at > span.beginMs) segments.push({ id: span.id, beginMs: span.beginMs, endMs: at });
  };
  walk(root, root.beginMs + root.durationMs);
  return segments.reverse();
}

/// The parts of a span in which none of its children ran.
export function selfSegments(span: Timed, children: readonly Timed[]): { beginMs: number; endMs: number }[] {
  const end = span.beginMs + span.durationMs;
  const parts: { beginMs: number; endMs: number }[] = [];
  let at = span.beginMs;
  for (const child of children) {
    const begin = Math.min(Math.max(child.beginMs, span.beginMs), end);
    if (begin > at) parts.push({ beginMs: at, endMs: begin });
    at = Math.max(at, Math.min(child.beginMs + child.durationMs, end));
  }
  if (end > at || parts.length === 0) parts.push({ beginMs: at, endMs: end });
  return parts;
}
