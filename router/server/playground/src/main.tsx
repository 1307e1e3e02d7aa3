import { setNonce } from "get-nonce";
import { GraphiQL } from "graphiql";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./playground.css";
import { AccountButton, accountPlugin } from "./account";
import { examplesPlugin } from "./examples";
import { fetcher } from "./fetcher";
import { useSearchKey } from "./keys";
import { historyPlugin } from "./history";
import { useEditorNames, useLeavingEditors, usePlainTabs, useRegionKeys } from "./keyboard";
import { planPlugin } from "./plan";
import { Problems } from "./problems";
import { ActingBadge, runAsPlugin } from "./runAs";
import { RunBar } from "./runBar";
import { savedPlugin } from "./saved";
import { useSchemaOfViewer } from "./schema";
import { settings } from "./settings";
import { useSharedOperation } from "./share";
import { Shortcuts } from "./shortcuts";
import { storage } from "./storage";

// The page's content policy lets a style in only with this nonce; GraphiQL's dialogs add one while they are open.
setNonce(document.getElementById("settings")?.nonce ?? "");

const plugins = [
  ...(settings.signIn ? [accountPlugin] : []),
  ...(settings.examples.length > 0 ? [examplesPlugin] : []),
  savedPlugin,
  historyPlugin,
  planPlugin,
  ...(settings.signIn ? [runAsPlugin] : []),
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
      storage={storage}
    >
      <GraphiQL.Logo>
        <h1 className="brand">{settings.title}</h1>
        {settings.signIn && <ActingBadge />}
        {settings.signIn && <AccountButton />}
        <Companion />
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <RunBar />
        <Problems />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

/// What goes on beside the editors, and shows nothing itself.
function Companion() {
  useSchemaOfViewer();
  useSharedOperation();
  useSearchKey();
  useRegionKeys();
  useLeavingEditors();
  useEditorNames();
  usePlainTabs();
  return <Shortcuts />;
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Playground />
    </StrictMode>,
  );
}
