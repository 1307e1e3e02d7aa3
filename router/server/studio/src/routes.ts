/// Addresses below /studio: the path says which page, the query how it is looked at.

import { Store } from "./store.ts";

export const BASE = "/studio";

export interface Place {
  /// The parts of the path below /studio.
  parts: string[];
  query: URLSearchParams;
  /// Changes with each visit.
  visit: number;
}

/// The place of an address.
export function placeOf(path: string, search: string, visit = 0): Place {
  const below = path.startsWith(BASE) ? path.slice(BASE.length) : path;
  const parts = below.split("/").filter((part) => part !== "").map(decoded);
  return { parts, query: new URLSearchParams(search), visit };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const here = () => placeOf(location.pathname, location.search, visits++);
let visits = 0;
export const place = new Store<Place>(typeof location === "undefined" ? placeOf(BASE, "") : here());

/// The address of a page; the window goes along, and nothing else that was asked of the former page.
export function hrefOf(path: string, query: Record<string, string | number | null | undefined> = {}): string {
  const search = new URLSearchParams();
  const [bare, given] = path.split("?") as [string, string | undefined];
  new URLSearchParams(given ?? "").forEach((value, name) => search.set(name, value));
  const window = place.get().query.get("window");
  if (window && !search.has("window")) search.set("window", window);
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return `${BASE}${bare === "/" ? "" : bare}${text ? `?${text}` : ""}`;
}

export function navigate(href: string, options: { replace?: boolean } = {}): void {
  if (href === location.pathname + location.search) return;
  if (options.replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  place.set(here());
}

/// Changes what is asked of this page.
export function setQuery(changes: Record<string, string | number | null | undefined>, replace = true): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  navigate(`${location.pathname}${text ? `?${text}` : ""}`, { replace });
}

/// Links within the studio change the page without loading it.
export function followLinks(): void {
  addEventListener("popstate", () => place.set(here()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
