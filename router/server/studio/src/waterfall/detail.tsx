import { duration, percent } from "../format.ts";
import type { AttributeValue, Span } from "../model.ts";
import { Badge, Button, Copy, Service } from "../parts/basics.tsx";
import { Graphql, Sql } from "../parts/code.tsx";
import { hrefOf } from "../routes.ts";

const STATEMENTS = new Set(["db.query.text", "db.statement"]);
const DOCUMENTS = new Set(["graphql.document"]);

function shown(value: AttributeValue): string {
  return Array.isArray(value) ? value.map(shown).join(", ") : String(value);
}

/// Everything that is known of one span.
export function Detail({ span, wholeMs, p50Ms, close }: { span: Span; wholeMs: number; p50Ms: number | null; close: () => void }) {
  const attributes = Object.entries(span.attributes);
  const texts = attributes.filter(([name]) => STATEMENTS.has(name) || DOCUMENTS.has(name));
  const others = attributes.filter(([name]) => !STATEMENTS.has(name) && !DOCUMENTS.has(name));
  return (
    <aside class="wf-detail" aria-label={`Span ${span.name}`}>
      <header>
        <div>
          <h2>{span.name}</h2>
          <p><Service name={span.service} link /> <span class="muted">{span.kind}</span> {span.critical && <Badge tone="accent">critical path</Badge>}</p>
        </div>
        <Button kind="bare" icon="close" label="Close (Escape)" onClick={close} />
      </header>
      {span.error && <p class="notice bad">{span.error}</p>}
      <dl class="pairs">
        <div><dt>Duration</dt><dd><b>{duration(span.durationMs)}</b> <span class="muted">{percent(span.durationMs / wholeMs)}</span></dd></div>
        <div><dt>Itself</dt><dd>{duration(span.selfMs)} <span class="muted">{percent(span.selfMs / wholeMs)}</span></dd></div>
        <div><dt>Began after</dt><dd>{duration(span.beginMs)}</dd></div>
        {span.parent === null && p50Ms !== null && <div><dt>The operation’s median</dt><dd>{duration(p50Ms)}</dd></div>}
      </dl>
      {texts.map(([name, value]) => (
        <section key={name}>
          <h3>{STATEMENTS.has(name) ? "Statement" : "Document"}<Copy text={() => shown(value)} label={STATEMENTS.has(name) ? "Copy the statement" : "Copy the document"} /></h3>
          {STATEMENTS.has(name) ? <Sql text={shown(value)} /> : <Graphql text={shown(value)} label="Document" />}
        </section>
      ))}
      {span.events.length > 0 && (
        <section>
          <h3>Events</h3>
          <ol class="wf-events">
            {span.events.map((event, index) => (
              <li key={index}>
                <p><b class={event.name === "exception" ? "tone-bad" : ""}>{event.name}</b> <span class="muted">after {duration(event.atMs)}</span></p>
                {Object.entries(event.attributes).map(([name, value]) => name === "exception.stacktrace"
                  ? <pre class="code" key={name} tabIndex={0} role="region" aria-label="Stack trace"><code>{shown(value)}</code></pre>
                  : <p class="wf-event-pair" key={name}><span class="muted">{name}</span> {shown(value)}</p>)}
              </li>
            ))}
          </ol>
        </section>
      )}
      {span.links.length > 0 && (
        <section>
          <h3>Caused by</h3>
          <ul>{span.links.map(({ traceId, spanId }) => <li key={spanId}><a class="mono wf-link" href={hrefOf(`/traces/${traceId}`, { span: spanId })}>{traceId.slice(0, 16)}… / {spanId}</a></li>)}</ul>
        </section>
      )}
      {others.length > 0 && (
        <section>
          <h3>Attributes</h3>
          <dl class="wf-attributes">{others.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{shown(value)}</dd></div>)}</dl>
        </section>
      )}
      <section>
        <h3>Ids</h3>
        <dl class="wf-attributes"><div><dt>span</dt><dd>{span.id}</dd></div>{span.parent && <div><dt>parent</dt><dd>{span.parent}</dd></div>}</dl>
      </section>
    </aside>
  );
}
