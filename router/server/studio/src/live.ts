/// What the router tells as it happens: server-sent events, read with fetch so that a token can go along.

import { headers, Problem, signings } from "./api.ts";
import type { Tick, TraceSummary } from "./model.ts";
import { live } from "./settings.ts";
import { Store } from "./store.ts";

export type Connection = "off" | "connecting" | "open" | "lost";

export const connection = new Store<Connection>("off");
export const tick = new Store<Tick | null>(null);

type Listener = (trace: TraceSummary) => void;
const listeners = new Set<Listener>();

/// Is told of each request that is kept from now on.
export function onTrace(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/// The events of a stream, as its text comes in (WHATWG HTML, "Server-sent events").
export class EventReader {
  #rest = "";
  #held = "";

  read(chunk: string): { event: string; data: string }[] {
    // A return at the end of a chunk may be half of a line's end.
    const whole = this.#held + chunk;
    this.#held = whole.endsWith("\r") ? "\r" : "";
    this.#rest += whole.slice(0, whole.length - this.#held.length).replace(/\r\n?/g, "\n");
    const events: { event: string; data: string }[] = [];
    for (let end = this.#rest.indexOf("\n\n"); end !== -1; end = this.#rest.indexOf("\n\n")) {
      const lines = this.#rest.slice(0, end).split("\n");
      this.#rest = this.#rest.slice(end + 2);
      let event = "message";
      const data: string[] = [];
      for (const line of lines) {
        if (line.startsWith(":")) continue;
        const colon = line.indexOf(":");
        const field = colon === -1 ? line : line.slice(0, colon);
        const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") event = value;
        if (field === "data") data.push(value);
      }
      if (data.length > 0) events.push({ event, data: data.join("\n") });
    }
    return events;
  }
}

let controller: AbortController | null = null;

async function listen(signal: AbortSignal): Promise<void> {
  const answer = await fetch("/ops/live", { headers: { ...headers(), accept: "text/event-stream" }, cache: "no-store", signal });
  if (!answer.ok || !answer.body) throw new Problem(answer.status, "There is no stream", answer.statusText);
  connection.set("open");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("it has ended");
    for (const { event, data } of events.read(value)) {
      if (event === "tick") tick.set(JSON.parse(data) as Tick);
      if (event === "trace") {
        const trace = JSON.parse(data) as TraceSummary;
        for (const listener of listeners) listener(trace);
      }
    }
  }
}

async function stay(signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    if (failures === 0) connection.set("connecting");
    try {
      await listen(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (connection.get() === "open") failures = 0;
      connection.set(error instanceof Problem && error.isRefusal ? "connecting" : "lost");
    }
    await new Promise((done) => setTimeout(done, Math.min(30_000, 1000 * 2 ** Math.min(5, failures))));
  }
}

/// Listens while the page is live and seen.
export function keepLive(): void {
  const update = () => {
    const wanted = live.get() === "on" && !document.hidden;
    if (wanted && !controller) {
      controller = new AbortController();
      void stay(controller.signal);
    } else if (!wanted && controller) {
      controller.abort();
      controller = null;
      connection.set("off");
    }
  };
  live.listen(update);
  // With another token there may be another answer.
  signings.listen(() => {
    controller?.abort();
    controller = null;
    update();
  });
  document.addEventListener("visibilitychange", update);
  update();
}
