/// How far back the page looks.

import { place, setQuery } from "./routes.ts";
import { lastWindow } from "./settings.ts";
import { useStore } from "./store.ts";

export const WINDOWS = ["5m", "15m", "1h", "6h", "24h", "7d"] as const;
export type Window = (typeof WINDOWS)[number];
export const NAMES: Record<Window, string> = { "5m": "5 minutes", "15m": "15 minutes", "1h": "hour", "6h": "6 hours", "24h": "24 hours", "7d": "7 days" };
/// How often a page that is live asks anew, in seconds.
export const REFRESH: Record<Window, number> = { "5m": 4, "15m": 5, "1h": 15, "6h": 30, "24h": 60, "7d": 120 };

export function useWindow(): Window {
  const { query } = useStore(place);
  const remembered = useStore(lastWindow);
  return WINDOWS.find((each) => each === query.get("window")) ?? remembered;
}

export function setWindow(window: Window): void {
  lastWindow.set(window);
  setQuery({ window });
}
