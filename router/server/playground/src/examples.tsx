import { type GraphiQLPlugin } from "@graphiql/react";
import { openInTab, useEditorContext } from "./editors";
import { closePanel } from "./panel";
import { settings, type Example } from "./settings";

/// The side panel of operations to try. One opens in a tab of its own, so that no typing is lost.
export const examplesPlugin: GraphiQLPlugin = { title: "Examples", icon: ExamplesIcon, content: ExamplesPanel };

function ExamplesPanel() {
  const editors = useEditorContext({ nonNull: true });
  const open = (example: Example) => {
    openInTab(editors, example.query, example.variables);
    closePanel(examplesPlugin.title);
  };
  return (
    <section className="panel" aria-label="Examples">
      <h2 className="panel-title">Examples</h2>
      <ul className="panel-list">
        {settings.examples.map((example) => (
          <li key={example.title}>
            <button type="button" className="panel-item" onClick={() => open(example)}>
              <span className="panel-card-text">
                <strong>{example.title}</strong>
                <span className="panel-muted">{example.description}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" width="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" aria-hidden="true">
      <path d="M6 3h9l4 4v14H6z" />
      <path d="M9.5 12 8 14l1.5 2M14.5 12l1.5 2-1.5 2" strokeLinecap="round" />
    </svg>
  );
}
