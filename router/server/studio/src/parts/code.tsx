import { graphql, laidOut, sql, type Token } from "../tokenizer.ts";

export function Tokens({ of }: { of: readonly Token[] }) {
  return <>{of.map(({ kind, text }, index) => (kind === "space" || kind === "other" ? text : <span key={index} class={`t-${kind}`}>{text}</span>))}</>;
}

export function Graphql({ text, label = "GraphQL" }: { text: string; label?: string }) {
  return <pre class="code" tabIndex={0} role="region" aria-label={label}><code><Tokens of={graphql(laidOut(text))} /></code></pre>;
}

export function Sql({ text }: { text: string }) {
  return <pre class="code" tabIndex={0} role="region" aria-label="Statement"><code><Tokens of={sql(text)} /></code></pre>;
}

/// The lines of an operation with a mark beside each.
export function Lines({ text, marks, label, head }: { text: string; marks: (line: string, index: number) => string; label: string; head: string }) {
  const lines: Token[][] = [[]];
  for (const token of graphql(text)) {
    const [first, ...more] = token.text.split("\n");
    lines[lines.length - 1]!.push({ kind: token.kind, text: first! });
    for (const part of more) lines.push([{ kind: token.kind, text: part }]);
  }
  return (
    <div class="code lines" tabIndex={0} role="region" aria-label={label}>
      <div class="line line-head" aria-hidden="true"><span class="line-mark">{head}</span><span /></div>
      {lines.map((tokens, index) => {
        const mark = marks(tokens.map(({ text: part }) => part).join(""), index);
        return (
          <div class="line" key={index}>
            <span class="line-mark">{mark}</span>
            <code><Tokens of={tokens} /></code>
          </div>
        );
      })}
    </div>
  );
}
