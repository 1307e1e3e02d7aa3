import { type GraphiQLPlugin } from "@graphiql/react";
import { useEffect, useId, useState, type FormEvent } from "react";
import { actAs, actingText, fetchChoices, useActing, type Acting, type Choices, type Client } from "./actingStore";
import { openInTab, useEditorContext } from "./editors";
import { useSession } from "./session";

/// The side panel for administrators: as whom operations are run.
export const runAsPlugin: GraphiQLPlugin = { title: "Run as", icon: RunAsIcon, content: RunAsPanel };

function RunAsPanel() {
  const { session } = useSession();
  const { acting, choices, problem } = useActing();
  useEffect(() => void fetchChoices(), [session]);
  return (
    <section className="panel" aria-label="Run as">
      <h2 className="panel-title">Run as</h2>
      <p className="panel-hint">See the graph, its answers and its limits as somebody else does.</p>
      {!session && <p className="panel-note">This is for administrators. Sign in as one first.</p>}
      {session && problem && (
        <p className="panel-note" role="status">
          {problem}
        </p>
      )}
      {session && !problem && !choices && <p className="panel-hint">Asking the router…</p>}
      {session && choices && (
        <>
          <Kinds name={session.name} acting={acting} choices={choices} />
          <p className="panel-hint">
            Queries may be tried with any role and scope. Mutations and subscriptions have no right that you do not have yourself. Each run is
            logged with your id, and subgraphs still know you by it.
          </p>
        </>
      )}
    </section>
  );
}

function Kinds({ name, acting, choices }: { name: string; acting: Acting; choices: Choices }) {
  const client = choices.clients[0];
  const kinds: { as: Acting; title: string; text: string; disabled?: boolean }[] = [
    { as: { kind: "self" }, title: "Myself", text: `${name}, with every right of your own.` },
    { as: { kind: "anonymous" }, title: "Nobody", text: "Without any token." },
    { as: { kind: "claims", roles: [], scopes: [] }, title: "Roles and scopes", text: "Signed in, with what you choose." },
    {
      as: { kind: "client", client: client?.name ?? "", endpoint: client?.endpoint ?? "", scopes: [] },
      title: "A partner’s client",
      text: client ? "Its contract, and the operations that it has registered." : "No client has registered operations.",
      disabled: !client,
    },
  ];
  return (
    <fieldset className="choice">
      <legend className="for-screen-readers">Run operations as</legend>
      {kinds.map(({ as, title, text, disabled }) => (
        <div key={as.kind} className="choice-card" data-chosen={acting.kind === as.kind}>
          <label className="choice-label">
            <input type="radio" name="run-as" checked={acting.kind === as.kind} disabled={disabled} onChange={() => actAs(as)} />
            <span className="panel-card-text">
              <strong>{title}</strong>
              <span className="panel-muted">{text}</span>
            </span>
          </label>
          {as.kind === "claims" && acting.kind === "claims" && (
            <div className="choice-more">
              <Names what="Roles" one="role" known={choices.roles} chosen={acting.roles} onChange={(roles) => actAs({ ...acting, roles })} />
              <Names what="Scopes" one="scope" known={choices.scopes} chosen={acting.scopes} onChange={(scopes) => actAs({ ...acting, scopes })} />
              <Claims chosen={acting.claims ?? {}} onChange={(claims) => actAs({ ...acting, claims })} />
            </div>
          )}
          {as.kind === "client" && acting.kind === "client" && <ChosenClient acting={acting} choices={choices} />}
        </div>
      ))}
    </fieldset>
  );
}

/// Names to tick, and a field for one that nobody has thought of.
function Names({ what, one, known, chosen, onChange }: { what: string; one: string; known: string[]; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const [added, setAdded] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const id = useId();
  const names = [...new Set([...known, ...added, ...chosen])];
  const toggle = (name: string) => onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const more = typed.split(/[\s,]+/).filter((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name));
    setAdded([...added, ...more]);
    onChange([...new Set([...chosen, ...more])]);
    setTyped("");
  };
  return (
    <form className="panel-form" onSubmit={add}>
      <div role="group" aria-label={what} className="chips">
        <span className="panel-subtitle" aria-hidden="true">
          {what}
        </span>
        {names.map((name) => (
          <label key={name} className="chip">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      <div className="panel-row panel-row-tight">
        <input id={id} aria-label={`Another ${one}`} placeholder={`Another ${one}`} value={typed} maxLength={200} onChange={(event) => setTyped(event.target.value)} />
        <button type="submit" className="panel-button panel-button-small" aria-label={`Add the ${one}`} disabled={!typed.trim()}>
          Add
        </button>
      </div>
    </form>
  );
}

/// What else a token would say, for policies that look at it.
function Claims({ chosen, onChange }: { chosen: Record<string, unknown>; onChange: (claims: Record<string, unknown>) => void }) {
  const [typed, setTyped] = useState(Object.keys(chosen).length > 0 ? JSON.stringify(chosen, null, 2) : "");
  const [problem, setProblem] = useState("");
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      const claims: unknown = JSON.parse(typed.trim() || "{}");
      if (typeof claims !== "object" || claims === null || Array.isArray(claims)) throw new Error();
      setProblem("");
      onChange(claims as Record<string, unknown>);
    } catch {
      setProblem("This is not a JSON object.");
    }
  };
  return (
    <details open={Object.keys(chosen).length > 0}>
      <summary>Other claims</summary>
      <form className="panel-form" onSubmit={submit}>
        <label htmlFor={id} className="panel-muted">
          A JSON object, for policies that look at claims
        </label>
        <textarea id={id} rows={4} spellCheck={false} placeholder={'{ "home": { "street": "Elm" } }'} value={typed} onChange={(event) => setTyped(event.target.value)} />
        {problem && (
          <p className="panel-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="panel-row">
          <button type="submit" className="panel-button panel-button-small">
            Use these claims
          </button>
        </div>
      </form>
    </details>
  );
}

function ChosenClient({ acting, choices }: { acting: Acting & { kind: "client" }; choices: Choices }) {
  const editors = useEditorContext({ nonNull: true });
  const id = useId();
  const keyOf = ({ name, endpoint }: Client) => `${name} ${endpoint}`;
  const client = choices.clients.find(({ name, endpoint }) => name === acting.client && endpoint === acting.endpoint);
  const choose = (key: string) => {
    const chosen = choices.clients.find((each) => keyOf(each) === key);
    if (chosen) actAs({ ...acting, client: chosen.name, endpoint: chosen.endpoint });
  };
  return (
    <div className="choice-more panel-form">
      <label htmlFor={id}>Client</label>
      <select id={id} value={client ? keyOf(client) : ""} onChange={(event) => choose(event.target.value)}>
        {choices.clients.map((each) => (
          <option key={keyOf(each)} value={keyOf(each)}>
            {each.name} at {each.endpoint}
          </option>
        ))}
      </select>
      {client && (
        <>
          <h3 className="panel-subtitle">Registered operations ({client.operations.length})</h3>
          <ul className="panel-list panel-scroll">
            {client.operations.map((operation) => (
              <li key={operation.id}>
                <button type="button" className="panel-item panel-item-small" aria-label={`Open ${operation.name ?? operation.id}`} onClick={() => openInTab(editors, operation.text)}>
                  <span className="panel-card-text">
                    <strong>{operation.name ?? "Unnamed"}</strong>
                    <code className="panel-muted panel-cut">{operation.id}</code>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Names what="Scopes of its token" one="scope" known={choices.scopes} chosen={acting.scopes} onChange={(scopes) => actAs({ ...acting, scopes })} />
    </div>
  );
}

/// Beside the account while operations are run as another, so that nobody forgets; ends it.
export function ActingBadge() {
  const { acting } = useActing();
  const text = actingText(acting);
  return (
    <>
      <span className="for-screen-readers" role="status">
        {acting.kind === "self" ? "" : `Operations are run as ${text}.`}
      </span>
      {acting.kind !== "self" && (
        <button type="button" className="acting-badge" aria-label={`Running as ${text}. Stop.`} onClick={() => actAs({ kind: "self" })}>
          <span className="acting-badge-text">as {text}</span>
          <span aria-hidden="true">×</span>
        </button>
      )}
    </>
  );
}

function RunAsIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20c0-3.6 2.9-5.8 6.5-5.8 1.4 0 2.7.3 3.8 1" />
      <path d="M14 9.5h7m0 0-2.4-2.4M21 9.5l-2.4 2.4M21 17h-7m0 0 2.4-2.4M14 17l2.4 2.4" />
    </svg>
  );
}
