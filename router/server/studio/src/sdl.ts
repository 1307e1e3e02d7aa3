/// The types of a schema's text: enough to fold, search and link it; what is not understood stays as it is.

export interface SdlField {
  name: string;
  type: string;
}

export interface SdlType {
  kind: string;
  name: string;
  /// With its description, as it stands in the text.
  text: string;
  /// The first line of the text, from 1 on.
  line: number;
  keys: string[];
  fields: SdlField[];
}

const OPENING = /^(?:extend\s+)?(schema|scalar|type|interface|union|enum|input|directive)\b\s*@?(\w*)/;

/// The definitions of a schema, in their order.
export function typesOf(sdl: string): SdlType[] {
  const lines = sdl.split("\n");
  const found: SdlType[] = [];
  let begin = 0;
  let describing = false;
  let index = 0;
  while (index < lines.length) {
    const line = lines[index]!;
    const quotes = line.split('"""').length - 1;
    if (quotes % 2 === 1) describing = !describing;
    const opening = describing || quotes > 0 ? null : OPENING.exec(line);
    if (!opening) {
      // What stands between two definitions belongs to the next one.
      index += 1;
      continue;
    }
    const end = endOf(lines, index);
    const own = lines.slice(index, end);
    while (begin < index && lines[begin]!.trim() === "") begin += 1;
    const kind = opening[1]!;
    found.push({
      kind, name: opening[2] || kind, text: lines.slice(begin, end).join("\n"), line: begin + 1,
      keys: [...own.join("\n").matchAll(/@key\(\s*fields:\s*"([^"]*)"/g)].map((match) => match[1]!),
      fields: ["type", "interface", "input"].includes(kind) ? fieldsOf(own) : [],
    });
    index = end;
    begin = end;
  }
  return found;
}

/// The line after the definition: after the brace that closes its body, or before the next blank line.
function endOf(lines: readonly string[], begin: number): number {
  let depth = 0;
  let opened = false;
  for (let index = begin; index < lines.length; index += 1) {
    const line = withoutTexts(lines[index]!);
    for (const letter of line) {
      if (letter === "{" || letter === "(") depth += 1;
      if (letter === "}" || letter === ")") depth -= 1;
      if (letter === "{" && depth === 1) opened = true;
    }
    if (depth > 0) continue;
    if (opened) return index + 1;
    const next = lines[index + 1]?.trimStart() ?? "";
    if (next === "" || next.startsWith('"') || next.startsWith("#") || OPENING.test(next)) return index + 1;
  }
  return lines.length;
}

function fieldsOf(lines: readonly string[]): SdlField[] {
  const fields: SdlField[] = [];
  let depth = 0;
  let inDescription = false;
  for (const whole of lines) {
    const quotes = whole.split('"""').length - 1;
    if (quotes % 2 === 1) inDescription = !inDescription;
    if (inDescription || quotes > 0) continue;
    const line = withoutTexts(whole);
    const field = depth === 1 ? /^\s+(\w+)\s*(?:\(.*\))?\s*:\s*([\w![\]]+)/.exec(line) : null;
    if (field) fields.push({ name: field[1]!, type: field[2]! });
    else if (depth === 1 && /^\s+\w+\s*\($/.test(line)) fields.push({ name: line.trim().slice(0, -1), type: "" });
    if (depth === 1 && /^\s+\)\s*:\s*([\w![\]]+)/.test(line)) {
      const last = fields[fields.length - 1];
      if (last && last.type === "") last.type = /^\s+\)\s*:\s*([\w![\]]+)/.exec(line)![1]!;
    }
    for (const letter of line) {
      if (letter === "{" || letter === "(") depth += 1;
      if (letter === "}" || letter === ")") depth -= 1;
    }
    // The parenthesis of a multi-line argument list ends on a line of its own, at the depth of the fields.
    if (depth === 1 && field === null) {
      const closing = /^\s+\)\s*:\s*([\w![\]]+)/.exec(line);
      const last = fields[fields.length - 1];
      if (closing && last && last.type === "") last.type = closing[1]!;
    }
  }
  return fields;
}

function withoutTexts(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/#.*$/, "");
}
