import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { colourOf, services } from "../colours.ts";
import { ago, clock, moment } from "../format.ts";
import { hrefOf } from "../routes.ts";
import { useStore } from "../store.ts";
import { Icon, type IconName } from "./icons.tsx";

/// A part of a page with a heading of its own.
export function Panel({ title, note, actions, children, flush = false, class: extra = "" }: { title: string; note?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; flush?: boolean; class?: string }) {
  return (
    <section class={`panel ${flush ? "flush" : ""} ${extra}`} aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {note !== undefined && <span class="panel-note">{note}</span>}
        {actions !== undefined && <div class="panel-actions">{actions}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

/// The page's name, what it is about, and what can be done with all of it.
export function PageHead({ title, above, note, actions }: { title: ComponentChildren; above?: ComponentChildren; note?: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div class="page-title">
        {above !== undefined && <div class="page-above">{above}</div>}
        <h1 tabIndex={-1}>{title}</h1>
        {note !== undefined && <p class="page-note">{note}</p>}
      </div>
      {actions !== undefined && <div class="page-actions">{actions}</div>}
    </header>
  );
}

export interface Figure {
  name: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: "bad" | "warn" | "good" | undefined;
  href?: string;
}

/// The numbers at the top of a page.
export function Figures({ all, label, small = false }: { all: Figure[]; label: string; small?: boolean }) {
  return (
    <dl class={`figures ${small ? "small" : ""}`} aria-label={label}>
      {all.map(({ name, value, note, tone, href }) => (
        <div class="figure" key={name}>
          <dt>{name}</dt>
          <dd class={tone ? `tone-${tone}` : undefined}>
            <span class="figure-value">{href ? <a href={href}>{value}</a> : value}</span>
            {note !== undefined && <span class="figure-note">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Badge({ tone = "plain", children, title }: { tone?: "plain" | "bad" | "warn" | "good" | "accent"; children: ComponentChildren; title?: string }) {
  return <span class={`badge badge-${tone}`} title={title}>{children}</span>;
}

/// The colour and the name of a service.
export function Service({ name, link = false }: { name: string; link?: boolean }) {
  useStore(services);
  return (
    <span class="service">
      <Swatch service={name} />
      {link && name !== "router" ? <a href={hrefOf(`/subgraphs/${encodeURIComponent(name)}`)}>{name}</a> : name}
    </span>
  );
}

export function Swatch({ service }: { service: string }) {
  useStore(services);
  return <span class="swatch" style={{ background: colourOf(service) }} aria-hidden="true" />;
}

/// One of a few.
export function Choice<T extends string>({ label, all, chosen, choose, names }: { label: string; all: readonly T[]; chosen: T; choose: (value: T) => void; names?: Partial<Record<T, ComponentChildren>> }) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {all.map((each) => (
        <button type="button" key={each} aria-pressed={each === chosen} onClick={() => choose(each)}>{names?.[each] ?? each}</button>
      ))}
    </div>
  );
}

export function Tabs<T extends string>({ label, all, chosen, choose, children }: { label: string; all: readonly { id: T; name: string; count?: number | undefined }[]; chosen: T; choose: (id: T) => void; children: ComponentChildren }) {
  const move = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = all.findIndex(({ id }) => id === chosen);
    const next = all[(at + by + all.length) % all.length]!;
    choose(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {all.map(({ id, name, count }) => (
          <button type="button" role="tab" key={id} id={`tab-${id}`} aria-selected={id === chosen} aria-controls="tab-panel" tabIndex={id === chosen ? 0 : -1} onClick={() => choose(id)}>
            {name}
            {count !== undefined && <span class="tab-count">{count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${chosen}`}>{children}</div>
    </div>
  );
}

export function Button({ icon, children, label, onClick, kind = "plain", disabled = false, pressed, keys }: { icon?: IconName; children?: ComponentChildren; label?: string; onClick: () => void; kind?: "plain" | "primary" | "danger" | "bare"; disabled?: boolean; pressed?: boolean; keys?: string }) {
  return (
    <button type="button" class={`button button-${kind} ${children === undefined ? "button-icon" : ""}`} aria-label={label} title={label} disabled={disabled} onClick={onClick} {...(pressed === undefined ? {} : { "aria-pressed": pressed })} {...(keys ? { "aria-keyshortcuts": keys } : {})}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/// A button that says for a moment that it has copied.
export function Copy({ text, children, label }: { text: () => string; children?: ComponentChildren; label: string }) {
  const [done, setDone] = useState<"" | "done" | "failed">("");
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(""), 1800);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => navigator.clipboard.writeText(text()).then(() => setDone("done"), () => setDone("failed"));
  return (
    <button type="button" class={`button button-plain ${children === undefined ? "button-icon" : ""}`} aria-label={children === undefined ? label : undefined} title={label} onClick={() => void copy()}>
      <Icon name={done === "done" ? "check" : "copy"} />
      {children}
      <span class="unseen" role="status">{done === "done" ? "copied" : done === "failed" ? "the browser does not allow copying" : ""}</span>
    </button>
  );
}

/// A moment as it is read, and exactly when it is pointed at.
export function Moment({ at, relative = false }: { at: string; relative?: boolean }) {
  return <time dateTime={at} title={`${new Date(at).toString()} (${clock(at, true)})`}>{relative ? ago(at) : moment(at)}</time>;
}

export function Keys({ of }: { of: string }) {
  return <span class="keys">{of.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</span>;
}

/// A sentence of the router's, in which code stands between grave accents.
export function Worded({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/// A share as a short bar with its number.
export function Share({ share, text, colour = "var(--accent)" }: { share: number; text: string; colour?: string }) {
  return (
    <span class="share">
      <span class="share-track" aria-hidden="true"><span class="share-bar" style={{ width: `${Math.min(100, Math.max(0, share * 100))}%`, background: colour }} /></span>
      <span class="share-text">{text}</span>
    </span>
  );
}
