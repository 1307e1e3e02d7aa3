import { useEffect, useRef } from "react";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const control = isMac ? "⌘" : "Ctrl";

const groups: { title: string; keys: { keys: string[]; text: string }[] }[] = [
  {
    title: "Anywhere",
    keys: [
      { keys: ["F1"], text: "This list" },
      { keys: ["F6"], text: "Next part of the page: buttons, panel, tabs, operation, variables, result, problems" },
      { keys: ["Shift", "F6"], text: "The part before" },
      { keys: [control, "K"], text: "Search the documentation" },
      { keys: ["Esc"], text: "Close what has opened" },
    ],
  },
  {
    title: "In the operation",
    keys: [
      { keys: [control, "Enter"], text: "Run it" },
      { keys: ["Ctrl", "Space"], text: "Complete what is being written" },
      { keys: ["Ctrl", "Shift", "P"], text: "Put it in order" },
      { keys: ["Ctrl", "Shift", "M"], text: "Merge its fragments into it" },
      { keys: ["Ctrl", "Shift", "C"], text: "Copy it" },
      { keys: ["Ctrl", "Shift", "R"], text: "Fetch the schema anew" },
      { keys: [control, "F"], text: "Find in the editor" },
      { keys: ["Esc", "Tab"], text: "One after the other: leave the editor" },
    ],
  },
  {
    title: "In lists and trees",
    keys: [
      { keys: ["Tab"], text: "Next control" },
      { keys: ["↑", "↓"], text: "Through the fetches of a plan, through what a search has found" },
      { keys: ["Enter"], text: "Choose" },
    ],
  },
];

/// The list of keys; it stands in for GraphiQL's own, which knows nothing of ours, at the same button.
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const open = (event: Event) => {
      event.preventDefault();
      event.stopPropagation();
      if (!dialog.current?.open) dialog.current?.showModal();
    };
    const onClick = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest("[data-value=short-keys]")) open(event);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "F1" && !event.ctrlKey && !event.altKey && !event.metaKey) open(event);
    };
    window.addEventListener("click", onClick, { capture: true });
    window.addEventListener("keydown", onKey, { capture: true });
    return () => {
      window.removeEventListener("click", onClick, { capture: true });
      window.removeEventListener("keydown", onKey, { capture: true });
    };
  }, []);
  return (
    <dialog ref={dialog} className="shortcuts" aria-labelledby="shortcuts-title" onClick={(event) => event.target === dialog.current && dialog.current.close()}>
      <div className="shortcuts-body">
        <header className="shortcuts-head">
          <h2 id="shortcuts-title" className="panel-title">
            Keyboard
          </h2>
          <button type="button" className="panel-button panel-button-small" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="panel-subtitle">{title}</h3>
            <dl className="shortcuts-list">
              {keys.map(({ keys: chord, text }) => (
                <div key={text}>
                  <dt>
                    {chord.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
