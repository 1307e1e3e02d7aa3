import { useState } from "preact/hooks";
import { token, useToken, type Problem } from "../api.ts";
import { Worded } from "./basics.tsx";

/// Takes a token when the operations listener wants one; it stays in this tab.
export function SignIn({ problem }: { problem: Problem }) {
  const [typed, setTyped] = useState("");
  const isRefused = problem.status === 403 || token() !== null;
  const submit = (event: Event) => {
    event.preventDefault();
    const given = typed.trim().replace(/^bearer\s+/i, "");
    if (given) useToken(given);
  };
  return (
    <section class="sign-in" aria-label="Sign in">
      <h2>{problem.status === 403 ? "This token is not enough" : token() ? "This token is not accepted" : "Who are you?"}</h2>
      <p>What the graph does is shown to operators: to whoever asks from the router's own machine, and to bearers of an access token with the scope <code>ops:read</code>; what subgraphs, clients and caches tell always takes a token.</p>
      <p class={`sign-in-reason ${isRefused ? "bad" : ""}`} role={isRefused ? "alert" : undefined}><strong>{problem.title}.</strong> <Worded text={problem.message} /></p>
      <form onSubmit={submit}>
        <label for="token">Access token</label>
        <input id="token" type="password" autocomplete="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} aria-describedby="token-note" />
        <p id="token-note" class="muted">It is kept in this tab until the tab is closed, and sent to this router alone.</p>
        <div class="filters">
          <button type="submit" class="button button-primary" disabled={typed.trim() === ""}>Use this token</button>
          {token() && <button type="button" class="button button-plain" onClick={() => useToken(null)}>Forget the one before</button>}
        </div>
      </form>
    </section>
  );
}
