/// Tables: real ones for assistive technology, of which only the rows that can be seen are there.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";

export interface Column<T> {
  id: string;
  name: string;
  /// What the heading is short for.
  title?: string;
  /// Whether the server can order by it.
  sorts?: boolean;
  align?: "end";
  /// A width in CSS; without one the column shares what is left.
  width?: string;
  /// From which width of the table on it is shown, in pixels.
  from?: number;
  cell: (row: T) => ComponentChildren;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /// How many there are in all.
  total?: number;
  rowHeight?: number;
  sort?: { id: string; order: "asc" | "desc" };
  onSort?: (id: string) => void;
  /// Is called when the end comes near.
  onEnd?: () => void;
  tone?: (row: T) => string | undefined;
  /// Fills the window's height and scrolls in itself.
  tall?: boolean;
}

const AROUND = 12;

/// Each row's first cell is its heading; its link covers the row, so that all of it can be clicked.
export function Table<T>({ label, columns, rows, keyOf, total, rowHeight = 36, sort, onSort, onEnd, tone, tall = false }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 900 });
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const shown = columns.filter(({ from }) => !from || width >= from);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !tall) return;
    const update = () => setView({ top: element.scrollTop, height: element.clientHeight });
    update();
    element.addEventListener("scroll", update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", update);
      observer.disconnect();
    };
  }, [tall]);
  const first = tall ? Math.max(0, Math.floor(view.top / rowHeight) - AROUND) : 0;
  const last = tall ? Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + AROUND) : rows.length;
  useEffect(() => {
    if (onEnd && tall && last >= rows.length - AROUND) onEnd();
  }, [last, rows.length, onEnd, tall]);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    if (!by || !row || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const next = by > 0 ? row.nextElementSibling : row.previousElementSibling;
    const link = next?.querySelector<HTMLElement>("a, button");
    if (!link) return;
    event.preventDefault();
    link.focus({ preventScroll: true });
    next!.scrollIntoView({ block: "nearest" });
  };
  return (
    <div class={`table-box ${tall ? "tall" : ""}`} ref={scroller} tabIndex={tall ? 0 : undefined} role={tall ? "region" : undefined} aria-label={tall ? label : undefined}>
      <table class="table" aria-label={label} aria-rowcount={(total ?? rows.length) + 1} onKeyDown={move}>
        <colgroup>{shown.map(({ id, width: wide }) => <col key={id} style={wide ? { width: wide } : {}} />)}</colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {shown.map(({ id, name, title, sorts, align }) => (
              <th key={id} scope="col" class={align === "end" ? "end" : undefined} title={title} {...(sorts ? { "aria-sort": sort?.id === id ? (sort.order === "asc" ? "ascending" : "descending") : "none" } : {})}>
                {sorts && onSort ? (
                  <button type="button" class={sort?.id === id ? "sorted" : ""} onClick={() => onSort(id)}>
                    <span>{name}</span>
                    {sort?.id === id && <Icon name={sort.order === "asc" ? "up" : "down"} />}
                  </button>
                ) : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr aria-hidden="true"><td colSpan={shown.length} class="spacer" style={{ height: `${first * rowHeight}px` }} /></tr>}
          {rows.slice(first, last).map((row, index) => (
            <tr key={keyOf(row)} aria-rowindex={first + index + 2} class={tone?.(row)} style={{ height: `${rowHeight}px` }}>
              {shown.map(({ id, align, cell }, place) => place === 0
                ? <th key={id} scope="row" class={align === "end" ? "end" : undefined}>{cell(row)}</th>
                : <td key={id} class={align === "end" ? "end" : undefined}>{cell(row)}</td>)}
            </tr>
          ))}
          {last < rows.length && <tr aria-hidden="true"><td colSpan={shown.length} class="spacer" style={{ height: `${(rows.length - last) * rowHeight}px` }} /></tr>}
        </tbody>
      </table>
    </div>
  );
}
