import { Kind, parse, type DocumentNode, type FieldNode, type SelectionSetNode } from "graphql";

/// A place in a text, counted from zero, as the editors count.
export interface Place {
  line: number;
  ch: number;
}

export interface Range {
  from: Place;
  to: Place;
}

export type Path = readonly (string | number)[];

/// The field of the operation that a path of the answer leads to; fragments are followed.
export function placeInOperation(text: string, path: Path, operationName: string | null): Range | null {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch {
    return null;
  }
  const keys = path.filter((segment) => typeof segment === "string");
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (operationName && definition.name?.value !== operationName) continue;
    const field = fieldAt(document, [definition.selectionSet], keys);
    if (field?.loc) return rangeOf(text, field.loc.start, (field.selectionSet?.loc?.start ?? field.loc.end + 1) - 1);
  }
  return null;
}

/// Several selections may have one response key: what is below is asked of all of them.
function fieldAt(document: DocumentNode, sets: SelectionSetNode[], keys: readonly (string | number)[]): FieldNode | null {
  const [key, ...rest] = keys;
  const found = sets.flatMap((set) => fieldsOf(document, set, new Set())).filter((field) => (field.alias ?? field.name).value === key);
  if (rest.length === 0) return found[0] ?? null;
  const below = found.flatMap((field) => (field.selectionSet ? [field.selectionSet] : []));
  return below.length > 0 ? fieldAt(document, below, rest) : null;
}

function fieldsOf(document: DocumentNode, set: SelectionSetNode, spread: Set<string>): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(document, selection.selectionSet, spread);
    const name = selection.name.value;
    if (spread.has(name)) return [];
    spread.add(name);
    const fragment = document.definitions.find((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name);
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsOf(document, fragment.selectionSet, spread) : [];
  });
}

/// The value in the text of an answer that a path leads to; where an error took what is around it as well, that.
export function placeInResult(text: string, path: Path): Range | null {
  const scanner = new Scanner(text);
  try {
    return scanner.find(["data", ...path]);
  } catch {
    return null;
  }
}

/// Walks JSON that is known to be sound, past everything that is not on the way.
class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  find(path: Path): Range | null {
    this.space();
    let begin = this.at;
    for (const segment of path) {
      const next = this.enter(segment);
      if (next === null) break;
      begin = next;
    }
    this.at = begin;
    const valueBegin = this.at;
    // Of an object or a list the opening line is enough to find it.
    if ("{[".includes(this.text[valueBegin] ?? "")) return rangeOf(this.text, lineBegin(this.text, valueBegin), valueBegin + 1);
    this.skip();
    return rangeOf(this.text, lineBegin(this.text, valueBegin), this.at);
  }

  /// The begin of a member or an item of the value that begins here; the position is there afterwards.
  private enter(segment: string | number): number | null {
    const begin = this.at;
    const isList = this.text[begin] === "[";
    if (isList !== (typeof segment === "number") || !"{[".includes(this.text[begin] ?? "")) return null;
    this.at += 1;
    for (let index = 0; ; index += 1) {
      this.space();
      if ("}]".includes(this.text[this.at] ?? "}")) {
        this.at = begin;
        return null;
      }
      let key: string | number = index;
      if (!isList) {
        const keyBegin = this.at;
        this.skip();
        key = JSON.parse(this.text.slice(keyBegin, this.at)) as string;
        this.space();
        this.at += 1;
        this.space();
      }
      if (key === segment) return this.at;
      this.skip();
      this.space();
      if (this.text[this.at] === ",") this.at += 1;
    }
  }

  /// Past the value that begins here.
  private skip(): void {
    let depth = 0;
    do {
      const character = this.text[this.at] ?? "";
      if (character === "") throw new Error("the text ends within a value");
      if (character === '"') {
        this.at += 1;
        while (this.text[this.at] !== '"') {
          if (this.at >= this.text.length) throw new Error("the text ends within a string");
          this.at += this.text[this.at] === "\\" ? 2 : 1;
        }
        this.at += 1;
      } else if ("{[".includes(character)) {
        depth += 1;
        this.at += 1;
      } else if ("}]".includes(character)) {
        depth -= 1;
        this.at += 1;
      } else if (depth > 0 && ",: \n\r\t".includes(character)) {
        this.at += 1;
      } else {
        while (this.at < this.text.length && !",}] \n\r\t".includes(this.text[this.at] ?? "")) this.at += 1;
      }
    } while (depth > 0);
  }

  private space(): void {
    while (" \n\r\t".includes(this.text[this.at] ?? "x")) this.at += 1;
  }
}

/// Where the first character of the line stands that is no space.
function lineBegin(text: string, at: number): number {
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  const spaces = /^\s*/.exec(text.slice(begin, at))?.[0].length ?? 0;
  return begin + spaces;
}

function rangeOf(text: string, from: number, to: number): Range {
  return { from: placeOf(text, from), to: placeOf(text, to) };
}

function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length - 1, ch: at - lineStart };
}
