import { useEffect } from "react";
import { useEditorContext } from "./editors";

/// The parts of the page, in the order in which F6 goes through them.
const regions = [
  ".graphiql-sidebar",
  ".graphiql-plugin",
  ".graphiql-session-header",
  ".graphiql-query-editor",
  ".graphiql-editor-tool",
  ".result-window",
  ".problems",
];
const focusable = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], summary, [tabindex='0']";

/// F6 goes to the next part of the page, with Shift to the one before.
export function useRegionKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("[role=dialog], dialog[open]")) return;
      event.preventDefault();
      // An editor would take the keyboard back.
      event.stopPropagation();
      const parts = regions.map((region) => document.querySelector<HTMLElement>(region));
      const current = parts.findIndex((part) => part?.contains(document.activeElement));
      const step = event.shiftKey ? -1 : 1;
      const begin = current < 0 && step < 0 ? 0 : current;
      for (let count = 1; count <= parts.length; count += 1) {
        const part = parts[(begin + step * count + parts.length * 2) % parts.length];
        const target = part && [...part.querySelectorAll<HTMLElement>(focusable)].find((each) => isShown(each));
        if (!target) continue;
        target.focus();
        return;
      }
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
}

/// An editor's own field is one pixel in size, and takes the keyboard all the same.
function isShown(element: HTMLElement): boolean {
  return element.checkVisibility({ visibilityProperty: true }) && !element.closest("[hidden], .hidden");
}

/// In an editor Tab indents, so that it takes Escape first to leave one by Tab. The result is left by Tab alone.
export function useLeavingEditors(): void {
  useEffect(() => {
    let isLeaving = false;
    const onKey = (event: KeyboardEvent) => {
      const editor = event.target instanceof Element ? event.target.closest(".CodeMirror") : null;
      if (!editor || event.key === "Shift") return;
      if (event.key === "Tab" && (isLeaving || editor.closest(".result-window"))) event.stopPropagation();
      else isLeaving = event.key === "Escape";
    };
    const onFocus = () => {
      isLeaving = false;
    };
    window.addEventListener("keydown", onKey, { capture: true });
    window.addEventListener("focusin", onFocus);
    return () => {
      window.removeEventListener("keydown", onKey, { capture: true });
      window.removeEventListener("focusin", onFocus);
    };
  }, []);
}

/// What screen readers call the editors.
export function useEditorNames(): void {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const leave = "Escape, then Tab, leaves the editor.";
    queryEditor?.getInputField().setAttribute("aria-label", `Operation. ${leave}`);
    variableEditor?.getInputField().setAttribute("aria-label", `Variables, in JSON. ${leave}`);
    headerEditor?.getInputField().setAttribute("aria-label", `Headers, in JSON. ${leave}`);
    responseEditor?.getInputField().setAttribute("aria-label", "Result");
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
}

/// GraphiQL calls the list of operations tabs, which hold nothing that can be pressed, and puts buttons into them. For
/// screen readers it is a list of buttons, of which one is the current.
export function usePlainTabs(): void {
  useEffect(() => {
    const list = document.querySelector(".graphiql-tabs");
    if (!list) return;
    const mend = () => {
      list.removeAttribute("role");
      document.getElementById("graphiql-session")?.setAttribute("role", "region");
      for (const tab of list.querySelectorAll(".graphiql-tab")) {
        const isActive = tab.classList.contains("graphiql-tab-active");
        if (tab.hasAttribute("role")) tab.removeAttribute("role");
        if (tab.hasAttribute("aria-selected")) tab.removeAttribute("aria-selected");
        const button = tab.querySelector(".graphiql-tab-button");
        if (isActive) button?.setAttribute("aria-current", "true");
        else button?.removeAttribute("aria-current");
        const name = button?.textContent ?? "";
        tab.querySelector(".graphiql-tab-close")?.setAttribute("aria-label", `Close ${name}`);
      }
    };
    mend();
    const observer = new MutationObserver(mend);
    observer.observe(list, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["role", "aria-selected", "class"] });
    return () => observer.disconnect();
  }, []);
}
