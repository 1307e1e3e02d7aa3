import { setNonce } from "get-nonce";
import { GraphiQL } from "graphiql";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./playground.css";
import { AccountButton, accountPlugin } from "./account";
import { examplesPlugin } from "./examples";
import { fetcher } from "./fetcher";
import { settings } from "./settings";

// The page's content policy lets a style in only with this nonce; GraphiQL's dialogs add one while they are open.
setNonce(document.getElementById("settings")?.nonce ?? "");

const plugins = [
  ...(settings.signIn ? [accountPlugin] : []),
  ...(settings.examples.length > 0 ? [examplesPlugin] : []),
];
const tabs = settings.examples.map(({ query, variables }) => ({ query, ...(variables ? { variables } : {}) }));

function Playground() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      {...(tabs.length > 0 ? { defaultTabs: tabs.slice(0, 1) } : {})}
      defaultEditorToolsVisibility
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <span className="brand">{settings.title}</span>
        {settings.signIn && <AccountButton />}
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Playground />
    </StrictMode>,
  );
}
