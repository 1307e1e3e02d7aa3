/// All that happened in a request on one axis of time.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { services } from "../colours.ts";
import { criticalPath } from "../critical.ts";
import { duration, grouped, percent, plural } from "../format.ts";
import type { Trace } from "../model.ts";
import { Button, Swatch } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { isWriting } from "../parts/shortcuts.tsx";
import { setQuery } from "../routes.ts";
import { ticks, within, zoomed, type Range } from "../scale.ts";
import { colours } from "../settings.ts";
import { useStore } from "../store.ts";
import { Detail } from "./detail.tsx";
import { drawBars, drawMap, ROW } from "./draw.ts";
import { entriesOf, foldedAtFirst, placesOf, rowsOf, treeOf } from "./tree.ts";

const MAP_HEIGHT = 48;
const AROUND = 8;

interface Props {
  trace: Trace;
  /// The span that the address names.
  span: string | null;
}

export function Waterfall({ trace, span: named }: Props) {
  const scheme = useStore(colours);
  const known = useStore(services);
  const tree = useMemo(() => treeOf(trace.spans), [trace]);
  const path = useMemo(() => criticalPath(trace.spans).filter(({ id }) => tree.byId.get(id)?.critical !== false), [trace, tree]);
  const whole = useMemo<Range>(() => ({ begin: Math.min(0, ...trace.spans.map(({ beginMs }) => beginMs)), end: trace.spans.reduce((end, { beginMs, durationMs }) => Math.max(end, beginMs + durationMs), 0.001) * 1.002 }), [trace]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => foldedAtFirst(tree));
  const [range, setRange] = useState(whole);
  const [chosen, setChosen] = useState<string | null>(named);
  const [onlyPath, setOnlyPath] = useState(false);
  const [typed, setTyped] = useState("");
  const fits = useMemo(() => {
    const text = typed.trim().toLowerCase();
    if (text === "" && !onlyPath) return null;
    return (span: Trace["spans"][number]) => (!onlyPath || span.critical) && (text === "" || span.name.toLowerCase().includes(text) || span.service.includes(text) || Object.values(span.attributes).some((value) => String(value).toLowerCase().includes(text)));
  }, [typed, onlyPath]);
  const rows = useMemo(() => rowsOf(tree, fits === null ? folded : NONE, fits), [tree, folded, fits]);
  const places = useMemo(() => placesOf(tree, rows), [tree, rows]);
  const errors = useMemo(() => trace.spans.filter(({ status }) => status === "error").map(({ id }) => id), [trace]);
  const entries = useMemo(() => new Map(trace.services.map(({ service }) => [service, entriesOf(tree, service)])), [trace, tree]);

  const scroller = useRef<HTMLDivElement>(null);
  const bars = useRef<HTMLCanvasElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const [view, setView] = useState({ first: 0, last: 40, width: 0, height: 0, names: 320 });
  const latest = useRef({ range, rows, places, path, tree, view, onlyPath });
  latest.current = { range, rows, places, path, tree, view, onlyPath };
  const draw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const [canvas, box] = [bars.current, scroller.current];
      if (!canvas || !box) return;
      const { view: { names }, ...picture } = latest.current;
      const [width, height] = [Math.max(40, box.clientWidth - names), box.clientHeight];
      drawBars(canvas, { ...picture, top: box.scrollTop, width, height });
    });
  }, []);
  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - AROUND);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / ROW) + AROUND;
    const names = box.clientWidth < 560 ? 148 : Math.min(440, Math.max(220, Math.round(box.clientWidth * 0.3)));
    setView((before) => before.first === first && before.last === last && before.width === box.clientWidth && before.height === box.clientHeight && before.names === names ? before : { first, last, width: box.clientWidth, height: box.clientHeight, names });
    draw();
  }, [draw]);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, [look]);
  useEffect(draw, [draw, range, rows, path, scheme, known, view, chosen]);
  useEffect(() => {
    if (map.current && view.width > 0) drawMap(map.current, rowsOf(tree, NONE), whole, view.width - view.names, MAP_HEIGHT);
  }, [tree, whole, scheme, known, view.width, view.names]);

  const unfold = (id: string) => {
    const above = new Set<string>();
    for (let at = tree.byId.get(id)?.parent ?? null; at !== null && !above.has(at); at = tree.byId.get(at)?.parent ?? null) above.add(at);
    if ([...above].some((each) => folded.has(each))) setFolded(new Set([...folded].filter((each) => !above.has(each))));
  };
  const naming = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const choose = (id: string | null) => {
    setChosen(id);
    // The address follows once the keys rest: browsers allow it only so many changes.
    clearTimeout(naming.current);
    naming.current = setTimeout(() => setQuery({ span: id }), 250);
  };
  useEffect(() => () => clearTimeout(naming.current), []);
  const reach = (id: string) => {
    unfold(id);
    choose(id);
  };
  useEffect(() => {
    if (named) unfold(named);
  }, []);
  useLayoutEffect(() => {
    const box = scroller.current;
    const place = chosen === null ? undefined : places.get(chosen);
    if (!box || place === undefined) return;
    const top = place * ROW;
    if (top < box.scrollTop) box.scrollTop = top - ROW;
    else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW - box.clientHeight;
    const low = box.getBoundingClientRect().top + top - box.scrollTop + 2 * ROW - innerHeight;
    if (low > 0) scrollBy(0, low + 64);
  }, [chosen, rows]);
  const least = (whole.end - whole.begin) / 20_000;
  const zoom = (by: number, at?: number) => setRange((before) => zoomed(before, whole, at ?? (before.begin + before.end) / 2, by, least));
  const pan = (share: number) => setRange((before) => { const move = share * (before.end - before.begin); return within({ begin: before.begin + move, end: before.end + move }, whole); });
  const toSpan = (id: string) => {
    const span = tree.byId.get(id);
    if (!span) return;
    const margin = Math.max(span.durationMs * 0.15, least);
    setRange(within({ begin: span.beginMs - margin, end: span.beginMs + span.durationMs + margin }, whole));
  };
  const toggle = (id: string) => setFolded((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next; });
  const toggleService = (service: string) => {
    const own = entries.get(service) ?? [];
    const isFolded = own.every((id) => folded.has(id));
    setFolded(new Set(isFolded ? [...folded].filter((id) => !own.includes(id)) : [...folded, ...own]));
  };
  const jump = (wanted: readonly string[]) => {
    if (wanted.length === 0) return;
    const at = chosen === null ? -1 : wanted.indexOf(chosen);
    reach(wanted[(at + 1) % wanted.length]!);
  };
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const at = chosen === null ? -1 : rows.findIndex(({ span: { id } }) => id === chosen);
    const row = rows[at];
    const to = (index: number) => { const next = rows[Math.min(rows.length - 1, Math.max(0, index))]; if (next) choose(next.span.id); };
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    const actions: Record<string, () => void> = {
      ArrowDown: () => to(at + 1), ArrowUp: () => to(at - 1), PageDown: () => to(at + page), PageUp: () => to(at - page), Home: () => to(0), End: () => to(rows.length - 1),
      ArrowRight: () => { if (event.shiftKey) pan(0.2); else if (row?.hasChildren && !row.isOpen) toggle(row.span.id); else if (row?.isOpen) to(at + 1); },
      ArrowLeft: () => { if (event.shiftKey) pan(-0.2); else if (row?.isOpen && fits === null) toggle(row.span.id); else if (row?.span.parent) choose(row.span.parent); },
      Enter: () => { if (row) toSpan(row.span.id); }, "+": () => zoom(0.6, middleOf(chosen)), "=": () => zoom(0.6, middleOf(chosen)), "-": () => zoom(1.6, middleOf(chosen)), "0": () => setRange(whole), Escape: () => choose(null),
      c: () => jump(path.reduce<string[]>((ids, { id }) => (ids.includes(id) ? ids : [...ids, id]), [])), e: () => jump(errors),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const middleOf = (id: string | null) => { const span = id === null ? undefined : tree.byId.get(id); return span ? span.beginMs + span.durationMs / 2 : undefined; };

  // One finger or the pressed mouse moves along the time, two fingers or Ctrl and the wheel zoom.
  const fingers = useRef(new Map<number, number>());
  const dragged = useRef(false);
  const timeAt = (x: number) => { const box = scroller.current!.getBoundingClientRect(); const { names } = latest.current.view; return range.begin + ((x - box.left - names) / Math.max(1, box.width - names)) * (range.end - range.begin); };
  const isBars = (x: number) => x - scroller.current!.getBoundingClientRect().left > view.names;
  const down = (event: PointerEvent) => {
    dragged.current = false;
    if (event.button === 0 && isBars(event.clientX)) fingers.current.set(event.pointerId, event.clientX);
  };
  const move = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) return;
    const others = [...fingers.current].filter(([id]) => id !== event.pointerId);
    if (others.length > 0) {
      const other = others[0]![1];
      const [was, is] = [Math.max(12, Math.abs(before - other)), Math.max(12, Math.abs(event.clientX - other))];
      zoom(was / is, timeAt((event.clientX + other) / 2));
    } else if (Math.abs(event.clientX - before) > 2 || dragged.current) {
      if (!dragged.current) scroller.current?.setPointerCapture(event.pointerId);
      dragged.current = true;
      pan((before - event.clientX) / Math.max(1, view.width - view.names));
    } else return;
    fingers.current.set(event.pointerId, event.clientX);
  };
  const up = (event: PointerEvent) => fingers.current.delete(event.pointerId);
  const wheel = useRef<(event: WheelEvent) => void>(() => undefined);
  wheel.current = (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008), timeAt(event.clientX));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan((event.deltaX || event.deltaY) / Math.max(1, view.width - view.names));
    }
  };
  useEffect(() => {
    // A listener that may prevent must say so; the page must not zoom instead.
    const listen = (event: WheelEvent) => wheel.current(event);
    scroller.current?.addEventListener("wheel", listen, { passive: false });
    return () => scroller.current?.removeEventListener("wheel", listen);
  }, []);

  const across = ticks(range, Math.max(2, Math.floor((view.width - view.names) / 110)));
  const shareOf = (at: number, of: Range) => ((at - of.begin) / (of.end - of.begin)) * 100;
  const selected = chosen === null ? null : (tree.byId.get(chosen) ?? null);
  const isWhole = range.begin <= whole.begin && range.end >= whole.end;
  return (
    <div class="wf" onKeyDown={key}>
      <div class="wf-tools">
        <div class="wf-services" role="group" aria-label="Fold by service">
          {trace.services.map(({ service: name, share, selfMs }) => (
            <button type="button" key={name} aria-pressed={entries.get(name)!.every((id) => folded.has(id))} title={`${name} worked for ${duration(selfMs)} itself; press to fold its spans`} onClick={() => toggleService(name)}>
              <Swatch service={name} />{name}<span>{percent(share)}</span>
            </button>
          ))}
        </div>
        <span class="spring" />
        <label class="field"><Icon name="search" /><span class="unseen">Find spans</span><input type="text" placeholder="Find spans…" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></label>
        <Button pressed={onlyPath} label="Only what was waited for" onClick={() => setOnlyPath(!onlyPath)}>Critical path</Button>
        {errors.length > 0 && <Button label="Next span that failed (e)" onClick={() => jump(errors)}><span class="tone-bad">{plural(errors.length, "error")}</span></Button>}
        <div class="button-group" role="group" aria-label="Rows and zoom">
          <Button icon="more" label="Zoom in (+)" onClick={() => zoom(0.6, middleOf(chosen))} />
          <Button icon="less" label="Zoom out (−)" onClick={() => zoom(1.6, middleOf(chosen))} />
          <Button icon="fit" label="All of the time (0)" disabled={isWhole} onClick={() => setRange(whole)} />
        </div>
        <Button label={folded.size > 0 ? "Unfold every span" : "Fold into services"} onClick={() => setFolded(folded.size > 0 ? new Set() : new Set(trace.services.flatMap(({ service: name }) => (name === "router" ? [] : entries.get(name)!))))}>{folded.size > 0 ? "Unfold all" : "Fold"}</Button>
      </div>
      <div class={`wf-body ${selected ? "with-detail" : ""}`}>
        <div class="wf-main" style={{ "--names": `${view.names}px` }}>
          <MiniMap canvas={map} whole={whole} range={range} setRange={setRange} width={view.width - view.names} />
          <div class="wf-ruler" aria-hidden="true">
            <span class="wf-ruler-names">{grouped(rows.length)}{rows.length < trace.spans.length ? ` of ${grouped(trace.spans.length)}` : ""} spans</span>
            <div class="wf-ruler-time">{across.map((at) => shareOf(at, range) < 96 && <span key={at} style={{ left: `${shareOf(at, range)}%` }}>{at === 0 ? "0" : duration(at)}</span>)}</div>
          </div>
          <div class="wf-scroll" ref={scroller} role="treegrid" aria-label="Spans" aria-rowcount={rows.length} tabIndex={0} aria-activedescendant={selected && places.has(selected.id) ? `span-${selected.id}` : undefined} onScroll={look} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}>
            <div class="wf-space" role="presentation" style={{ height: `${rows.length * ROW}px` }}>
              <canvas ref={bars} aria-hidden="true" style={{ width: `${Math.max(40, view.width - view.names)}px`, height: `${view.height}px` }} />
              {rows.slice(view.first, view.last).map(({ span, depth, hasChildren, isOpen, hidden, hiddenErrors, place, siblings }, index) => (
                <div key={span.id} id={`span-${span.id}`} class={`wf-row ${span.id === chosen ? "chosen" : ""} ${span.critical ? "critical" : ""} ${span.status === "error" ? "failed" : ""}`} role="row" aria-level={depth + 1} aria-posinset={place} aria-setsize={siblings} aria-rowindex={view.first + index + 1} aria-selected={span.id === chosen} {...(hasChildren ? { "aria-expanded": isOpen } : {})} style={{ top: `${(view.first + index) * ROW}px` }}
                  onClick={() => { if (!dragged.current) choose(span.id); }} onDblClick={() => toSpan(span.id)}>
                  <span class="wf-name" role="rowheader" style={{ paddingLeft: `${8 + Math.min(depth, view.names < 200 ? 4 : 16) * 12}px` }}>
                    {hasChildren ? <span class={`wf-fold ${isOpen ? "open" : ""}`} aria-hidden="true" onClick={(event) => { event.stopPropagation(); if (fits === null) toggle(span.id); }}><Icon name="next" /></span> : <span class="wf-fold" aria-hidden="true" />}
                    <Swatch service={span.service} />
                    <span class="ellipsis">{span.name}</span>
                    {hidden > 0 && <span class="wf-hidden">{grouped(hidden)}{hiddenErrors > 0 && <em>, {hiddenErrors} failed</em>}</span>}
                  </span>
                  <span class="unseen" role="gridcell">{span.service}, {duration(span.durationMs)}, itself {duration(span.selfMs)}{span.critical ? ", on the critical path" : ""}{span.status === "error" ? `, failed: ${span.error ?? ""}` : ""}</span>
                </div>
              ))}
            </div>
          </div>
          {rows.length === 0 && <p class="nothing">No span fits.</p>}
        </div>
        {selected && <Detail span={selected} wholeMs={trace.summary.durationMs} p50Ms={trace.explanation.comparedWith?.operationP50Ms ?? null} close={() => { choose(null); scroller.current?.focus(); }} />}
      </div>
    </div>
  );
}

const NONE: ReadonlySet<string> = new Set();

/// The whole trace in little; what is shown below can be moved and drawn anew.
function MiniMap({ canvas, whole, range, setRange, width }: { canvas: { current: HTMLCanvasElement | null }; whole: Range; range: Range; setRange: (range: Range) => void; width: number }) {
  const from = useRef<number | null>(null);
  const timeAt = (event: PointerEvent) => { const box = (event.currentTarget as HTMLElement).getBoundingClientRect(); return whole.begin + ((event.clientX - box.left) / Math.max(1, box.width)) * (whole.end - whole.begin); };
  const draw = (event: PointerEvent) => {
    if (from.current === null) return;
    const [begin, end] = [Math.min(from.current, timeAt(event)), Math.max(from.current, timeAt(event))];
    if (end - begin > (whole.end - whole.begin) / 200) setRange(within({ begin, end }, whole));
  };
  const left = ((range.begin - whole.begin) / (whole.end - whole.begin)) * 100;
  const right = ((range.end - whole.begin) / (whole.end - whole.begin)) * 100;
  return (
    <div class="wf-map" aria-hidden="true">
      <span>Drag to zoom</span>
      <div style={{ height: `${MAP_HEIGHT}px` }} onPointerDown={(event) => { from.current = timeAt(event); (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId); }} onPointerMove={draw} onPointerUp={() => { from.current = null; }} onDblClick={() => setRange(whole)}>
        <canvas ref={canvas} style={{ width: `${Math.max(40, width)}px`, height: `${MAP_HEIGHT}px` }} />
        <i style={{ left: 0, width: `${left}%` }} />
        <i style={{ left: `${right}%`, right: 0 }} />
      </div>
    </div>
  );
}
