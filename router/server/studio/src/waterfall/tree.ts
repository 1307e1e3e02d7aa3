/// The rows of a waterfall: spans below their parents, of which some are folded away or filtered out.

import { childrenOf } from "../critical.ts";
import type { Span } from "../model.ts";

export interface Row {
  span: Span;
  depth: number;
  hasChildren: boolean;
  isOpen: boolean;
  /// How many spans are folded away below it, and how many of them have failed.
  hidden: number;
  hiddenErrors: number;
  place: number;
  siblings: number;
}

export interface Tree {
  spans: readonly Span[];
  children: Map<string | null, Span[]>;
  byId: Map<string, Span>;
}

export function treeOf(spans: readonly Span[]): Tree {
  return { spans, children: childrenOf(spans), byId: new Map(spans.map((span) => [span.id, span])) };
}

/// What is shown: everything, or what fits and what leads to it.
export function rowsOf({ children }: Tree, folded: ReadonlySet<string>, fits: ((span: Span) => boolean) | null = null): Row[] {
  const rows: Row[] = [];
  const counts = new Map<string, { all: number; errors: number; fitting: boolean }>();
  // From the leaves up, without recursion: traces can be deep.
  const order: Span[] = [];
  const stack: Span[] = [...(children.get(null) ?? [])];
  while (stack.length > 0) {
    const span = stack.pop()!;
    if (counts.has(span.id)) continue;
    counts.set(span.id, { all: 0, errors: 0, fitting: false });
    order.push(span);
    stack.push(...(children.get(span.id) ?? []));
  }
  for (const span of order.reverse()) {
    const sums = counts.get(span.id)!;
    sums.fitting = fits === null || fits(span);
    for (const child of children.get(span.id) ?? []) {
      const below = counts.get(child.id)!;
      sums.all += below.all + 1;
      sums.errors += below.errors + (child.status === "error" ? 1 : 0);
      sums.fitting ||= below.fitting;
    }
  }
  const waiting: { span: Span; depth: number; place: number; siblings: number }[] = [];
  const put = (parent: string | null, depth: number) => {
    const shown = (children.get(parent) ?? []).filter(({ id }) => counts.get(id)!.fitting);
    for (let index = shown.length - 1; index >= 0; index -= 1) waiting.push({ span: shown[index]!, depth, place: index + 1, siblings: shown.length });
  };
  put(null, 0);
  while (waiting.length > 0) {
    const { span, depth, place, siblings } = waiting.pop()!;
    const { all, errors } = counts.get(span.id)!;
    const isOpen = all > 0 && !folded.has(span.id);
    rows.push({ span, depth, hasChildren: all > 0, isOpen, hidden: isOpen ? 0 : all, hiddenErrors: isOpen ? 0 : errors, place, siblings });
    if (isOpen) put(span.id, depth + 1);
  }
  return rows;
}

/// For each span the row that shows it: its own, or that of whom it is folded into.
export function placesOf({ spans, byId }: Tree, rows: readonly Row[]): Map<string, number> {
  const places = new Map(rows.map(({ span }, index) => [span.id, index]));
  for (const span of spans) {
    const way: string[] = [];
    let at: Span | undefined = span;
    while (at && !places.has(at.id) && way.length < 10_000) {
      way.push(at.id);
      at = at.parent === null ? undefined : byId.get(at.parent);
    }
    const place = at ? places.get(at.id) : undefined;
    if (place !== undefined) for (const id of way) places.set(id, place);
  }
  return places;
}

/// Where the spans of a service begin: those whose parent is of another one.
export function entriesOf({ spans, byId }: Tree, service: string): string[] {
  return spans.filter((span) => span.service === service && (span.parent === null || byId.get(span.parent)?.service !== service)).map(({ id }) => id);
}

/// Everything that is not to be shown at once: what lies below the entries of services, once a trace is large.
export function foldedAtFirst(tree: Tree, most = 160): Set<string> {
  if (tree.spans.length <= most) return new Set();
  return new Set(tree.spans.filter(({ id, parent, service }) => (tree.children.get(id)?.length ?? 0) > 0 && parent !== null && tree.byId.get(parent)?.service !== service).map(({ id }) => id));
}
