import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/// A modal dialog; Escape and a press beside it close it, and the keyboard goes back to where it was.
export function Dialog({ label, close, children, class: extra = "" }: { label: string; close: () => void; children: ComponentChildren; class?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class={`dialog ${extra}`} aria-label={label} onCancel={(event) => { event.preventDefault(); close(); }} onClick={(event) => { if (event.target === dialog.current) close(); }}>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
