import { type GraphiQLPlugin } from "@graphiql/react";
import { useId, useRef, useState, type ChangeEvent, type FormEvent } from "react";
import { copied } from "./copy";
import { openInTab, useEditorContext } from "./editors";
import { closePanel } from "./panel";
import { add, freeName, fromFile, remove, rename, save, toFile, useSaved, type SavedOperation } from "./savedStore";
import { linkTo } from "./share";

/// The side panel of operations that are kept in this browser, and of links to share.
export const savedPlugin: GraphiQLPlugin = { title: "Saved operations", icon: SavedIcon, content: SavedPanel };

function SavedPanel() {
  const editors = useEditorContext({ nonNull: true });
  const operations = useSaved();
  const [said, setSaid] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const current = () => ({
    query: editors.queryEditor?.getValue() ?? "",
    variables: editors.variableEditor?.getValue() ?? "",
  });
  const open = ({ query, variables }: SavedOperation) => {
    openInTab(editors, query, variables);
    closePanel(savedPlugin.title);
  };
  const importFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.target;
    const chosen = input.files?.[0];
    if (!chosen) return;
    const count = add(fromFile(await chosen.text(), chosen.name));
    input.value = "";
    setSaid(count === 1 ? "1 operation was added." : `${count} operations were added.`);
  };
  return (
    <section className="panel" aria-label="Saved operations">
      <h2 className="panel-title">Saved operations</h2>
      <SaveForm
        suggestion={() => editors.queryEditor?.operationName ?? "Unnamed"}
        onSave={(name) => {
          save({ name, ...current() });
          setSaid(`Saved as ${name}.`);
        }}
      />
      <ShareLink link={() => linkTo(current())} onCopied={setSaid} />
      <p role="status" className="panel-hint saved-status">
        {said}
      </p>
      {operations.length === 0 ? (
        <p className="panel-hint">Nothing is saved yet. Operations are kept in this browser only.</p>
      ) : (
        <ul className="panel-list" aria-label="Operations">
          {operations.map((operation) => (
            <SavedItem key={operation.name} operation={operation} onOpen={() => open(operation)} onSaid={setSaid} />
          ))}
        </ul>
      )}
      <div className="panel-row">
        <button type="button" className="panel-button" disabled={operations.length === 0} onClick={() => download(toFile(operations))}>
          Export
        </button>
        <button type="button" className="panel-button" onClick={() => file.current?.click()}>
          Import
        </button>
        <input ref={file} type="file" accept=".graphql,.gql" hidden aria-label="File of operations" onChange={(event) => void importFile(event)} />
      </div>
    </section>
  );
}

function SaveForm({ suggestion, onSave }: { suggestion: () => string; onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(name.trim() || freeName(suggestion()));
    setName("");
  };
  return (
    <form className="panel-form" onSubmit={submit}>
      <label htmlFor={id}>Save what is in the editor as</label>
      <input id={id} value={name} maxLength={100} placeholder={suggestion()} onChange={(event) => setName(event.target.value)} />
      <button type="submit" className="panel-button panel-button-primary">
        Save
      </button>
    </form>
  );
}

function ShareLink({ link, onCopied }: { link: () => string; onCopied: (said: string) => void }) {
  const [shown, setShown] = useState<string | null>(null);
  const id = useId();
  const show = async () => {
    const address = link();
    setShown(address);
    onCopied((await copied(address)) ? "The link was copied. Opening it runs nothing." : "Copy the link from the field.");
  };
  return (
    <div className="panel-form">
      <button type="button" className="panel-button" onClick={() => void show()}>
        Share by link
      </button>
      {shown && (
        <>
          <label htmlFor={id}>Link</label>
          <input id={id} readOnly value={shown} onFocus={(event) => event.target.select()} />
        </>
      )}
    </div>
  );
}

function SavedItem({ operation, onOpen, onSaid }: { operation: SavedOperation; onOpen: () => void; onSaid: (said: string) => void }) {
  const [newName, setNewName] = useState<string | null>(null);
  const { name } = operation;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = newName?.trim();
    if (!wanted) return;
    if (rename(name, wanted)) onSaid(`Renamed to ${wanted}.`);
    else onSaid(`There is another one called ${wanted}.`);
    setNewName(null);
  };
  if (newName !== null) {
    return (
      <li>
        <form className="panel-form" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && setNewName(null)}>
          <input aria-label={`New name of ${name}`} autoFocus value={newName} maxLength={100} onChange={(event) => setNewName(event.target.value)} />
          <div className="panel-row">
            <button type="submit" className="panel-button panel-button-small">
              Keep the name
            </button>
            <button type="button" className="panel-button panel-button-small" onClick={() => setNewName(null)}>
              Cancel
            </button>
          </div>
        </form>
      </li>
    );
  }
  return (
    <li className="saved-item">
      <button type="button" className="panel-item" aria-label={`Open ${name}`} onClick={onOpen}>
        <strong>{name}</strong>
      </button>
      <button type="button" className="panel-button panel-button-small" aria-label={`Rename ${name}`} onClick={() => setNewName(name)}>
        Rename
      </button>
      <button
        type="button"
        className="panel-button panel-button-small"
        aria-label={`Delete ${name}`}
        onClick={() => {
          remove(name);
          onSaid(`${name} was deleted.`);
        }}
      >
        Delete
      </button>
    </li>
  );
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/graphql" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "operations.graphql";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function SavedIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" aria-hidden="true">
      <path d="M6 3h12v18l-6-4.5L6 21z" />
    </svg>
  );
}
