/// Finds operations, requests, subgraphs, types and pages; with Ctrl-K, also what can be done.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask } from "../api.ts";
import { ENTRIES } from "../app.tsx";
import { duration, rate } from "../format.ts";
import type { Graph, Operations, SubgraphRow, Traces } from "../model.ts";
import { hrefOf, navigate } from "../routes.ts";
import { live } from "../settings.ts";
import { NAMES, setWindow, useWindow, WINDOWS } from "../window.ts";
import { Dialog } from "./dialog.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { nextScheme } from "./topbar.tsx";

interface Hit {
  group: string;
  name: string;
  note?: string;
  icon: IconName;
  run: () => void;
}

const go = (path: string, query = {}) => () => navigate(hrefOf(path, query));

/// How well a name fits what was typed: the beginning best, then a part, then its letters in order; -1 is not at all.
export function fit(name: string, typed: string): number {
  const [text, wanted] = [name.toLowerCase(), typed.toLowerCase().trim()];
  if (wanted === "") return 0;
  const at = text.indexOf(wanted);
  if (at === 0) return 3;
  if (at > 0) return 2;
  let from = 0;
  for (const letter of wanted) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return -1;
  }
  return 1;
}

export function Palette({ mode, close, openKeys }: { mode: "palette" | "search"; close: () => void; openKeys: () => void }) {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<Hit[]>([]);
  const [busy, setBusy] = useState(false);
  const [at, setAt] = useState(0);
  const window = useWindow();
  const list = useRef<HTMLUListElement>(null);
  const known = useRef<{ subgraphs: SubgraphRow[]; graph: Graph | null } | null>(null);
  const fixed = useMemo<Hit[]>(() => {
    const pages = ENTRIES.flatMap(({ entries }) => entries).map(({ name, path, icon, key }): Hit => ({ group: "Pages", name, note: `g ${key}`, icon, run: go(path) }));
    const actions: Hit[] = [
      { group: "Actions", name: live.get() === "on" ? "Pause" : "Follow what happens", note: "l", icon: "again", run: () => live.set(live.get() === "on" ? "off" : "on") },
      { group: "Actions", name: "Change the colours", note: "t", icon: "moon", run: nextScheme },
      { group: "Actions", name: "Show the keys", note: "?", icon: "keys", run: () => setTimeout(openKeys) },
      ...WINDOWS.map((each): Hit => ({ group: "Actions", name: `Look at the last ${NAMES[each]}`, note: each, icon: "overview", run: () => setWindow(each) })),
    ];
    return [...pages, ...actions];
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    const text = typed.trim();
    const timer = setTimeout(async () => {
      setBusy(true);
      const { signal } = controller;
      const part = encodeURIComponent(text);
      const [operations, traces] = await Promise.all([
        ask<Operations>(`/operations?window=${window}&search=${part}&limit=8&sort=requests&order=desc`, { signal }).catch(() => null),
        text.length > 2 ? ask<Traces>(`/traces?window=7d&search=${part}&limit=6`, { signal }).catch(() => null) : null,
      ]);
      known.current ??= { subgraphs: (await ask<{ subgraphs: SubgraphRow[] }>(`/subgraphs?window=${window}`, { signal }).catch(() => ({ subgraphs: [] }))).subgraphs, graph: await ask<Graph>(`/graph?window=${window}`, { signal }).catch(() => null) };
      if (signal.aborted) return;
      const hits: Hit[] = (operations?.operations ?? []).map(({ hash, name, kind, requestsPerSecond, latency }) => ({ group: "Operations", name: name || hash.slice(0, 12), note: `${kind} · ${rate(requestsPerSecond)} · p95 ${duration(latency.p95Ms)}`, icon: "operations", run: go(`/operations/${hash}`) }));
      if (/^[0-9a-f]{32}$/.test(text)) hits.unshift({ group: "Requests", name: text, note: "open this trace", icon: "requests", run: go(`/traces/${text}`) });
      if (/^flow-|^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$|^[0-9a-f]{8}-/.test(text)) hits.unshift({ group: "Events", name: text, note: "the flow of this correlation id", icon: "events", run: go(`/events/${encodeURIComponent(text)}`) });
      for (const trace of traces?.traces ?? []) hits.push({ group: "Requests", name: `${trace.operation?.name ?? trace.endpoint} · ${duration(trace.durationMs)}`, note: trace.traceId.slice(0, 16), icon: "requests", run: go(`/traces/${trace.traceId}`) });
      for (const { name } of known.current.subgraphs) if (fit(name, text) > 0) hits.push({ group: "Subgraphs", name, icon: "subgraphs", run: go(`/subgraphs/${name}`) });
      if (text.length > 1) {
        const types = (known.current.graph?.types ?? []).filter(({ name }) => fit(name, text) > 1).sort((a, b) => fit(b.name, text) - fit(a.name, text)).slice(0, 6);
        for (const { name, kind, subgraphs } of types) hits.push({ group: "Types", name, note: `${kind} · ${subgraphs.join(", ")}`, icon: "graph", run: go("/graph", { tab: "types", search: name }) });
      }
      setFound(hits);
      setBusy(false);
    }, text === "" ? 0 : 120);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [typed, window]);
  const fitting = fixed.map((hit) => ({ hit, fits: fit(hit.name, typed) })).filter(({ fits }) => fits >= 0 && (mode === "palette" || typed !== "")).sort((a, b) => b.fits - a.fits).map(({ hit }) => hit);
  const hits = mode === "palette" && typed === "" ? [...fitting, ...found] : [...found, ...fitting];
  const chosen = Math.min(at, hits.length - 1);
  const run = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    hit.run();
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (by) setAt(Math.min(hits.length - 1, Math.max(0, chosen + by)));
    else if (event.key === "Enter") run(hits[chosen]);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, hits.length]);
  return (
    <Dialog label={mode === "palette" ? "Go somewhere, do something" : "Search"} close={close} class="dialog-palette">
      <div class="palette-field">
        <Icon name="search" />
        <input type="text" autoFocus role="combobox" aria-expanded="true" aria-controls="hits" aria-activedescendant={hits.length > 0 ? `hit-${chosen}` : undefined} aria-autocomplete="list" aria-label={mode === "palette" ? "Go somewhere, do something" : "Search"} spellcheck={false} autocomplete="off"
          placeholder={mode === "palette" ? "Go somewhere, do something…" : "Operation, trace id, correlation id, subgraph, type…"} value={typed} onInput={(event) => { setTyped(event.currentTarget.value); setAt(0); }} onKeyDown={key} />
        <kbd>Esc</kbd>
      </div>
      <ul class="palette-hits" id="hits" role="listbox" aria-label="Found" ref={list}>
        {hits.map((hit, index) => (
          <li key={`${hit.group}/${hit.name}/${hit.note ?? ""}`} id={`hit-${index}`} role="option" aria-selected={index === chosen} onPointerMove={() => setAt(index)} onClick={() => run(hit)}>
            {hits[index - 1]?.group !== hit.group && <span class="palette-group" aria-hidden="true">{hit.group}</span>}
            <span class="palette-hit"><Icon name={hit.icon} /><span class="palette-name">{hit.name}</span>{hit.note && <span class="palette-note">{hit.note}</span>}</span>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p class="palette-none">{busy ? "Searching…" : `Nothing is called “${typed}”. Requests are found by the whole or the beginning of their trace id or correlation id.`}</p>}
      <span class="unseen" role="status">{busy ? "" : `${hits.length} found`}</span>
    </Dialog>
  );
}
