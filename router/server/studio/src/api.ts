/// Asks the operations listener. A token, if one is needed, stays in this tab.

import { Store } from "./store.ts";

const TOKEN = "lyceum.studio.token";

/// Why a question was not answered.
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  /// Whether another token would help.
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /// A status of 0 says that nobody has answered.
  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

/// Changes with the token: what was refused is asked again.
export const signings = new Store(0);

export function token(): string | null {
  return sessionStorage.getItem(TOKEN);
}

export function useToken(given: string | null): void {
  if (given) sessionStorage.setItem(TOKEN, given);
  else sessionStorage.removeItem(TOKEN);
  signings.set(signings.get() + 1);
}

export function headers(): Record<string, string> {
  const held = token();
  return { accept: "application/json", "x-lyceum-studio": "1", ...(held ? { authorization: `Bearer ${held}` } : {}) };
}

interface Asking {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
}

/// The answer as it came.
export async function reply(path: string, { method = "GET", body, signal }: Asking = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/ops${path}`, {
      method, headers: { ...headers(), ...(body === undefined ? {} : { "content-type": "application/json" }) }, credentials: "same-origin", cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The router does not answer", "It may have stopped, or the way to it is interrupted. The page goes on trying.");
  }
  if (answer.ok) return answer;
  throw await problemOf(answer);
}

export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const answer = await reply(path, asking);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

async function problemOf(answer: Response): Promise<Problem> {
  const told: unknown = await answer.json().catch(() => null);
  const { title, detail } = (told ?? {}) as { title?: string; detail?: string };
  return new Problem(answer.status, title ?? `The router answers ${answer.status}`, detail ?? answer.statusText);
}
