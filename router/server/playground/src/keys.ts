import { useEffect } from "react";
import { openPanel } from "./panel";

/// Control and K (on a Mac, Command and K) opens the documentation and goes to its search, as the field says that it does.
export function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      event.stopPropagation();
      openPanel("Documentation Explorer");
      // The field stands there only after the panel is rendered.
      requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-cy=doc-explorer-input]")?.focus());
    };
    // Before the editors, which would take it for the begin of a chord.
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
}
