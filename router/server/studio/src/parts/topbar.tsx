import { token, useToken } from "../api.ts";
import { duration, rate } from "../format.ts";
import { connection, tick } from "../live.ts";
import type { Session } from "../model.ts";
import { live, scheme, type Scheme } from "../settings.ts";
import { useStore } from "../store.ts";
import { NAMES, setWindow, useWindow, WINDOWS } from "../window.ts";
import { Button, Choice } from "./basics.tsx";
import { Icon, type IconName } from "./icons.tsx";

const NEXT: Record<Scheme, Scheme> = { system: "light", light: "dark", dark: "system" };
const SIGN: Record<Scheme, IconName> = { system: "system", light: "sun", dark: "moon" };

export function nextScheme(): void {
  scheme.set(NEXT[scheme.get()]);
}

interface Props {
  openDrawer: () => void;
  openSearch: () => void;
  openKeys: () => void;
  drawer: boolean;
  session: Session | null;
}

export function Topbar({ openDrawer, openSearch, openKeys, drawer, session }: Props) {
  const chosen = useWindow();
  const shown = useStore(scheme);
  return (
    <header class="topbar">
      <button type="button" class="button button-bare button-icon only-narrow" aria-label="Pages" aria-expanded={drawer} aria-controls="pages" onClick={openDrawer}><Icon name="menu" /></button>
      <button type="button" class="search" aria-label="Search operations, traces, types…" onClick={openSearch} aria-keyshortcuts="/">
        <Icon name="search" />
        <span>Search operations, traces, types…</span>
        <kbd>/</kbd>
      </button>
      <div class="topbar-end">
        <Live />
        <div class="windows-wide"><Choice label="How far back" all={WINDOWS} chosen={chosen} choose={setWindow} /></div>
        <select class="windows-narrow" aria-label="How far back" value={chosen} onChange={(event) => setWindow(event.currentTarget.value as typeof chosen)}>
          {WINDOWS.map((each) => <option key={each} value={each}>{NAMES[each]}</option>)}
        </select>
        <Button kind="bare" icon={SIGN[shown]} label={`Colours: ${shown === "system" ? "as the system's" : shown}; change`} onClick={nextScheme} />
        <span class="only-wide"><Button kind="bare" icon="keys" label="Keys (?)" onClick={openKeys} /></span>
        {token() && <Button kind="bare" icon="signOut" label={`Forget the token${session ? ` (${session.scopes.join(", ")})` : ""}`} onClick={() => { useToken(null); location.reload(); }} />}
      </div>
    </header>
  );
}

/// Whether the page follows what happens; a press stops it, so that what is looked at stays.
function Live() {
  const on = useStore(live) === "on";
  const state = useStore(connection);
  const last = useStore(tick);
  const text = !on ? "Paused" : state === "lost" ? "Reconnecting" : last ? rate(last.requestsPerSecond) : "Live";
  return (
    <button type="button" class={`live ${on ? state : "off"}`} aria-pressed={on} aria-label={`Live: ${on ? "on" : "off"}`} title={on ? `Follows what happens${last ? `; p95 of the last second ${duration(last.p95Ms)}` : ""} (l)` : "Shows what was there when it was paused (l)"} onClick={() => live.set(on ? "off" : "on")}>
      <i aria-hidden="true" />
      <span>{text}</span>
    </button>
  );
}
