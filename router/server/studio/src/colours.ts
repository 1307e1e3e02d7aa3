/// The colour of a service: the same one on every page, from the order of all their names.

import { Store } from "./store.ts";

/// How many there are in studio.css, `--s0` to `--s11`; the router's is its own.
const COLOURS = 12;

export const services = new Store<readonly string[]>([]);

/// Tells which services there are.
export function knowServices(names: Iterable<string>): void {
  const known = services.get();
  const fresh = [...new Set(names)].filter((name) => name !== "router" && !known.includes(name));
  if (fresh.length > 0) services.set([...known, ...fresh].sort());
}

export function colourOf(service: string): string {
  if (service === "router") return "var(--router)";
  const index = services.get().indexOf(service);
  if (index !== -1) return `var(--s${index % COLOURS})`;
  let hash = 0;
  for (const letter of service) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return `var(--s${hash % COLOURS})`;
}

const resolved = new Map<string, string>();

/// What canvases draw with: a colour of the style sheet, as it is now.
export function painted(colour: string): string {
  const known = resolved.get(colour);
  if (known) return known;
  const probe = document.createElement("span");
  probe.style.color = colour;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  resolved.set(colour, value);
  return value;
}

export function forgetPainted(): void {
  resolved.clear();
}
