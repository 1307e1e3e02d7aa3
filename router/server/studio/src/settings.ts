/// What this browser remembers of how the studio is looked at.

import { Store } from "./store.ts";

export type Scheme = "system" | "light" | "dark";

function stored<T extends string>(name: string, known: readonly T[], otherwise: T): Store<T> {
  const key = `lyceum.studio.${name}`;
  const found = typeof localStorage === "undefined" ? null : localStorage.getItem(key);
  const store = new Store<T>(known.find((each) => each === found) ?? otherwise);
  store.listen(() => localStorage.setItem(key, store.get()));
  return store;
}

export const scheme = stored<Scheme>("scheme", ["system", "light", "dark"], "system");
export const live = stored("live", ["on", "off"], "on");
export const lastWindow = stored("window", ["5m", "15m", "1h", "6h", "24h", "7d"], "15m");

/// The milliseconds that 95 of 100 requests should keep to, as the router is configured.
export const budget = new Store(100);

/// Told whenever colours are other ones.
export const colours = new Store(0);

export function applyScheme(): void {
  const show = () => {
    const chosen = scheme.get();
    if (chosen === "system") delete document.documentElement.dataset["scheme"];
    else document.documentElement.dataset["scheme"] = chosen;
    colours.set(colours.get() + 1);
  };
  scheme.listen(show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
