import { useSyncExternalStore } from "react";

/// An operation that somebody keeps in this browser.
export interface SavedOperation {
  name: string;
  query: string;
  variables: string;
}

const storageKey = "lyceum:operations";
const nameMark = "# saved operation: ";
const variablesMark = "# variables: ";
const listeners = new Set<() => void>();
let operations = restore();

export function useSaved(): SavedOperation[] {
  return useSyncExternalStore(subscribe, () => operations);
}

/// Keeps an operation; one of the same name is replaced.
export function save(operation: SavedOperation): void {
  change([...operations.filter(({ name }) => name !== operation.name), operation]);
}

/// Says whether it was done: a name is given once.
export function rename(from: string, to: string): boolean {
  if (from !== to && operations.some(({ name }) => name === to)) return false;
  change(operations.map((operation) => (operation.name === from ? { ...operation, name: to } : operation)));
  return true;
}

export function remove(name: string): void {
  change(operations.filter((operation) => operation.name !== name));
}

/// Adds what a file holds and says how many; names that are taken get a number.
export function add(found: SavedOperation[]): number {
  for (const operation of found) save({ ...operation, name: freeName(operation.name) });
  return found.length;
}

export function freeName(wanted: string): string {
  const taken = new Set(operations.map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted} ${number}`;
  return name;
}

/// A `.graphql` file: each operation below a comment with its name, and one with its variables where there are any.
export function toFile(saved: SavedOperation[]): string {
  return saved
    .map(({ name, query, variables }) => {
      // A comment of the operation that looks like one of ours is set apart by a space.
      const body = query.trim().replaceAll(/^(?=# (saved operation|variables): )/gm, " ");
      const line = oneLine(variables);
      return `${nameMark}${name}\n${line ? `${variablesMark}${line}\n` : ""}${body}\n`;
    })
    .join("\n");
}

/// What such a file holds; a file without our comments is one operation, named like the file.
export function fromFile(text: string, fileName: string): SavedOperation[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (!lines.some((line) => line.startsWith(nameMark))) {
    const name = fileName.replace(/\.(graphql|gql)$/i, "");
    return text.trim() ? [{ name, query: `${text.trim()}\n`, variables: "" }] : [];
  }
  const found: SavedOperation[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith(nameMark)) found.push({ name: line.slice(nameMark.length).trim() || "Unnamed", query: "", variables: "" });
    else if (last && line.startsWith(variablesMark)) last.variables = indented(line.slice(variablesMark.length));
    else if (last) last.query += `${line}\n`;
  }
  return found.map((operation) => ({ ...operation, query: `${operation.query.trim()}\n` }));
}

function oneLine(variables: string): string {
  try {
    return JSON.stringify(JSON.parse(variables));
  } catch {
    return variables.replaceAll(/\s*\n\s*/g, " ").trim();
  }
}

function indented(variables: string): string {
  try {
    return JSON.stringify(JSON.parse(variables), null, 2);
  } catch {
    return variables;
  }
}

function restore(): SavedOperation[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isOperation) : [];
  } catch {
    return [];
  }
}

function isOperation(value: unknown): value is SavedOperation {
  const { name, query, variables } = (value ?? {}) as Record<string, unknown>;
  return [name, query, variables].every((part) => typeof part === "string");
}

function change(next: SavedOperation[]): void {
  operations = next.toSorted((left, right) => left.name.localeCompare(right.name));
  try {
    localStorage.setItem(storageKey, JSON.stringify(operations));
  } catch {
    // A browser that stores nothing keeps them until the page is closed.
  }
  for (const listener of listeners) listener();
}

// Another tab of this page has changed them, or all that is stored was removed.
window.addEventListener("storage", ({ key }) => {
  if (key !== storageKey && key !== null) return;
  operations = restore();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
