import { useEffect, useRef } from "react";
import { openInTab, useEditorContext } from "./editors";

const mark = "#operation=";

interface Shared {
  query: string;
  variables: string;
}

/// A link that opens this operation. It stands in the fragment, which no server is sent.
export function linkTo(shared: Shared): string {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const { origin, pathname } = window.location;
  return `${origin}${pathname}${mark}${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

function sharedIn(fragment: string): Shared | null {
  if (!fragment.startsWith(mark)) return null;
  try {
    const text = atob(fragment.slice(mark.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const { query, variables } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return typeof query === "string" ? { query, variables: typeof variables === "string" ? variables : "" } : null;
  } catch {
    return null;
  }
}

/// Opens what the page's link holds in a tab of its own, once. Nothing is executed: that is for whoever reads it.
export function useSharedOperation(): void {
  const editors = useEditorContext({ nonNull: true });
  const latest = useRef(editors);
  latest.current = editors;
  const ready = Boolean(editors.queryEditor && editors.variableEditor);
  useEffect(() => {
    if (!ready) return;
    const open = () => {
      const shared = sharedIn(window.location.hash);
      if (!shared) return;
      window.history.replaceState(null, "", window.location.pathname + window.location.search);
      openInTab(latest.current, shared.query, shared.variables);
    };
    open();
    window.addEventListener("hashchange", open);
    return () => window.removeEventListener("hashchange", open);
  }, [ready]);
}
