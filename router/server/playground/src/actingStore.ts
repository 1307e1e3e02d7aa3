import { useSyncExternalStore } from "react";
import { accessToken, onSession } from "./session";
import { settings } from "./settings";

/// As whom operations are run (the header `x-lyceum-as`). Kept for this tab only.
export type Acting =
  | { kind: "self" }
  | { kind: "anonymous" }
  | { kind: "claims"; roles: string[]; scopes: string[]; claims?: Record<string, unknown> }
  | { kind: "client"; client: string; endpoint: string; scopes: string[] };

/// What the router says that there is to choose.
export interface Choices {
  roles: string[];
  scopes: string[];
  clients: Client[];
}

export interface Client {
  name: string;
  /// Where it asks.
  endpoint: string;
  operations: RegisteredOperation[];
}

export interface RegisteredOperation {
  id: string;
  name: string | null;
  text: string;
}

export interface ActingState {
  acting: Acting;
  choices: Choices | null;
  /// Why there are none.
  problem: string | null;
}

const storageKey = "lyceum:as";
const listeners = new Set<() => void>();
let state: ActingState = { acting: restore(), choices: null, problem: null };
let asked: string | null = null;

export function useActing(): ActingState {
  return useSyncExternalStore(subscribe, () => state);
}

export function acting(): Acting {
  return state.acting;
}

export function actAs(acting: Acting): void {
  change({ acting });
}

/// The headers of a request that is run as another.
export function actingHeaders(): Record<string, string> {
  const { acting } = state;
  return acting.kind === "self" || !accessToken() ? {} : { "x-lyceum-as": headerOf(acting) };
}

/// A header has no characters beyond ASCII; JSON can do without.
function headerOf(acting: Acting): string {
  const { kind, ...chosen } = acting;
  const wanted = kind === "anonymous" ? { anonymous: true } : chosen;
  return JSON.stringify(wanted).replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/// In words, as after "as".
export function actingText(acting: Acting): string {
  switch (acting.kind) {
    case "self":
      return "yourself";
    case "anonymous":
      return "nobody";
    case "client":
      return acting.client;
    case "claims": {
      const names = [...acting.roles, ...acting.scopes, ...Object.keys(acting.claims ?? {})];
      return names.length === 0 ? "no role, no scope" : names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
    }
  }
}

/// The id under which the chosen client has registered exactly this text.
export function registeredId(text: string): string | null {
  const { acting, choices } = state;
  if (acting.kind !== "client") return null;
  const client = choices?.clients.find(({ name, endpoint }) => name === acting.client && endpoint === acting.endpoint);
  return client?.operations.find((operation) => operation.text === text)?.id ?? null;
}

/// Asks what there is to choose, once for each token.
export async function fetchChoices(): Promise<void> {
  const token = accessToken();
  if (!token || asked === token) return;
  asked = token;
  try {
    const response = await fetch("/playground/choices", { headers: { authorization: `Bearer ${token}` } });
    const body = (await response.json()) as Choices & { errors?: { message: string }[] };
    if (accessToken() !== token) return;
    if (response.ok) change({ choices: body, problem: null });
    else change({ choices: null, problem: body.errors?.[0]?.message ?? `The router does not say (status ${response.status}).` });
  } catch {
    asked = null;
    change({ problem: "The router does not answer. Is it still running?" });
  }
}

/// The schema that the chosen client sees. Introspection would be an operation of its own, which it may not have registered.
export async function fetchSchemaText(): Promise<string> {
  const response = await fetch("/playground/schema", { headers: { authorization: `Bearer ${accessToken()}`, ...actingHeaders() } });
  if (!response.ok) throw new Error(`The schema of ${settings.endpoint} cannot be had (status ${response.status}).`);
  return response.text();
}

// Whoever signs in is themselves at first.
onSession(() => {
  asked = null;
  change({ acting: { kind: "self" }, choices: null, problem: null });
});

function change(part: Partial<ActingState>): void {
  state = { ...state, ...part };
  sessionStorage.setItem(storageKey, JSON.stringify(state.acting));
  for (const listener of listeners) listener();
}

function restore(): Acting {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? "null") as Acting | null;
    return stored && accessToken() ? stored : { kind: "self" };
  } catch {
    return { kind: "self" };
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
