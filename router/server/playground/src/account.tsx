import { usePluginStore, type GraphiQLPlugin } from "@graphiql/react";
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import { openPanel, togglePanel } from "./panel";
import { accessToken, signIn, signOut, useSession, type Session } from "./session";
import { settings, type Persona } from "./settings";

/// The side panel: sign in as a demonstration persona or with one's own account; see who one is; sign out.
export const accountPlugin: GraphiQLPlugin = { title: "Account", icon: AccountIcon, content: AccountPanel };

function AccountPanel() {
  const { session, problem, signingIn } = useSession();
  return (
    <section className="panel" aria-label="Account" aria-busy={signingIn}>
      <h2 className="panel-title">Account</h2>
      {problem && (
        <p className="panel-problem" role="alert">
          {problem}
        </p>
      )}
      <div aria-live="polite">{session ? <SignedIn session={session} /> : <p className="panel-hint">You are not signed in: operations are sent as an anonymous viewer.</p>}</div>
      <SignIn busy={signingIn} current={session?.email ?? null} />
    </section>
  );
}

function SignedIn({ session }: { session: Session }) {
  return (
    <div className="panel-card">
      <Initials name={session.name} />
      <div className="panel-card-text">
        <strong>{session.name}</strong>
        <span className="panel-muted">{session.email}</span>
        {session.roles.length > 0 && (
          <ul className="panel-roles" aria-label="Roles">
            {session.roles.map((role) => (
              <li key={role}>{role}</li>
            ))}
          </ul>
        )}
        {session.scopes && session.scopes.length > 0 && (
          <details className="panel-muted">
            <summary>{session.scopes.length === 1 ? "1 scope" : `${session.scopes.length} scopes`}</summary>
            {session.scopes.join(", ")}
          </details>
        )}
        {session.expiresAt && <span className="panel-muted">until {new Date(session.expiresAt).toLocaleTimeString()}</span>}
      </div>
      <button type="button" className="panel-button" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}

function SignIn({ busy, current }: { busy: boolean; current: string | null }) {
  const { personas = [], demonstrationPassword = "" } = settings.signIn ?? {};
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState(demonstrationPassword);
  const passwordField = useRef<HTMLInputElement>(null);
  const emailId = useId();
  const passwordId = useId();

  const choose = (persona: Persona) => {
    setEmail(persona.email);
    if (demonstrationPassword) void signIn(persona.email, demonstrationPassword);
    else passwordField.current?.focus();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn(email, password);
  };

  return (
    <>
      {personas.length > 0 && (
        <>
          <h3 className="panel-subtitle">Demonstration personas</h3>
          <ul className="panel-list">
            {personas.map((persona) => (
              <li key={persona.email}>
                <button type="button" className="panel-item" disabled={busy} aria-pressed={persona.email === current} onClick={() => choose(persona)}>
                  <Initials name={persona.name} />
                  <span className="panel-card-text">
                    <strong>{persona.name}</strong>
                    <span className="panel-muted">{persona.description}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className="panel-subtitle">Any account</h3>
      <form className="panel-form" onSubmit={submit}>
        <label htmlFor={emailId}>Email</label>
        <input id={emailId} type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <label htmlFor={passwordId}>Password</label>
        <input ref={passwordField} id={passwordId} type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        <button type="submit" className="panel-button panel-button-primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </>
  );
}

/// Who is signed in, always in view; opens and closes the panel, which is open at first while nobody is.
export function AccountButton() {
  const { session, problem } = useSession();
  const { plugins, visiblePlugin } = usePluginStore();
  useEffect(() => {
    if (!accessToken()) openPanel(accountPlugin.title);
  }, [plugins]);
  const open = visiblePlugin?.title === accountPlugin.title;
  const state = session ? "signed-in" : problem ? "problem" : "anonymous";
  return (
    <button type="button" className="account-button" aria-expanded={open} onClick={() => togglePanel(accountPlugin.title)}>
      <span className={`account-dot account-dot-${state}`} aria-hidden="true" />
      {session ? session.name : "Sign in"}
    </button>
  );
}

function Initials({ name }: { name: string }) {
  const initials = name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();
  return (
    <span className="panel-initials" aria-hidden="true">
      {initials}
    </span>
  );
}

function AccountIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <circle cx="12" cy="8" r="4" />
      <path d="M4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5" strokeLinecap="round" />
    </svg>
  );
}
