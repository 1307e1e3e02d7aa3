import { useEffect } from "preact/hooks";
import { ENTRIES } from "../app.tsx";
import { hrefOf, navigate } from "../routes.ts";
import { live } from "../settings.ts";
import { setWindow, WINDOWS } from "../window.ts";
import { Button, Keys } from "./basics.tsx";
import { Dialog } from "./dialog.tsx";
import { nextScheme } from "./topbar.tsx";

const LEADER_MS = 1200;

export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLElement && target.isContentEditable);
}

/// Keys that work on every page.
export function useKeys({ palette, search, keys }: { palette: () => void; search: () => void; keys: () => void }): void {
  useEffect(() => {
    let leader = 0;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target) || document.querySelector("dialog[open]")) return;
      if (Date.now() - leader < LEADER_MS) {
        leader = 0;
        const entry = ENTRIES.flatMap(({ entries }) => entries).find(({ key }) => key === event.key);
        if (entry) {
          event.preventDefault();
          navigate(hrefOf(entry.path));
        }
        return;
      }
      const window = WINDOWS[Number(event.key) - 1];
      if (event.key === "g") leader = Date.now();
      else if (event.key === "/") search();
      else if (event.key === "?") keys();
      else if (event.key === "l") live.set(live.get() === "on" ? "off" : "on");
      else if (event.key === "t") nextScheme();
      else if (window) setWindow(window);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

const GROUPS: [string, [string, string][]][] = [
  ["Everywhere", [["/", "Search"], ["Ctrl K", "Go somewhere, do something"], ["l", "Follow what happens, or pause"], ["1 – 6", "Window: 5 minutes to 7 days"], ["t", "Colours: system, light, dark"], ["?", "These keys"]]],
  ["Tables", [["j k", "Next and previous row; arrows, too"], ["Enter", "Open the row"]]],
  ["Charts", [["← →", "Read the values one by one"], ["Enter", "In the heat map: list the requests of the cell"], ["Shift ←", "In the heat map: take in more cells"]]],
  ["Request", [["↑ ↓", "Next and previous span"], ["← →", "Fold and unfold"], ["+ −", "Zoom about the span"], ["Shift ←", "Move along the time"], ["0", "All of the time"], ["c", "Next span of the critical path"], ["e", "Next span that failed"], ["[ ]", "Previous and next request of the operation"]]],
];

export function Shortcuts({ close }: { close: () => void }) {
  const pages: [string, [string, string][]] = ["Pages", ENTRIES.flatMap(({ entries }) => entries.map(({ key, name }): [string, string] => [`g ${key}`, name]))];
  return (
    <Dialog label="Keys" close={close} class="dialog-keys">
      <header class="dialog-head"><h2>Keys</h2><Button kind="bare" icon="close" label="Close" onClick={close} /></header>
      <div class="keys-columns">
        {[...GROUPS.slice(0, 1), pages, ...GROUPS.slice(1)].map(([name, all]) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <dl>{all.map(([key, what]) => <div key={what}><dt>{what}</dt><dd><Keys of={key} /></dd></div>)}</dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
