import { useSyncExternalStore } from "react";
import { settings } from "./settings";

/// Who is signed in. Kept for this tab only (`sessionStorage`), so that a reload does not sign out and a closed tab does.
export interface Session {
  accessToken: string;
  name: string;
  email: string;
  roles: string[];
  /// What the token grants.
  scopes?: string[];
  /// Unix milliseconds; absent when the token does not say.
  expiresAt?: number;
}

export interface SessionState {
  session: Session | null;
  /// Why the last sign-in failed, or why the session ended.
  problem: string | null;
  signingIn: boolean;
}

const storageKey = "lyceum:session";
const listeners = new Set<() => void>();
const changes = new Set<() => void>();
let state: SessionState = { session: restore(), problem: null, signingIn: false };

export function useSession(): SessionState {
  return useSyncExternalStore(subscribe, () => state);
}

/// Calls this whenever somebody signs in or out.
export function onSession(listener: () => void): void {
  changes.add(listener);
}

export function accessToken(): string | null {
  return state.session?.accessToken ?? null;
}

export async function signIn(email: string, password: string): Promise<void> {
  change({ problem: null, signingIn: true });
  try {
    const token = await requestToken(email, password);
    change({ session: describe(token, email), signingIn: false });
  } catch (error) {
    change({ session: null, problem: error instanceof Error ? error.message : String(error), signingIn: false });
  }
}

export function signOut(): void {
  change({ session: null, problem: null });
}

/// The router refused the token: the session is over, and the panel says why.
export function endSession(reason: string): void {
  change({ session: null, problem: reason });
}

async function requestToken(email: string, password: string): Promise<string> {
  const url = settings.signIn?.url ?? "";
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-requested-with": "playground" },
    body: JSON.stringify({ email, password }),
  }).catch(() => {
    throw new Error("The server does not answer. Is it still running?");
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(text(body, "detail") ?? text(body, "title") ?? `Sign-in failed (${response.status}).`);
  const token = text(body, "accessToken");
  if (!token) throw new Error("The reply holds no access token.");
  return token;
}

/// Reads the token's claims for display. The router is the one that verifies them.
function describe(token: string, email: string): Session {
  const claims = claimsOf(token);
  const persona = settings.signIn?.personas.find((each) => each.email === email);
  return {
    accessToken: token,
    name: persona?.name ?? text(claims, "name") ?? email,
    email,
    roles: Array.isArray(claims.roles) ? claims.roles.filter((role) => typeof role === "string") : [],
    scopes: (text(claims, "scope") ?? "").split(" ").filter(Boolean),
    ...(typeof claims.exp === "number" ? { expiresAt: claims.exp * 1000 } : {}),
  };
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function text(value: unknown, key: string): string | null {
  const member = (value as Record<string, unknown> | null)?.[key];
  return typeof member === "string" ? member : null;
}

function restore(): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(storageKey) ?? "null") as Session | null;
    return session?.expiresAt && session.expiresAt < Date.now() ? null : session;
  } catch {
    return null;
  }
}

function change(part: Partial<SessionState>): void {
  const before = accessToken();
  state = { ...state, ...part };
  if (state.session) sessionStorage.setItem(storageKey, JSON.stringify(state.session));
  else sessionStorage.removeItem(storageKey);
  for (const listener of listeners) listener();
  if (before !== accessToken()) for (const listener of changes) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
